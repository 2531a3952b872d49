"""Which deals came from campaigns and segments, as numbers; and which customers of a segment have one."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from decimal import Decimal

from django.db.models import Count, Q

from opportune.identity.actor import Actor
from opportune.kernel.records import RecordRef
from opportune.opportunities.models import OPEN, Status
from opportune.opportunities.queries.totals import Sum, visible_deals
from opportune.storage.numbers import ExactSum


@dataclass(frozen=True, slots=True)
class Brought:
    """What a campaign or segment brought, as one reader may see it; values in base currency (C-039)."""

    all: Sum = field(default_factory=Sum)
    open: Sum = field(default_factory=Sum)
    won: Sum = field(default_factory=Sum)
    lost: Sum = field(default_factory=Sum)

    def return_on(self, cost: Decimal | None) -> Decimal | None:
        """The return on a cost in percent, (won - cost) / cost; none without a cost (contact-manager.md §4.7)."""
        return (self.won.value - cost) / cost * 100 if cost else None


def brought_by(actor: Actor, kind: str, ids: Iterable[int]) -> Mapping[int, Brought]:
    """What each campaign or segment (`kind`) of these ids brought, in one query."""
    column, asked = f"{kind}_id", set(ids)
    found = {record_id: Brought() for record_id in asked}
    if not asked:
        return found
    grouped = visible_deals(actor).filter(**{f"{column}__in": asked}).values_list(column, "status")
    for record_id, status, number, value, expected in grouped.annotate(
        number=Count("id"), sum_value=ExactSum("value_base"), sum_expected=ExactSum("expected_base")
    ).order_by():
        part, so_far = Sum(number, value, expected), found[record_id]
        found[record_id] = Brought(
            so_far.all + part,
            so_far.open + part if status in OPEN else so_far.open,
            so_far.won + part if status == Status.WON else so_far.won,
            so_far.lost + part if status == Status.LOST else so_far.lost,
        )
    return found


def deals_of_segment(
    actor: Actor, segment_id: int, customers: Iterable[RecordRef]
) -> Mapping[RecordRef, int]:
    """How many deals each of these customers of a segment has that came from it; those without one are left out."""
    asked = list(customers)
    accounts = [ref.id for ref in asked if ref.kind == "account"]
    contacts = [ref.id for ref in asked if ref.kind == "contact"]
    theirs = Q(account_id__in=accounts) | Q(contact_id__in=contacts)
    rows = visible_deals(actor).filter(theirs, segment_id=segment_id).order_by()
    counted = rows.values_list("account_id", "contact_id").annotate(number=Count("id"))
    return {
        RecordRef("account", account) if account is not None else RecordRef("contact", contact or 0): number
        for account, contact, number in counted
    }
