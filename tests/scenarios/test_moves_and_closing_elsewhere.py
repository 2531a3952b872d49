"""Scenarios of moving and closing in Contact Manager and Dynamics 365, each by the actions and through the API.

Each is named by its prefixed id. Where the three products disagree, docs/requirements says how it is read.
"""

from decimal import Decimal
from typing import Any

import pytest

from opportune.activities.actions import create_task
from opportune.ledger.models import ChangeSet
from opportune.ledger.undo import undo
from opportune.opportunities import actions
from opportune.opportunities.models import Opportunity
from opportune.process.actions import require_step
from opportune.process.queries import process_by_key
from opportune.reference.actions import add_currency, change_setting
from tests.deals import SYSTEM, Trade, entries_of, process_with, stage
from tests.scenarios.hands import ByAction, ByApi, Hand, numbers, open_tasks, refused, started

pytestmark = pytest.mark.django_db


def network(hand: Hand, trade: Trade, at: str = "prospecting") -> int:
    """The deal *Network* of 3,739.00 in the stages of the contact manager."""
    process = process_by_key("contact_manager")
    found = process.stage_named(at)
    assert found is not None
    return started(
        hand, trade, process, found.order, estimated_value="3739.00", estimated_close_on="2026-12-31"
    )


def test_cm_s11_expected_revenue_is_exact(hand: Hand, trade: Trade) -> None:
    deal = network(hand, trade, "qualification")
    assert hand.see(deal)["expected"] == "1308.6500"
    assert hand.edit(deal, probability="35.5")["expected"] == "1327.3450"
    assert hand.edit(deal, estimated_value=0)["expected"] == "0.0000"


def test_cm_s13_a_probability_lies_between_0_and_100(hand: Hand, trade: Trade) -> None:
    deal = network(hand, trade)
    for wrong in (-1, 101, "abc"):
        assert refused(hand.edit, deal, probability=wrong) == ("invalid", {"probability"})
    for right in ("0", "100", "35.5"):
        assert numbers(hand.edit(deal, probability=right), "probability") == [Decimal(right)]


def test_cm_s19_closed_won_is_certain_and_locked(hand: Hand, trade: Trade) -> None:
    deal = network(hand, trade, "negotiation")
    assert hand.see(deal)["expected"] == "3178.1500"
    assert refused(hand.move, deal, **WON_AS_A_STAGE[type(hand)])[0] == "close_instead"
    won = hand.close(deal, outcome="won", reason="PRICE_W", on="2026-03-02")
    assert (won["probability"], won["expected"]) == ("100.0000", "3739.0000")
    assert refused(hand.edit, deal, subject="Cabling")[0] == "closed"


WON_AS_A_STAGE: dict[Any, dict[str, str]] = {ByAction: {"wish": "won"}, ByApi: {"stage": "won"}}


def test_cm_s21_the_close_date_is_stored_with_the_closing(hand: Hand, trade: Trade) -> None:
    deal = network(hand, trade)
    won = hand.close(deal, outcome="won", reason="PRICE_W", on="2026-03-02")
    assert (won["status"], won["closed_on"]) == ("won", "2026-03-02")
    assert refused(hand.edit, deal, estimated_close_on="2027-01-01")[0] == "closed"


def test_cm_s23_many_are_closed_at_once(hand: Hand, trade: Trade) -> None:
    deals = [network(hand, trade) for _ in range(5)]
    hand.close(deals[0], outcome="won", reason="PRICE_W", on="2026-03-02")
    assert refused(hand.close_many, ids=deals, outcome="lost", reason="", on="2026-03-02") == (
        "invalid",
        {"reason"},
    )
    done = hand.close_many(ids=deals, outcome="lost", reason="PRICE_L", on="2026-03-02")
    assert done["message"] == "4 closed, 1 skipped (closed)."
    assert [(one["id"], one["code"]) for one in done["skipped"]] == [(deals[0], "closed")]
    assert [hand.see(deal)["status"] for deal in deals] == ["won", *["lost"] * 4]
    assert {hand.see(deal)["probability"] for deal in deals[1:]} == {"0.0000"}


def test_cm_s43_all_that_match_are_assigned_in_one_action(
    way: type[ByAction] | type[ByApi], trade: Trade
) -> None:
    drafts = [
        actions.Draft({"subject": f"Pump {number}", "account_id": trade.account.pk}) for number in range(60)
    ]
    actions.create_many(trade.alice, drafts)
    carol, bob = way(trade.company.carol), trade.company.bob.person_id
    done = carol.assign_many(filter={"status": "open", "owner": str(trade.alice.person_id)}, owner_id=bob)
    assert (done["message"], len(done["done"])) == ("60 assigned.", 60)
    assert Opportunity.objects.filter(owner_id=bob).count() == 60
    in_one = ChangeSet.objects.get(verb="assign_opportunities")
    undo(trade.company.carol, in_one.pk)
    assert Opportunity.objects.filter(owner_id=trade.alice.person_id).count() == 60


def test_ds_s25_a_required_step_gates_the_stage(hand: Hand, trade: Trade) -> None:
    develop = trade.sales.stages[1]
    need = next(step for step in develop.steps if step.field == "customer_need")
    require_step(SYSTEM, need.id, is_required=True)
    deal = started(hand, trade, trade.sales, 1)
    assert refused(hand.move, deal, wish="next")[0] == "steps_missing"
    hand.edit(deal, customer_need="Needs 40 seats")
    assert hand.move(deal, wish="next")["pipeline_phase"] == "3-Propose"


def test_ds_s29_the_phase_is_the_last_stage_entered_in_any_process(hand: Hand, trade: Trade) -> None:
    other = process_with(stage("qualify", 5, 1), stage("develop", 15, 2), stage("propose", 25, 3), key="p2")
    deal = started(hand, trade, trade.sales)
    hand.move(deal, wish="next")
    assert hand.move(deal, wish="next")["pipeline_phase"] == "3-Propose"
    switched = hand.switch(deal, other.id)
    assert (switched["process"], switched["stage"], switched["status"]) == ("p2", None, "not_started")
    assert switched["pipeline_phase"] == "3-Propose", "switching enters no stage"
    moved = hand.move(deal, stage_id=other.stages[0].id)
    assert (moved["stage"], *numbers(moved, "chance", "completed")) == ("qualify", 5, 1)
    assert hand.move(deal, wish="next")["pipeline_phase"] == "2-Develop"
    back = hand.switch(deal, trade.sales.id)
    assert (back["stage"], back["pipeline_phase"]) == ("propose", "2-Develop")
    assert numbers(back, "chance", "completed", "probability") == [65, 70, 65]
    there = hand.move(deal, stage_id=other.stages[2].id)
    assert (there["process"], there["stage"], there["pipeline_phase"]) == ("p2", "propose", "3-Propose")


def test_ds_s57_won_for_another_amount(hand: Hand, trade: Trade) -> None:
    deal = started(hand, trade, trade.sales, estimated_value=12000)
    won = hand.close(deal, outcome="won", reason="PRICE_W", on="2026-03-02", actual_value=11400)
    assert numbers(won, "actual_value", "value", "estimated_value") == [11400, 11400, 12000]


def test_ds_s61_reopening_takes_the_closing_back(hand: Hand, trade: Trade) -> None:
    deal = started(hand, trade, trade.sales, 1, forecast_category="committed")
    lost = hand.close(
        deal, outcome="lost", reason="COMPETITOR_L", on="2026-03-02", lost_to="Globex", description="Price"
    )
    assert (lost["forecast_category"], lost["lost_to"]) == ("lost", "Globex")
    again = hand.reopen(deal)
    assert (again["status"], again["stage"]) == ("in_progress", "develop")
    assert (again["actual_value"], again["closed_on"], again["lost_to"]) == (None, None, "")
    assert (again["forecast_category"], *numbers(again, "probability")) == ("pipeline", 45)


@pytest.mark.parametrize(("cancel", "left"), [(False, 2), (True, 0)])
def test_ds_s63_the_dialog_says_how_many_tasks_are_open(
    hand: Hand, trade: Trade, cancel: bool, left: int
) -> None:
    deal = started(hand, trade, trade.sales)
    for subject in ("Call", "Write"):
        create_task(trade.alice, deal, subject=subject)
    offered = hand.closure(deal, "lost")
    assert (offered["open_tasks"], offered["on"], offered["actual_value"]) == (2, "2026-03-02", None)
    hand.close(deal, outcome="lost", reason="PRICE_L", on="2026-03-02", cancel_open_tasks=cancel)
    assert open_tasks(deal) == left


def test_d_061_finishing_closes_nothing(hand: Hand, trade: Trade) -> None:
    last = trade.sales.stages[-1]
    tick = next(step for step in last.steps if step.what == "tick")
    require_step(SYSTEM, tick.id, is_required=True)
    deal = started(hand, trade, trade.sales, 2)
    assert refused(hand.move, deal, wish="finish")[0] == "not_last_stage"
    assert "finish" in hand.move(deal, wish="next")["may"]
    assert refused(hand.move, deal, wish="finish")[0] == "steps_missing"
    actions.mark_step(trade.alice, deal, tick.id)
    finished = hand.move(deal, wish="finish")
    assert (finished["is_finished"], finished["status"], finished["stage"]) == (True, "in_progress", "close")
    assert {"close_as_won", "close_as_lost"} <= set(finished["may"])
    assert entries_of(Opportunity.objects.get(pk=deal))[-1].move == "finish"
    assert refused(hand.move, deal, wish="finish")[0] == "already_finished"
    assert hand.move(deal, wish="previous")["is_finished"] is False


def test_ds_s55_base_amounts_have_the_digits_of_the_base_currency(hand: Hand, trade: Trade) -> None:
    add_currency(SYSTEM, code="JPY", digits=0)
    change_setting(SYSTEM, "base_currency", "JPY")
    deal = hand.create(subject="Pumps", account_id=trade.account.pk, currency="JPY", estimated_value="1234.5")
    assert numbers(hand.see(deal), "value", "value_base") == [Decimal("1234.5"), Decimal(1235)]
