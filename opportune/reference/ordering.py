"""The order of choices and of close reasons, which people set."""

from collections.abc import Sequence

from opportune.ledger.merging import check_order
from opportune.ledger.models import Recorded
from opportune.ledger.recording import recording


def put_in_place(
    records: Sequence[Recorded], record: Recorded, position: int, seen: Sequence[int] | None
) -> None:
    """Put one of these records, which are locked and in order, at a place from 0; beyond the end is the end.

    Raises Conflict if somebody saw another order than theirs.
    """
    check_order(record.kind, [each.pk for each in records], seen)
    others = [each for each in records if each is not record]
    place = min(max(position, 0), len(others))
    for order, each in enumerate([*others[:place], record, *others[place:]]):
        recording().update(each, {"position": order})
