"""The forecast by month: the open deals of a process by their estimated close, with exact counts and sums."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.db.models import Case, CharField, Count, Q, QuerySet, Value, When

from opportune.identity.actor import Actor
from opportune.kernel.errors import NotFound
from opportune.opportunities.filters import OpportunityFilter
from opportune.opportunities.models import STILL_OPEN
from opportune.opportunities.months import LATE, LATER, NONE, CloseLane, close_lanes
from opportune.opportunities.queries.board import CARDS, BoardCard, cards_of
from opportune.opportunities.queries.totals import Sum, visible_deals
from opportune.process.queries import ProcessPicture
from opportune.storage.groups import first_of_parts
from opportune.storage.keyset import read_page
from opportune.storage.numbers import ExactSum

FEWEST = 4
"""How many months are shown at least."""
_CLOSE = "estimated_close_on"


@dataclass(frozen=True, slots=True)
class ForecastLane:
    """A month, or what is late, later or without a date: its exact sums over the whole filter, and its first cards."""

    lane: CloseLane
    sum: Sum
    cards: Sequence[BoardCard]
    next: str | None


@dataclass(frozen=True, slots=True)
class Forecast:
    """The lanes in the order of time, and the sum of all."""

    process: ProcessPicture
    lanes: Sequence[ForecastLane]
    sum: Sum


def forecast(
    actor: Actor,
    process: ProcessPicture,
    wanted: OpportunityFilter,
    today: date,
    *,
    limit: int = CARDS,
    only: Collection[str] | None = None,
) -> Forecast:
    """The open deals of a process by the month they are estimated to close in. The lanes alone decide the queries.

    With `only`, no lanes but those with these keys, as after a change; the sum is that of all.
    """
    rows = _rows(actor, process, wanted)
    lanes = close_lanes(today)
    sums = _sums(rows, lanes)
    shown = _shown(lanes, sums) if only is None else [lane for lane in lanes if lane.key in only]
    parts = {lane.key: rows.filter(within(lane)) for lane in shown if lane.key in sums}
    firsts = first_of_parts(parts, _CLOSE, limit)
    cards = cards_of(actor, [card for ids, _ in firsts.values() for card in ids])
    made = []
    for lane in shown:
        ids, following = firsts.get(lane.key, ([], None))
        found = [cards[card] for card in ids if card in cards]
        made.append(ForecastLane(lane, sums.get(lane.key, Sum()), found, following))
    return Forecast(process, made, sum(sums.values(), Sum()))


def forecast_lane(
    actor: Actor,
    process: ProcessPicture,
    wanted: OpportunityFilter,
    today: date,
    key: str,
    *,
    after: str | None = None,
    limit: int = CARDS,
) -> ForecastLane:
    """One lane, from a cursor on: how a lane is paged. Raises NotFound."""
    lane = next((one for one in close_lanes(today) if one.key == key), None)
    if lane is None:
        raise NotFound("month")
    rows = _rows(actor, process, wanted)
    found, following = read_page(
        rows.filter(within(lane)).values("id", _CLOSE),
        _CLOSE,
        descending=False,
        cursor=after,
        limit=limit,
        read=date.fromisoformat,
        may_be_empty=True,
    )
    ids = [row["id"] for row in found]
    cards = cards_of(actor, ids)
    part = _sums(rows, close_lanes(today)).get(key, Sum())
    return ForecastLane(lane, part, [cards[card] for card in ids if card in cards], following)


def within(lane: CloseLane) -> Q:
    """The deals of a lane."""
    if lane.key == NONE:
        return Q(estimated_close_on__isnull=True)
    from_on = Q(estimated_close_on__gte=lane.first) if lane.first else Q()
    return from_on & (Q(estimated_close_on__lt=lane.end) if lane.end else Q())


def _rows(actor: Actor, process: ProcessPicture, wanted: OpportunityFilter) -> QuerySet[Any]:
    return (
        visible_deals(actor).filter(Q(process_id=process.id) & STILL_OPEN, wanted.condition(actor)).order_by()
    )


def _sums(rows: QuerySet[Any], lanes: Sequence[CloseLane]) -> Mapping[str, Sum]:
    which = Case(
        When(within(lanes[-1]), then=Value(NONE)),
        *(When(Q(estimated_close_on__lt=lane.end), then=Value(lane.key)) for lane in lanes if lane.end),
        default=Value(LATER),
        output_field=CharField(),
    )
    added = rows.annotate(lane=which).values_list("lane")
    return {
        key: Sum(*sums)
        for key, *sums in added.annotate(
            number=Count("id"), sum_value=ExactSum("value_base"), sum_expected=ExactSum("expected_base")
        )
    }


def _shown(lanes: Sequence[CloseLane], sums: Mapping[str, Sum]) -> Sequence[CloseLane]:
    """Months up to the last one that has deals, a few at least; the other lanes where they have some."""
    months = [lane for lane in lanes if lane.month is not None]
    held = [place for place, lane in enumerate(months, start=1) if lane.key in sums]
    kept = {lane.key for lane in months[: max([FEWEST, *held])]}
    return [
        lane for lane in lanes if lane.key in kept or (lane.key in sums and lane.key in (LATE, LATER, NONE))
    ]
