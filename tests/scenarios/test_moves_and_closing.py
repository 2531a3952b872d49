"""Scenarios of moving and closing in Business Central, each by the actions and through the API.

Each is named by its prefixed id. Where the three products disagree, docs/requirements says how it is read.
"""

from decimal import Decimal
from typing import Any

import pytest

from opportune.activities.actions import create_task
from opportune.activities.models import Task
from opportune.customers.models import Account, Contact
from opportune.kernel.registries import facts
from opportune.opportunities import queries
from opportune.opportunities.filters import OpportunityFilter
from opportune.opportunities.models import Opportunity
from opportune.process.actions import add_step
from opportune.process.queries import ProcessPicture
from tests.deals import SYSTEM, Trade, entries_of, process_with, stage
from tests.scenarios.hands import ESTIMATES, TODAY, Hand, numbers, open_tasks, refused, started, waiting

pytestmark = pytest.mark.django_db


def cycle(*stages: Any, method: str = "multiply", key: str = "ex") -> ProcessPicture:
    """A sales cycle as Business Central has them: it insists on estimates."""
    return process_with(*stages, key=key, method=method, estimates_required=True)


def existing() -> ProcessPicture:
    """The cycle EX: the last two stages ask for a quote and cannot be skipped."""
    return cycle(
        stage("initial", 10, 2, skip=True),
        stage("presentation", 40, 50, skip=True),
        stage("proposal", 80, 80, quote_required=True),
        stage("sign", 100, 95, quote_required=True),
    )


def one_stage(method: str) -> ProcessPicture:
    """The cycle ONE: completed 50, chances 40."""
    return cycle(stage("only", 40, 50), method=method, key="one")


def test_bc_a1_adding_chances_and_completed(hand: Hand, trade: Trade) -> None:
    deal = waiting(hand, trade, one_stage("add"))
    seen = hand.move(deal, wish="start", estimated_value=10000, chance=40, estimated_close_on="2026-03-03")
    assert numbers(seen, "probability", "expected") == [45, 4500]


def test_bc_a3_completed_alone(hand: Hand, trade: Trade) -> None:
    deal = waiting(hand, trade, one_stage("completed"))
    seen = hand.move(deal, wish="start", estimated_value=10000, chance=40, estimated_close_on="2026-03-03")
    assert numbers(seen, "probability", "expected") == [50, 5000]


def test_bc_a5_percentages_are_not_rounded(hand: Hand, trade: Trade) -> None:
    deal = started(hand, trade, one_stage("multiply"), chance=33, estimated_value=1000)
    assert numbers(hand.see(deal), "probability", "expected") == [Decimal("16.5"), 165]


def test_bc_a7_skip_overwrites_typed_chances(hand: Hand, trade: Trade) -> None:
    process = cycle(stage("a", 10, skip=True), stage("b", 40, skip=True), stage("c", 70))
    deal = started(hand, trade, process)
    seen = hand.move(deal, wish="skip", stage_id=process.stages[2].id, chance=15)
    assert numbers(seen, "chance") == [70]


def test_bc_a9_another_action_proposes_its_own_chances(hand: Hand, trade: Trade) -> None:
    deal = started(hand, trade, cycle(stage("a", 10), stage("b", 40)))
    offered = {one["move"]: one["chance"] for one in hand.moves(deal)["items"]}
    assert offered == {"next": "40.0000", "update": "10.0000"}


def test_bc_c8c_without_activation_it_is_not_started(hand: Hand, trade: Trade) -> None:
    deal = waiting(hand, trade, existing())
    seen = hand.see(deal)
    assert (seen["status"], seen["stage"], seen["pipeline_phase"]) == ("not_started", None, "")
    [entry] = entries_of(Opportunity.objects.get(pk=deal))
    assert (entry.move, entry.stage_id) == ("created", None)


@pytest.mark.parametrize(
    ("lacking", "field"),
    [
        ({"estimated_value": 0}, "estimated_value"),
        ({"chance": 0}, "chance"),
        ({"estimated_close_on": None}, "estimated_close_on"),
        ({"estimated_close_on": "2026-03-01"}, "estimated_close_on"),
        ({"account_id": None}, "customer"),
    ],
)
def test_bc_c10c_creating_in_a_stage_asks_for_estimates(
    hand: Hand, trade: Trade, lacking: dict[str, Any], field: str
) -> None:
    process = existing()
    assert refused(started, hand, trade, process, **lacking) == ("invalid", {field})
    assert not Opportunity.objects.exists()
    assert hand.see(started(hand, trade, process))["status"] == "in_progress"


def test_bc_e2_updating_twice(hand: Hand, trade: Trade) -> None:
    process = cycle(stage("a", 30, 20), stage("b", 70, 60))
    deal = waiting(hand, trade, process, estimated_close_on="2026-06-30")
    hand.move(deal, wish="start", estimated_value=80)
    seen = hand.move(deal, wish="next", estimated_value=80)
    assert (seen["stage"], *numbers(seen, "estimated_value", "chance")) == ("b", 80, 70)
    history = entries_of(Opportunity.objects.get(pk=deal))
    assert [(entry.move, entry.is_current) for entry in history] == [
        ("created", False),
        ("start", False),
        ("next", True),
    ]
    assert history[1].stage_id == process.stages[0].id


def test_bc_e4_a_deal_not_started_does_not_skip(hand: Hand, trade: Trade) -> None:
    deal = waiting(hand, trade, existing())
    assert refused(hand.move, deal, wish="skip") == ("not_started", set())
    assert [one["move"] for one in hand.moves(deal)["items"]] == ["start"]


def test_bc_e8_skipping_only_what_may_be_skipped(hand: Hand, trade: Trade) -> None:
    process = existing()
    second, first = started(hand, trade, process, 1), started(hand, trade, process)
    to = [one.id for one in process.stages]
    assert refused(hand.move, second, wish="skip", stage_id=to[3])[0] == "not_skippable"
    assert refused(hand.move, first, wish="skip", stage_id=to[2])[0] == "quote_missing"
    assert refused(hand.move, second, stage_id=to[2])[0] == "quote_missing"
    assert "skip" not in [one["move"] for one in hand.moves(second)["items"]]


def test_bc_e8_the_nearest_stage_is_next(hand: Hand, trade: Trade, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(facts, "has_open_or_won_quote", lambda _: True)
    process = existing()
    deal = started(hand, trade, process, 1)
    assert hand.move(deal, wish="skip", stage_id=process.stages[2].id)["stage"] == "proposal"
    assert entries_of(Opportunity.objects.get(pk=deal))[-1].move == "next"


def test_bc_e10_update_keeps_the_stage(hand: Hand, trade: Trade) -> None:
    process = existing()
    add_step(SYSTEM, process.stages[1].id, what="task", name_en="Call", name_fr="Appel")
    deal = started(hand, trade, process, 1)
    tasks = Task.objects.count()
    assert refused(hand.move, deal, wish="update", estimated_value=0) == ("invalid", {"estimated_value"})
    seen = hand.move(deal, wish="update", estimated_value=15000, chance=60)
    assert seen["stage"] == "presentation"
    assert numbers(seen, "probability", "expected") == [30, 4500]
    assert entries_of(Opportunity.objects.get(pk=deal))[-1].move == "update"
    assert Task.objects.count() == tasks


def test_bc_e16_one_step_makes_one_task(hand: Hand, trade: Trade) -> None:
    process = cycle(stage("a", 10), stage("b", 20))
    add_step(SYSTEM, process.stages[1].id, what="task", name_en="Call", name_fr="Appel")
    deal = waiting(hand, trade, process, **ESTIMATES)
    hand.move(deal, wish="start")
    hand.move(deal, wish="next")
    assert Task.objects.filter(about_id=deal).count() == 1


def test_bc_e18_only_going_forward_asks_for_a_quote(hand: Hand, trade: Trade) -> None:
    process = cycle(
        stage("a", 10, quote_required=True),
        stage("b", 20, quote_required=True),
        stage("c", 30, quote_required=True),
    )
    deal = waiting(hand, trade, process, **ESTIMATES)
    assert hand.move(deal, wish="start")["stage"] == "a"
    assert hand.move(deal, wish="update")["stage"] == "a"
    assert refused(hand.move, deal, wish="next")[0] == "quote_missing"
    third = started(hand, trade, process, 2)
    assert hand.move(third, wish="previous")["stage"] == "b"
    fourth = started(hand, trade, process, 2)
    assert hand.move(fourth, stage_id=process.stages[0].id)["stage"] == "a"


def test_bc_f2_a_won_deal_is_certain(hand: Hand, trade: Trade) -> None:
    process = cycle(stage("a", 60, 50))
    deal = started(hand, trade, process)
    seen = hand.close(deal, outcome="won", reason="PRICE_W", on="2026-03-02", actual_value=10000)
    assert numbers(seen, "estimated_value", "chance", "completed") == [10000, 100, 100]
    found = queries.totals(trade.alice, OpportunityFilter(account_id=trade.account.pk))
    assert (found.all.count, found.all.value) == (1, Decimal(10000))
    assert queries.board(trade.alice, process, OpportunityFilter()).sum.count == 0


def test_bc_f6_what_a_closing_asks_for(hand: Hand, trade: Trade) -> None:
    deal = started(hand, trade, existing())
    right: dict[str, Any] = {"outcome": "won", "reason": "PRICE_W", "on": "2026-03-02"}
    assert refused(hand.close, deal, **{**right, "outcome": ""}) == ("invalid", {"outcome"})
    assert refused(hand.close, deal, **{**right, "reason": ""}) == ("invalid", {"reason"})
    assert refused(hand.close, deal, **{**right, "on": None}) == ("invalid", {"on"})
    assert refused(hand.close, deal, **{**right, "reason": "PRICE_L"}) == ("invalid", {"reason"})
    assert refused(hand.close, deal, **right, actual_value=0) == ("invalid", {"actual_value"})
    assert hand.see(deal)["status"] == "in_progress"
    lost = hand.close(deal, outcome="lost", reason="PRICE_L", on="2026-03-02", actual_value=0)
    assert lost["status"] == "lost"


@pytest.mark.parametrize(("keep", "left"), [({}, 0), ({"cancel_open_tasks": False}, 1)])
def test_bc_f8_open_tasks_are_cancelled_by_default(
    hand: Hand, trade: Trade, keep: dict[str, Any], left: int
) -> None:
    deal = started(hand, trade, existing())
    create_task(trade.alice, deal, subject="Call")
    assert hand.closure(deal, "won")["open_tasks"] == 1
    hand.close(deal, outcome="won", reason="PRICE_W", on="2026-03-02", **keep)
    assert open_tasks(deal) == left


def test_bc_f10_winning_makes_a_customer(hand: Hand, trade: Trade) -> None:
    process = existing()
    hand.close(started(hand, trade, process), outcome="lost", reason="PRICE_L", on="2026-03-02")
    assert Account.objects.get(pk=trade.account.pk).customer_since is None
    person = trade.company.contact(account_id=trade.account.pk)
    deal = started(hand, trade, process, account_id=None, contact_id=person.pk)
    hand.close(deal, outcome="won", reason="PRICE_W", on="2026-03-02")
    assert Account.objects.get(pk=trade.account.pk).customer_since == TODAY
    alone = trade.company.contact("Roche")
    deal = started(hand, trade, process, account_id=None, contact_id=alone.pk)
    hand.close(deal, outcome="won", reason="PRICE_W", on="2026-03-02")
    assert Contact.objects.get(pk=alone.pk).customer_since == TODAY
