"""The list of deals, by keyset pages."""

from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from operator import itemgetter
from typing import Any, NamedTuple

from django.db.models import BooleanField, Exists, ExpressionWrapper, F, OuterRef, Q, QuerySet

from opportune.customers.models import Account, Contact
from opportune.identity.actor import Actor
from opportune.identity.visibility import scope
from opportune.kernel import clock
from opportune.kernel.errors import NotFound, NotPermitted
from opportune.kernel.paging import Page
from opportune.opportunities.filters import OpportunityFilter
from opportune.opportunities.models import OPEN, Opportunity
from opportune.opportunities.queries.totals import visible_deals
from opportune.opportunities.read_only import closed
from opportune.opportunities.staleness import is_stale
from opportune.process.queries import stale_after
from opportune.storage.keyset import beside, cut, exact, in_order, instant, read_page
from opportune.storage.prepared import prepared


@dataclass(frozen=True, slots=True)
class OpportunityRow:
    """A deal as lists, cards and exports show it. `customer_visible` says whether its name may be a link.

    `is_stale` says that it is stuck in its stage now.
    """

    id: int
    version: int
    number: str
    subject: str
    status: str
    process_id: int
    stage_id: int | None
    pipeline_phase_id: int | None
    is_finished: bool
    account_id: int | None
    contact_id: int | None
    customer_name: str
    customer_visible: bool
    owner_id: int
    owner_name: str
    currency: str
    value: Decimal | None
    value_base: Decimal
    expected: Decimal | None
    expected_base: Decimal
    chance: Decimal | None
    probability: Decimal | None
    forecast_category: str
    estimated_close_on: date | None
    closed_on: date | None
    stage_since: date | None
    created_at: datetime
    touched_at: datetime
    expires_on: date | None
    is_stale: bool

    @property
    def is_open(self) -> bool:
        """Whether it can still be won or lost."""
        return self.status in OPEN

    @property
    def forecast(self) -> str:
        """Where a forecast counts it: the category typed while it is open, then how it ended (domain.md §2)."""
        return self.forecast_category if self.is_open else self.status


@dataclass(frozen=True, slots=True)
class Neighbours:
    """The deals beside one in a list. `place` counts from 1, none where it or `of` would be more than was counted."""

    previous: int | None
    next: int | None
    place: int | None
    of: int | None


class _Order(NamedTuple):
    column: str
    read: Callable[[str], Any] = str
    may_be_empty: bool = False


_ORDERS = {
    "touched": _Order("touched_at", instant),
    "created": _Order("created_at", instant),
    "subject": _Order("subject_key"),
    "value": _Order("value_base", exact),
    "close": _Order("estimated_close_on", date.fromisoformat, may_be_empty=True),
    "probability": _Order("probability", exact, may_be_empty=True),
}
_REACHED = {
    "owner_name": F("owner__name"),
    "account_name": F("account__name"),
    "contact_first": F("contact__first_name"),
    "contact_last": F("contact__last_name"),
    "stage_stale_days": F("stage__stale_days"),
    "stage_expected_days": F("stage__expected_days"),
}
_COMPUTED = {"customer_name", "customer_visible", "owner_name", "is_stale"}
_FIELDS = itemgetter(*OpportunityRow.__dataclass_fields__)
_PLAIN = tuple(name for name in OpportunityRow.__dataclass_fields__ if name not in _COMPUTED)


def opportunities(
    actor: Actor, wanted: OpportunityFilter, *, after: str | None = None, limit: int = 50
) -> Page[OpportunityRow]:
    """A page of the deals the actor may see. Raises Invalid for a bad cursor.

    Their places are read first and the rows then by their ids: the engine plans anew where a page ends, which takes
    PostgreSQL longer than finding it if it has the tables to plan that a row is joined of.
    """
    order = _ORDERS[wanted.sort]
    # of words that are typed, each would have a plan of its own
    if after is None and not (order.may_be_empty or wanted.is_of_now or wanted.text):
        places, following = cut(_first(actor=actor, wanted=wanted, limit=limit + 1), order.column, limit)
    else:
        places, following = read_page(
            _places(actor, wanted),
            order.column,
            descending=wanted.descending,
            cursor=after,
            limit=limit,
            read=order.read,
            may_be_empty=order.may_be_empty,
        )
    known = rows_by_id(actor, [place["id"] for place in places])
    return Page([known[place["id"]] for place in places if place["id"] in known], following)


@prepared
def _first(*, actor: Actor, wanted: OpportunityFilter, limit: int) -> QuerySet[Any, dict[str, Any]]:
    """The places a list without empty values begins with."""
    column = _ORDERS[wanted.sort].column
    return in_order(_places(actor, wanted), column, descending=wanted.descending)[:limit]


def _places(actor: Actor, wanted: OpportunityFilter) -> QuerySet[Any, dict[str, Any]]:
    listed: QuerySet[Any] = visible_deals(actor).filter(wanted.condition(actor))
    return listed.values("id", _ORDERS[wanted.sort].column)


def neighbours(
    actor: Actor, wanted: OpportunityFilter, opportunity_id: int, *, counted: int = 200
) -> Neighbours:
    """The deals beside one in a list, of those the actor may see; its place if it is itself in the list.

    Counting ends `counted` deals away in each direction, so the work does not grow with the list. Raises NotFound.
    """
    column = _ORDERS[wanted.sort].column
    known = visible_deals(actor)
    listed = known.filter(wanted.condition(actor))
    one = known.filter(pk=opportunity_id)
    here = (
        one.annotate(is_listed=Exists(listed.filter(pk=OuterRef("pk"))))
        .values_list(column, "is_listed")
        .first()
    )
    if here is None:
        raise NotFound(Opportunity.kind)
    value, is_listed = here
    before, after = beside(
        listed, column, value, opportunity_id, descending=wanted.descending, limit=counted + 1
    )
    is_counted = is_listed and len(before) <= counted
    return Neighbours(
        previous=before[0] if before else None,
        next=after[0] if after else None,
        place=len(before) + 1 if is_counted else None,
        of=len(before) + 1 + len(after) if is_counted and len(after) <= counted else None,
    )


def opportunity_row(actor: Actor, opportunity_id: int) -> OpportunityRow:
    """One deal as a row of the list. Raises NotFound."""
    found = list(columns(visible_deals(actor).filter(pk=opportunity_id), actor))
    if not found:
        raise NotFound(Opportunity.kind)
    return rows_of(found)[0]


def rows_by_id(actor: Actor, ids: Collection[int]) -> Mapping[int, OpportunityRow]:
    """Those of the deals that the actor may see, by their ids."""
    if not ids:
        return {}
    return {row.id: row for row in rows_of(_by_id(tuple(ids), actor=actor))}


@prepared
def _by_id(ids: Sequence[int], *, actor: Actor) -> QuerySet[Any, dict[str, Any]]:
    return columns(visible_deals(actor).filter(pk__in=ids), actor)


def changeable_row(actor: Actor, opportunity_id: int) -> OpportunityRow:
    """One deal that the actor may change now. Raises NotFound, NotPermitted, or Conflict `closed`."""
    row = opportunity_row(actor, opportunity_id)
    if not Opportunity.objects.filter(scope(actor, Opportunity.kind, "write"), pk=opportunity_id).exists():
        raise NotPermitted(kind=Opportunity.kind, verb="write")
    if not row.is_open:
        raise closed(row.version)
    return row


def every_opportunity(actor: Actor, wanted: OpportunityFilter) -> Iterator[OpportunityRow]:
    """All the deals of a list that the actor may take out of Opportune, uncut, in the list's order.

    One query, read by and by, so that the memory it takes does not depend on the rows. Raises NotPermitted.
    """
    actor.demand(Opportunity.kind, "export")
    order = _ORDERS[wanted.sort].column
    by_value = F(order).desc(nulls_last=True) if wanted.descending else F(order).asc(nulls_last=True)
    reached = visible_deals(actor).filter(scope(actor, Opportunity.kind, "export"), wanted.condition(actor))
    rows = columns(reached, actor).order_by(by_value, "-id" if wanted.descending else "id")
    return (row for found in rows.iterator(chunk_size=500) for row in rows_of([found]))


def count(actor: Actor, wanted: OpportunityFilter) -> int:
    """How many deals the list has in all."""
    return visible_deals(actor).filter(wanted.condition(actor)).count()


def subjects(actor: Actor, opportunity_ids: set[int]) -> dict[int, str]:
    """The subjects of those of the deals that the actor may see."""
    return dict(visible_deals(actor).filter(pk__in=opportunity_ids).values_list("id", "subject"))


def columns(rows: QuerySet[Any], actor: Actor, *more: str) -> QuerySet[Any, dict[str, Any]]:
    """The rows as dicts of what an `OpportunityRow` is made of."""
    return rows.values(*{*_PLAIN, *more}, **_REACHED, customer_visible=customer_visible(actor))


def with_names(deals: QuerySet[Opportunity], actor: Actor) -> QuerySet[Opportunity]:
    """Deals as they are, with what else an `OpportunityRow` is made of."""
    visible = ExpressionWrapper(customer_visible(actor), BooleanField())
    return deals.annotate(**_REACHED, customer_visible=visible)


def customer_visible(actor: Actor) -> Q:
    """Whether the actor may see the customer of a deal or of an entry.

    It is asked of the customers that are joined anyway: of a subquery PostgreSQL would read every customer there is.
    """
    return _is_visible(actor, Account, "account") | _is_visible(actor, Contact, "contact")


def _is_visible(actor: Actor, model: type[Account] | type[Contact], customer: str) -> Q:
    is_there = Q(**{f"{customer}__isnull": False, f"{customer}__deleted_at__isnull": True})
    return is_there & scope(actor, model.kind, owner=f"{customer}__owner_id", record=f"{customer}_id")


def rows_of(found: Sequence[Mapping[str, Any]]) -> list[OpportunityRow]:
    """Dicts of `columns` as rows, or what deals `with_names` consist of."""
    now = clock.now()
    return [OpportunityRow(*_FIELDS({**one, **_computed(one, now)})) for one in found]


def _computed(one: Mapping[str, Any], now: datetime) -> dict[str, Any]:
    return {
        "customer_name": one["account_name"]
        or f"{one['contact_first'] or ''} {one['contact_last'] or ''}".strip(),
        "customer_visible": bool(one["customer_visible"]),
        "is_stale": is_stale(
            one["status"],
            stale_after(one["stage_stale_days"], one["stage_expected_days"]),
            touched_at=one["touched_at"],
            stage_since=one["stage_since"],
            now=now,
        ),
    }
