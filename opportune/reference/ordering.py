"""The order of choices and of close reasons, which people set."""

from collections.abc import Sequence

from opportune.ledger.merging import check_order
from opportune.ledger.models import Recorded
from opportune.ledger.ordering import number, placed


def put_in_place(
    records: Sequence[Recorded], record: Recorded, position: int, seen: Sequence[int] | None
) -> None:
    """Put one of these records, which are locked and in order, at a place from 0; beyond the end is the end.

    Raises Conflict if somebody saw another order than theirs.
    """
    check_order(record.kind, [each.pk for each in records], seen)
    number(placed(records, record, position))
