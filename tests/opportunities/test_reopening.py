"""Reopening: everything comes back as it was before the closing (domain.md §2.10)."""

from datetime import date
from decimal import Decimal

import pytest

from opportune.activities.models import Task
from opportune.kernel import clock
from opportune.kernel.errors import Conflict, NotFound, NotPermitted, Refused
from opportune.ledger.lasting import new_edition
from opportune.opportunities import actions
from opportune.opportunities.models import Opportunity
from opportune.process.models import Stage
from opportune.process.queries import process_by_key
from opportune.reference.actions import set_rate
from tests.deals import NOON, SYSTEM, Trade, days, entries_of, id_of, parts, process_with, stage

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("march")]


@pytest.fixture
def deal(trade: Trade) -> Opportunity:
    """A deal in progress."""
    return trade.deal(estimated_value="1000")


@pytest.mark.parametrize("outcome", ["won", "lost"])
def test_a_deal_stands_again_where_it_stood(trade: Trade, deal: Opportunity, outcome: str) -> None:
    actions.move(trade.alice, deal.pk, wish="next", chance=Decimal(33))
    trade.closed(deal, outcome=outcome, reason="PRICE_W" if outcome == "won" else "PRICE_L")
    again = actions.reopen(trade.alice, deal.pk)
    assert parts(again, "status", "stage_id") == ("in_progress", trade.sales.stages[1].id)
    assert parts(again, "chance", "completed", "probability") == (33, 40, 33)
    assert again.probability_source == "typed"
    assert parts(again, "value", "expected") == (1000, 330)


def test_the_actuals_leave_the_record_and_stay_in_the_entry(trade: Trade, deal: Opportunity) -> None:
    trade.won(deal, actual_value="1100", description="At last")
    again = actions.reopen(trade.alice, deal.pk)
    assert parts(again, "actual_value", "closed_on", "close_reason_id") == (None, None, None)
    assert again.close_description == ""
    won = entries_of(deal)[-2]
    assert parts(won, "status", "actual_value") == ("won", 1100)
    assert won.close_reason_id is not None


def test_the_forecast_category_is_the_pipeline_again(trade: Trade, deal: Opportunity) -> None:
    actions.edit(trade.alice, deal.pk, {"forecast_category": "committed"})
    trade.won(deal)
    assert actions.reopen(trade.alice, deal.pk).forecast_category == "pipeline"


def test_a_deal_that_was_never_started_is_not_started_again(trade: Trade) -> None:
    deal = trade.deal(stage_id=None)
    trade.lost(deal)
    again = actions.reopen(trade.alice, deal.pk)
    assert parts(again, "status", "stage_id", "probability") == ("not_started", None, None)


def test_a_deal_whose_stage_is_gone_has_none(trade: Trade) -> None:
    process = process_with(stage("a", 10), stage("b", 20), key="shrinking")
    deal = trade.deal(process_id=process.id, stage_id=process.stages[1].id)
    trade.lost(deal)
    Stage.objects.filter(pk=process.stages[1].id).update(process_id=trade.sales.id, position=99)
    new_edition()
    again = actions.reopen(trade.alice, deal.pk)
    assert parts(again, "status", "stage_id", "chance") == ("not_started", None, 20)


def test_the_rate_of_the_amount_comes_back(trade: Trade) -> None:
    set_rate(SYSTEM, code="USD", rate=Decimal(2), valid_from=date(2026, 1, 1))
    with clock.stopped_at(NOON - days(9)):
        deal = trade.deal(currency="USD", estimated_value=100)
    set_rate(SYSTEM, code="USD", rate=Decimal(4), valid_from=date(2026, 3, 5))
    trade.won(deal)
    assert actions.reopen(trade.alice, deal.pk).value_base == 50


def test_cancelled_tasks_stay_cancelled(trade: Trade) -> None:
    deal = trade.deal(process_id=process_by_key("contact_manager").id)
    trade.lost(deal)
    actions.reopen(trade.alice, deal.pk)
    assert set(Task.objects.filter(about_id=deal.pk).values_list("state", flat=True)) == {"cancelled"}


def test_a_reopened_deal_moves_on(trade: Trade, deal: Opportunity) -> None:
    trade.won(deal)
    actions.reopen(trade.alice, deal.pk)
    assert actions.move(trade.alice, deal.pk, wish="next").stage_id == trade.sales.stages[1].id


def test_a_deal_is_reopened_as_it_was_before_its_last_closing(trade: Trade, deal: Opportunity) -> None:
    trade.lost(deal)
    actions.reopen(trade.alice, deal.pk)
    actions.move(trade.alice, deal.pk, wish="next")
    trade.won(deal)
    assert actions.reopen(trade.alice, deal.pk).stage_id == trade.sales.stages[1].id


def test_an_open_deal_is_not_reopened(trade: Trade, deal: Opportunity) -> None:
    with pytest.raises(Refused) as refused:
        actions.reopen(trade.alice, deal.pk)
    assert refused.value.code == "not_closed"


def test_only_those_who_may_change_a_deal_reopen_it(trade: Trade, deal: Opportunity) -> None:
    trade.won(deal)
    with pytest.raises(NotPermitted):
        actions.reopen(trade.company.bob, deal.pk)
    with pytest.raises(NotFound):
        actions.reopen(trade.company.dan, deal.pk)
    assert actions.reopen(trade.company.carol, deal.pk).status == "in_progress"


def test_a_reopening_meets_another_persons(trade: Trade, deal: Opportunity) -> None:
    trade.won(deal)
    actions.reopen(trade.company.carol, deal.pk)
    trade.lost(deal)
    with pytest.raises(Conflict):
        actions.reopen(trade.alice, deal.pk, version=2)
    assert actions.reopen(trade.alice, deal.pk, version=4).status == "in_progress"


def test_a_reopening_and_a_hand_over_merge(trade: Trade, deal: Opportunity) -> None:
    trade.won(deal)
    actions.assign(trade.company.ada, deal.pk, owner_id=id_of(trade.company.carol))
    assert actions.reopen(trade.company.carol, deal.pk, version=2).status == "in_progress"


def test_a_version_that_does_not_exist_is_a_conflict(trade: Trade, deal: Opportunity) -> None:
    trade.won(deal)
    with pytest.raises(Conflict):
        actions.reopen(trade.alice, deal.pk, version=9)
