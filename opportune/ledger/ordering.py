"""The order of records that people put in order: stages, steps, choices, close reasons."""

from collections.abc import Sequence
from typing import TypeVar

from opportune.ledger.models import Recorded
from opportune.ledger.recording import recording

R = TypeVar("R", bound=Recorded)


def placed(records: Sequence[R], record: R, position: int) -> list[R]:
    """The records with one of them, from among them or from elsewhere, at a place from 0; beyond the end is the end."""
    others: list[R] = [each for each in records if each.pk != record.pk]
    others.insert(min(max(position, 0), len(others)), record)
    return others


def number(records: Sequence[Recorded]) -> None:
    """Give records, in their new order, the positions that say so."""
    for position, record in enumerate(records):
        recording().update(record, {"position": position})
