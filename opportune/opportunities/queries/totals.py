"""Exact totals in base currency over everything that matches, now or as of a past day (domain.md §3, §10)."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from django.db import models
from django.db.models import Count, F, Q, QuerySet

from opportune.identity.actor import Actor
from opportune.identity.permissions import Depth
from opportune.identity.visibility import any_of, grounds, scope
from opportune.kernel import clock
from opportune.opportunities.filters import OpportunityFilter
from opportune.opportunities.models import Entry, Opportunity, OpportunityQuerySet, Status, Tally
from opportune.opportunities.models.tally import ADDED
from opportune.reference.queries import organisation_settings
from opportune.storage.numbers import ExactSum, of_halves
from opportune.storage.prepared import prepared

ZERO = Decimal("0.0000")
ALL = Q()
PLACE = ("process_id", "stage_id", "status")


@dataclass(frozen=True, slots=True)
class Sum:
    """How many deals, their value and expected revenue in base currency."""

    count: int = 0
    value: Decimal = ZERO
    expected: Decimal = ZERO

    def __add__(self, other: "Sum") -> "Sum":
        return Sum(self.count + other.count, self.value + other.value, self.expected + other.expected)


@dataclass(frozen=True, slots=True)
class Totals:
    """The whole, and its parts by status and by (process, stage); no stage is none."""

    all: Sum
    by_status: dict[str, Sum]
    by_stage: dict[tuple[int, int | None], Sum]
    by_open_stage: dict[tuple[int, int | None], Sum]


def visible_deals(actor: Actor) -> OpportunityQuerySet:
    """The deals the actor may see."""
    return OpportunityQuerySet(Opportunity).visible_to(actor)


def totals(actor: Actor, wanted: OpportunityFilter, *, as_of: date | None = None) -> Totals:
    """The totals of the deals that match, by SQL; `as_of` a day means at its end in the organisation's zone.

    The past is read from the entries; who may see a deal is decided as of today.
    """
    if as_of is None:
        sums = sums_by(PLACE, actor, wanted)
    else:
        sums = added_up(standing_at(actor, as_of).filter(wanted.condition(actor, of_entries=True)), PLACE)
    whole = Sum()
    by_status: dict[str, Sum] = {status.value: Sum() for status in Status}
    by_stage: dict[tuple[int, int | None], Sum] = defaultdict(Sum)
    by_open_stage: dict[tuple[int, int | None], Sum] = defaultdict(Sum)
    for (process, stage, status), part in sums.items():
        whole += part
        by_status[status] += part
        by_stage[process, stage] += part
        if status in (Status.NOT_STARTED, Status.IN_PROGRESS):
            by_open_stage[process, stage] += part
    return Totals(whole, by_status, dict(by_stage), dict(by_open_stage))


def sums_by(
    names: Sequence[str], actor: Actor, wanted: OpportunityFilter, within: Q = ALL, of_tally: Q = ALL
) -> dict[tuple[Any, ...], Sum]:
    """The sums of the deals that match, by these fields of their place; of those `within`, for the tally `of_tally`.

    The tally has them added up by owner. What is asked of anything else is asked of the deals, and so are those that
    somebody sees whatever their owner.
    """
    if not wanted.is_of_places:
        return added_up(visible_deals(actor).filter(within, wanted.condition(actor)), names)
    rows = _tallied(actor=actor, names=tuple(names), wanted=wanted, of_tally=of_tally)
    sums = {
        tuple(place): Sum(number, of_halves(*value), of_halves(*expected))
        for *place, number, value, expected in ((*row[:-4], row[-4:-2], row[-2:]) for row in rows)
        if number
    }
    if actor.depth(Opportunity.kind, "read") < Depth.ORGANISATION:
        shared = _shared(actor=actor, names=tuple(names), wanted=wanted, within=within)
        for place, part in _sums(shared).items():
            sums[place] = sums.get(place, Sum()) + part
    return sums


@prepared
def _tallied(
    *, actor: Actor, names: tuple[str, ...], wanted: OpportunityFilter, of_tally: Q
) -> QuerySet[Any, Any]:
    rows = Tally.objects.filter(_of_owners(actor), of_tally, wanted.condition(actor))
    return rows.values_list(*names).annotate(*(models.Sum(name) for name in ADDED))


@prepared
def _shared(
    *, actor: Actor, names: tuple[str, ...], wanted: OpportunityFilter, within: Q
) -> QuerySet[Any, Any]:
    """What the actor sees of others' deals by shares alone."""
    shared = any_of(way for way in grounds(actor, Opportunity.kind) if way.code == "shared")
    deals = OpportunityQuerySet(Opportunity).live()
    return _grouped(deals.filter(shared, ~_of_owners(actor), within, wanted.condition(actor)), names)


def _of_owners(actor: Actor) -> Q:
    """The deals, or their tallies, that the actor sees by whose they are."""
    return any_of(way for way in grounds(actor, Opportunity.kind) if way.code != "shared")


def added_up(rows: QuerySet[Any], names: Sequence[str]) -> dict[tuple[Any, ...], Sum]:
    """The exact sums of rows of deals or entries, by some of their fields."""
    return _sums(_grouped(rows, names))


def _grouped(rows: QuerySet[Any, Any], names: Sequence[str]) -> QuerySet[Any, Any]:
    grouped: QuerySet[Any, Any] = (
        rows.order_by()
        .values_list(*names)
        .annotate(
            number=Count("id"), sum_value=ExactSum("value_base"), sum_expected=ExactSum("expected_base")
        )
    )
    return grouped


def _sums(grouped: Iterable[tuple[Any, ...]]) -> dict[tuple[Any, ...], Sum]:
    return {tuple(row[:-3]): Sum(*row[-3:]) for row in grouped}


def standing_at(actor: Actor, day: date) -> QuerySet[Entry]:
    """The entries that held at the end of a day in the organisation's zone, of deals the actor may see today."""
    instant = clock.end_of(day, organisation_settings().time_zone)
    held = Q(at__lte=instant) & (Q(ended_at__isnull=True) | Q(ended_at__gt=instant))
    # The sum keeps the planner from fetching the life of every visible deal, where one walk along an index will do.
    entries = Entry.objects.filter(held).alias(deal=F("opportunity_id") + 0)
    if scope(actor, Opportunity.kind) == Q():
        binned = OpportunityQuerySet(Opportunity).filter(deleted_at__isnull=False)
        return entries.exclude(deal__in=binned.values("id"))
    return entries.filter(deal__in=visible_deals(actor).values("id"))
