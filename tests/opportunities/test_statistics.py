"""Statistics per process and stage (BC §2.3, §2.4; E12, F2)."""

from datetime import date
from decimal import Decimal

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from opportune.identity.actor import Actor
from opportune.ledger.undo import undo
from opportune.opportunities.actions import move
from opportune.opportunities.queries import statistics
from opportune.opportunities.queries.statistics import StageStatistics
from opportune.process.queries import processes
from tests.deals import Trade, days, last_change_set, parts

pytestmark = pytest.mark.django_db


def of_sales(actor: Actor) -> list[StageStatistics]:
    [sales, *_] = statistics(actor, processes())
    return list(sales.stages)


def test_open_deals_are_counted_and_summed(trade: Trade, march: date) -> None:
    trade.deal(estimated_value=1000)
    trade.deal(estimated_value=500)
    trade.deal(estimated_value=300, stage_id=None)
    [sales, other, *_] = statistics(trade.alice, processes())
    assert (sales.sum.count, sales.sum.value) == (3, Decimal(1800))
    first = sales.stages[0]
    assert (first.sum.count, first.sum.value, first.sum.expected) == (2, Decimal(1500), Decimal(300))
    assert [stage.sum.count for stage in sales.stages] == [2, 0, 0, 0]
    assert (other.sum.count, len(other.stages)) == (0, 6)


def test_closed_deals_count_for_nothing_but_their_stay(trade: Trade, march: date) -> None:
    trade.won(trade.deal(estimated_value=1000))
    [first, *_] = of_sales(trade.alice)
    assert parts(first.sum, "count", "value", "expected") == (0, 0, 0)
    assert first.average_days == 0


def test_only_ended_stays_count(trade: Trade, march: date) -> None:
    trade.deal()
    assert of_sales(trade.alice)[0].average_days is None


def test_an_undone_move_ends_no_stay(trade: Trade, march: date) -> None:
    deal = trade.deal()
    undo(trade.alice, last_change_set(move, trade.alice, deal.pk, wish="next"))
    assert [stage.average_days for stage in of_sales(trade.alice)] == [None] * 4


def test_statistics_are_those_of_visible_deals(trade: Trade, march: date) -> None:
    deal = trade.deal(estimated_value=1000)
    move(trade.alice, deal.pk, wish="next")
    for stage in of_sales(trade.company.dan):
        assert (stage.sum.count, stage.average_days) == (0, None)
    assert of_sales(trade.company.carol)[1].sum.count == 1


def test_statistics_take_three_queries_however_many_deals_there_are(trade: Trade, march: date) -> None:
    shown = processes()
    for count in (1, 10):
        for _ in range(count):
            move(trade.alice, trade.deal().pk, wish="next")
        with CaptureQueriesContext(connection) as queries:
            statistics(trade.alice, shown)
        assert len(queries) == 3


def test_averages_have_two_decimals(trade: Trade, march: date) -> None:
    for number in (0, 0, 1):
        deal = trade.deal()
        deal.entries.update(on=march - days(number))
        move(trade.alice, deal.pk, wish="next")
    assert of_sales(trade.alice)[0].average_days == Decimal("0.33")
