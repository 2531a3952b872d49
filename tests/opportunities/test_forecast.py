"""The forecast by month: exact sums of each lane, their pages, and the date that a lane gives."""

from collections import defaultdict
from datetime import date, timedelta
from decimal import Decimal
from itertools import pairwise

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from hypothesis import given
from hypothesis import strategies as st

from opportune.identity.actor import Actor
from opportune.kernel.errors import Invalid, NotFound
from opportune.opportunities import actions
from opportune.opportunities.destinations import month_refusals
from opportune.opportunities.filters import OpportunityFilter
from opportune.opportunities.months import close_in, close_lanes, lane_of
from opportune.opportunities.queries import Forecast, Sum, forecast, forecast_lane, totals
from opportune.reference.actions import set_rate
from tests.deals import SYSTEM, TODAY, Trade

DAYS = st.dates(date(2020, 1, 1), date(2031, 12, 31))
KEYS = ["late", "2026-03", "2026-04", "2026-05", "2026-06"]


@given(today=DAYS, close=st.none() | DAYS)
def test_every_date_lies_in_one_lane_and_that_lane_only(today: date, close: date | None) -> None:
    lanes = close_lanes(today)
    assert len({lane.key for lane in lanes}) == len(lanes) == 15
    for before, after in pairwise(lanes[:-1]):
        assert before.end == after.first
    assert lane_of(close, today) in {lane.key for lane in lanes}


@given(today=DAYS, close=st.none() | DAYS)
def test_a_lane_gives_a_date_that_lies_in_it_and_is_not_over(today: date, close: date | None) -> None:
    for lane in close_lanes(today):
        if lane.month is None:
            continue
        found = close_in(lane.key, close, today)
        assert found is not None
        assert found >= today
        assert lane_of(found, today) == lane.key
        if close is not None and close >= today and found.day != close.day:
            assert (found + timedelta(days=1)).day == 1 or found == today


@pytest.mark.parametrize(
    ("close", "month", "expected"),
    [
        (date(2026, 3, 31), "2026-04", date(2026, 4, 30)),
        (date(2026, 4, 15), "2026-06", date(2026, 6, 15)),
        (date(2026, 4, 5), "2026-03", TODAY),
        (date(2026, 1, 5), "2026-05", date(2026, 5, 31)),
        (None, "2026-03", date(2026, 3, 31)),
        (date(2026, 4, 5), "none", None),
    ],
)
def test_a_month_gives_the_same_day_or_its_last(
    close: date | None, month: str, expected: date | None
) -> None:
    assert close_in(month, close, TODAY) == expected


@pytest.mark.parametrize("lane", ["late", "later", "2025-01", "nonsense"])
def test_what_is_no_month_to_come_gives_no_date(lane: str) -> None:
    with pytest.raises(Invalid):
        close_in(lane, date(2026, 4, 1), TODAY)


def shown(trade: Trade, actor: Actor | None = None, **asked: str) -> Forecast:
    """What somebody sees, Alice unless said otherwise."""
    reader = actor or trade.alice
    return forecast(reader, trade.sales, OpportunityFilter.read(asked, reader), TODAY)


def sums(found: Forecast) -> dict[str, Sum]:
    """The sums of each lane shown."""
    return {one.lane.key: one.sum for one in found.lanes}


def fill(trade: Trade) -> None:
    """Deals in two currencies: late, in three months, much later, without a date, and a won one that counts nowhere."""
    set_rate(SYSTEM, code="USD", rate=Decimal(3), valid_from=date(2026, 1, 1))
    days = [
        date(2026, 3, 9),
        TODAY,
        date(2026, 3, 31),
        date(2026, 4, 1),
        date(2026, 8, 2),
        date(2028, 1, 1),
        None,
    ]
    for number, day in enumerate(days, start=1):
        stage = trade.sales.stages[number % 4].id
        trade.deal(estimated_value=str(1000 * number) + ".25", estimated_close_on=day, stage_id=stage)
    trade.deal("Dollars", estimated_value="333.33", currency="USD", estimated_close_on=TODAY)
    trade.won(trade.deal("Won", estimated_value="5", estimated_close_on=TODAY))


@pytest.mark.django_db
@pytest.mark.usefixtures("march")
def test_the_sums_of_the_lanes_are_exact_and_make_up_the_whole(trade: Trade) -> None:
    fill(trade)
    found = shown(trade)
    months = [f"2026-{month:02}" for month in range(3, 9)]
    assert list(sums(found)) == ["late", *months, "later", "none"]
    whole = totals(trade.alice, OpportunityFilter.read({"status": "open"}, trade.alice))
    assert found.sum == whole.all
    counted: dict[str, Sum] = defaultdict(Sum)
    for lane in found.lanes:
        for card in lane.cards:
            deal = card.deal
            assert lane_of(deal.estimated_close_on, TODAY) == lane.lane.key
            counted[lane.lane.key] += Sum(1, deal.value_base, deal.expected_base)
    assert {key: part for key, part in sums(found).items() if part.count} == counted
    assert sums(found)["2026-03"].count == 3


@pytest.mark.django_db
@pytest.mark.usefixtures("march")
def test_a_few_months_are_shown_though_nothing_is_in_them(trade: Trade) -> None:
    assert list(sums(shown(trade))) == ["2026-03", "2026-04", "2026-05", "2026-06"]


@pytest.mark.django_db
@pytest.mark.usefixtures("march")
def test_a_filter_narrows_lanes_and_sums(trade: Trade) -> None:
    fill(trade)
    trade.deal("Urgent", priority="high", estimated_value="7", estimated_close_on=date(2026, 5, 5))
    found = shown(trade, priority="high")
    assert (found.sum.count, found.sum.value) == (1, Decimal(7))
    assert sums(found)["2026-05"].count == 1


@pytest.mark.django_db
@pytest.mark.usefixtures("march")
def test_a_stranger_sees_and_counts_nothing(trade: Trade) -> None:
    fill(trade)
    assert shown(trade, trade.company.dan).sum == Sum()


@pytest.mark.django_db
@pytest.mark.usefixtures("march")
@pytest.mark.parametrize("day", [date(2026, 1, 1), TODAY, date(2029, 1, 1), None])
def test_each_lane_is_read_page_by_page(trade: Trade, day: date | None) -> None:
    made = {trade.deal(f"Pump {number}", estimated_close_on=day).pk for number in range(5)}
    wanted, key = OpportunityFilter(), lane_of(day, TODAY)
    first = forecast(trade.alice, trade.sales, wanted, TODAY, limit=2, only={key}).lanes[0]
    seen, after = [card.deal.id for card in first.cards], first.next
    assert len(seen) == 2
    while after:
        found = forecast_lane(trade.alice, trade.sales, wanted, TODAY, key, after=after, limit=2)
        assert found.sum.count == 5
        seen += [card.deal.id for card in found.cards]
        after = found.next
    assert (len(seen), set(seen)) == (5, made)


@pytest.mark.django_db
@pytest.mark.usefixtures("march")
def test_there_is_no_lane_of_another_name(trade: Trade) -> None:
    with pytest.raises(NotFound):
        forecast_lane(trade.alice, trade.sales, OpportunityFilter(), TODAY, "1999-01")


@pytest.mark.django_db
@pytest.mark.usefixtures("march")
def test_lanes_say_why_they_refuse(trade: Trade) -> None:
    deal = trade.deal(estimated_close_on=date(2026, 4, 1))
    assert set(month_refusals(trade.alice, deal.pk, TODAY)) == {"late", "later"}
    actions.edit(trade.alice, deal.pk, {"estimated_close_on": date(2026, 1, 1)})
    assert set(month_refusals(trade.alice, deal.pk, TODAY)) == {"later"}
    assert len(month_refusals(trade.company.rita, deal.pk, TODAY)) == 15
    with pytest.raises(NotFound):
        month_refusals(trade.company.dan, deal.pk, TODAY)
    trade.won(deal)
    assert len(month_refusals(trade.alice, deal.pk, TODAY)) == 15


@pytest.mark.django_db
@pytest.mark.usefixtures("march")
def test_more_deals_need_no_more_queries(trade: Trade) -> None:
    def asked() -> int:
        with CaptureQueriesContext(connection) as queries:
            shown(trade)
        return len(queries)

    fill(trade)
    before = asked()
    fill(trade)
    assert asked() == before
