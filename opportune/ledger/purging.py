"""Deleting for good: what the ledger keeps of records that are gone (domain.md §9).

The ledger is never deleted. Of a purged record it keeps that it was there, who changed which of its fields and when,
and the number it had; the values themselves go with it.
"""

from collections.abc import Iterable, Sequence
from itertools import groupby
from typing import Any

from opportune.kernel.records import RecordRef
from opportune.ledger.models import Change, Recorded
from opportune.ledger.recording import recording

KEPT = frozenset({"number"})
BATCH = 200


def note_purged(records: Sequence[Recorded]) -> None:
    """Write down, in the running command, that locked records go for good, and forget the values they had.

    The caller deletes the rows.
    """
    _redact(record.ref for record in records)
    for record in records:
        recording().note(record, Change.Operation.DELETE, {}, {}, version=record.version + 1)


def _redact(refs: Iterable[RecordRef]) -> None:
    for kind, of_kind in groupby(sorted(refs), key=lambda ref: ref.kind):
        changes = list(Change.objects.filter(kind=kind, record_id__in=[ref.id for ref in of_kind]))
        for change in changes:
            change.before, change.after = _names_only(change.before), _names_only(change.after)
            change.detail = {}
        Change.objects.bulk_update(changes, ["before", "after", "detail"], batch_size=BATCH)


def _names_only(values: dict[str, Any]) -> dict[str, Any]:
    return {name: value if name in KEPT else None for name, value in values.items()}
