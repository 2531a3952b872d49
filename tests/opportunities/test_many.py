"""Closing, assigning and moving many deals: what becomes of each, in how many queries, and undone as one."""

from collections.abc import Callable
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from opportune.activities.actions import create_task
from opportune.activities.models import Task
from opportune.customers.models import Account
from opportune.kernel.errors import Invalid, NotPermitted, Refused
from opportune.ledger.undo import undo
from opportune.opportunities import actions
from opportune.opportunities.filters import OpportunityFilter
from opportune.opportunities.models import Competitor, Opportunity
from opportune.process.actions import require_step
from tests.deals import SYSTEM, TODAY, Trade, entries_of, id_of, last_change_set, process_with, stage
from tests.people import without

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("march")]
LOST: dict[str, Any] = {"outcome": "lost", "reason": "PRICE_L", "on": TODAY}
WON: dict[str, Any] = {"outcome": "won", "reason": "PRICE_W", "on": TODAY}


def deals(trade: Trade, number: int = 3, **fields: Any) -> list[int]:
    """Some deals of Alice's, by their ids."""
    return [trade.deal(f"Pump {one}", **{"estimated_value": 10, **fields}).pk for one in range(number)]


def codes(outcomes: actions.Outcomes) -> dict[int, str]:
    """Why deals were skipped."""
    return {one.id: one.error.code for one in outcomes.skipped}


def test_each_deal_is_closed_or_says_why_not(trade: Trade) -> None:
    open_one, closed, bobs, worthless = deals(trade, 4)
    trade.lost(Opportunity.objects.get(pk=closed))
    hidden = trade.deal(owner=trade.company.dan).pk
    Opportunity.objects.filter(pk=bobs).update(owner_id=id_of(trade.company.bob))
    actions.edit(trade.alice, worthless, {"estimated_value": 0})
    done = actions.close_many(trade.alice, ids=[open_one, closed, bobs, worthless, hidden], **WON)
    assert done.done == (open_one,)
    assert codes(done) == {
        closed: "closed",
        bobs: "not_permitted",
        worthless: "confirm_zero",
        hidden: "not_found",
    }
    assert "Pump" not in [one.subject for one in done.skipped if one.id == hidden]
    assert Opportunity.objects.get(pk=open_one).actual_value == 10
    assert Account.objects.get(pk=trade.account.pk).customer_since == TODAY


def test_all_that_match_are_closed(trade: Trade) -> None:
    mine = deals(trade)
    other = trade.deal("Valve").pk
    wanted = OpportunityFilter.read({"text": "pump"}, trade.alice)
    assert actions.close_many(trade.alice, wanted=wanted, **LOST).done == tuple(mine)
    assert Opportunity.objects.get(pk=other).is_open


def test_what_concerns_all_is_refused_for_all(trade: Trade) -> None:
    ids = deals(trade)
    for wrong, field in (({"reason": ""}, "reason"), ({"reason": "PRICE_W"}, "reason"), ({"on": None}, "on")):
        with pytest.raises(Invalid) as invalid:
            actions.close_many(trade.alice, ids=ids, **{**LOST, **wrong})
        assert set(invalid.value.fields) == {field}
    choices: list[dict[str, Any]] = [{}, {"ids": ids, "wanted": OpportunityFilter()}]
    for choice in choices:
        with pytest.raises(Invalid) as invalid:
            actions.close_many(trade.alice, **choice, **LOST)
        assert set(invalid.value.fields) == {"ids"}


def test_who_may_change_nothing_closes_nothing(trade: Trade) -> None:
    with pytest.raises(NotPermitted):
        actions.close_many(trade.company.rita, ids=deals(trade), **LOST)
    with pytest.raises(NotPermitted):
        actions.assign_many(without(trade.company.carol, "assign"), ids=[], owner_id=1)


def test_a_closing_of_many_is_undone_as_one(trade: Trade) -> None:
    ids = deals(trade)
    for one in ids:
        create_task(trade.alice, one, subject="Call")
    closed = last_change_set(actions.close_many, trade.alice, ids=ids, lost_to="Globex", **LOST)
    assert Task.objects.filter(state=Task.State.CANCELLED).count() == 3
    undo(trade.alice, closed)
    assert {deal.status for deal in Opportunity.objects.filter(pk__in=ids)} == {"in_progress"}
    assert {deal.lost_to_id for deal in Opportunity.objects.filter(pk__in=ids)} == {None}
    assert Task.objects.filter(state=Task.State.OPEN).count() == 3
    assert Competitor.objects.get().deleted_at is not None


def test_many_are_given_to_a_colleague(trade: Trade) -> None:
    ids = deals(trade)
    trade.lost(Opportunity.objects.get(pk=ids[0]))
    carol, bob = trade.company.carol, id_of(trade.company.bob)
    done = actions.assign_many(carol, ids=ids, owner_id=bob)
    assert (done.done, codes(done)) == (tuple(ids[1:]), {ids[0]: "closed"})
    assert entries_of(Opportunity.objects.get(pk=ids[1]))[-1].owner_id == bob
    handed = actions.assign_many(trade.company.ada, ids=ids, owner_id=bob)
    assert handed.done == tuple(ids), "an administrator hands closed ones over"


def test_nobody_unknown_becomes_responsible(trade: Trade) -> None:
    with pytest.raises(Invalid) as invalid:
        actions.assign_many(trade.company.carol, ids=deals(trade), owner_id=10**9)
    assert set(invalid.value.fields) == {"owner_id"}


def test_many_move_to_a_stage_each_by_its_own_move(trade: Trade) -> None:
    stages = trade.sales.stages
    first, second = deals(trade, 1), deals(trade, 1, stage_id=stages[1].id)
    third = deals(trade, 1, stage_id=stages[2].id)
    done = actions.move_many(trade.alice, ids=[*first, *second, *third], stage_id=stages[1].id)
    assert done.done == (*first, *second, *third)
    moves = [entries_of(Opportunity.objects.get(pk=one))[-1].move for one in done.done]
    assert moves == ["next", "update", "previous"]


def test_many_move_to_another_process(trade: Trade) -> None:
    other = process_with(stage("a", 10), key="other")
    ids = deals(trade)
    moved = last_change_set(actions.move_many, trade.alice, ids=ids, stage_id=other.stages[0].id)
    assert {deal.process_id for deal in Opportunity.objects.filter(pk__in=ids)} == {other.id}
    undo(trade.alice, moved)
    assert {deal.process_id for deal in Opportunity.objects.filter(pk__in=ids)} == {trade.sales.id}


def test_gates_hold_back_each_deal_alone(trade: Trade) -> None:
    budget = next(step for step in trade.sales.stages[0].steps if step.field == "budget")
    require_step(SYSTEM, budget.id, is_required=True)
    ready, unready = deals(trade, 2)
    actions.edit(trade.alice, ready, {"budget": 5})
    done = actions.move_many(trade.alice, ids=[ready, unready], wish="next")
    assert (done.done, codes(done)) == ((ready,), {unready: "steps_missing"})


def test_won_is_no_stage_to_move_to(trade: Trade) -> None:
    with pytest.raises(Refused) as refusal:
        actions.move_many(trade.alice, ids=deals(trade), wish="won")
    assert refusal.value.code == "close_instead"


COMMANDS: list[Callable[[Trade, list[int]], Any]] = [
    lambda trade, ids: actions.close_many(trade.company.ada, ids=ids, **WON),
    lambda trade, ids: actions.assign_many(trade.company.ada, ids=ids, owner_id=id_of(trade.company.bob)),
    lambda trade, ids: actions.move_many(trade.company.ada, ids=ids, wish="next"),
]


@pytest.mark.parametrize("command", COMMANDS, ids=["close", "assign", "move"])
def test_many_take_as_many_queries_as_few(trade: Trade, command: Callable[[Trade, list[int]], Any]) -> None:
    def counted(number: int) -> int:
        ids = deals(trade, number)
        for one in ids:
            create_task(trade.alice, one, subject="Call")
        with CaptureQueriesContext(connection) as queries:
            assert len(command(trade, ids).done) == number
        return len(queries)

    trade.won(trade.deal(estimated_value=1))  # the account has bought before
    assert counted(2) == counted(12)
