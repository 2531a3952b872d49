"""Where a deal lands whose stage was deleted since: on undo, redo, reopening and out of the bin (decision 19)."""

from datetime import date
from decimal import Decimal

import pytest

from opportune.ledger.models import Change
from opportune.ledger.undo import undo
from opportune.opportunities import actions
from opportune.opportunities.entries import VALUED_FIELDS, rebuilt
from opportune.opportunities.models import Opportunity
from opportune.process.actions import delete_stage
from opportune.process.queries import ProcessPicture
from opportune.reference.actions import change_setting
from tests.deals import SYSTEM, Trade, entries_of, last_change_set, parts, process_with, stage

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("march")]
WHERE = ("stage_id", "status", "pipeline_phase_id")
LIKELY = ("chance", "completed", "probability", "probability_source")


@pytest.fixture
def road(trade: Trade) -> ProcessPicture:
    """Four stages, any of which may be passed."""
    return process_with(
        stage("a", 10, 5), stage("b", 20, 40, skip=True), stage("c", 60, 70, skip=True), stage("d", 90, 95)
    )


@pytest.fixture
def deal(trade: Trade, road: ProcessPicture) -> Opportunity:
    """A deal in the first stage."""
    return trade.deal(process_id=road.id, stage_id=road.stages[0].id, estimated_value=1000)


def now(deal: Opportunity) -> Opportunity:
    """The deal as it is stored, its entries as the ledger tells them."""
    stored = Opportunity.objects.get(pk=deal.pk)
    names = (*VALUED_FIELDS, "move", "on", "at", "ended_at", "is_current", "change_set_id")
    changes = Change.objects.filter(kind="opportunity", record_id=deal.pk).order_by("version")
    told = rebuilt(deal.pk, changes.select_related("change_set"))
    assert [parts(entry, *names) for entry in told] == [parts(entry, *names) for entry in entries_of(deal)]
    assert parts(entries_of(deal)[-1], *VALUED_FIELDS) == parts(stored, *VALUED_FIELDS)
    return stored


def undone(change_set: int) -> int:
    """Undo as who may everything; the change set of the undo."""
    return undo(SYSTEM, change_set).change_set_id or 0


def test_undoing_a_move_from_a_stage_since_replaced_leads_to_its_replacement(
    trade: Trade, deal: Opportunity, road: ProcessPicture
) -> None:
    a, _, c, _ = road.stages
    moved = last_change_set(actions.move, trade.alice, deal.pk, wish="next")
    delete_stage(SYSTEM, a.id, replacement_id=c.id)
    taken_back = undone(moved)
    assert parts(now(deal), *WHERE) == (c.id, "in_progress", c.id)
    assert parts(now(deal), *LIKELY) == (60, 70, 60, "process")
    assert parts(now(deal), "expected", "stage_since") == (600, date(2026, 3, 10))
    undone(taken_back)
    assert parts(now(deal), *WHERE) == (road.stages[1].id, "in_progress", road.stages[1].id)


def test_a_typed_chance_is_kept_in_the_replacement(
    trade: Trade, deal: Opportunity, road: ProcessPicture
) -> None:
    actions.edit(trade.alice, deal.pk, {"chance": 33})
    moved = last_change_set(actions.move, trade.alice, deal.pk, wish="next", chance=Decimal(44))
    delete_stage(SYSTEM, road.stages[0].id, replacement_id=road.stages[2].id)
    undone(moved)
    assert parts(now(deal), *LIKELY) == (33, 70, 33, "typed")


def test_a_replacement_that_was_replaced_in_turn_leads_on(
    trade: Trade, deal: Opportunity, road: ProcessPicture
) -> None:
    a, b, c, d = road.stages
    moved = last_change_set(actions.move, trade.alice, deal.pk, stage_id=d.id)
    delete_stage(SYSTEM, a.id, replacement_id=b.id)
    delete_stage(SYSTEM, b.id, replacement_id=c.id)
    undone(moved)
    assert parts(now(deal), *WHERE) == (c.id, "in_progress", c.id)


def test_undoing_a_move_from_a_stage_gone_without_replacement_leaves_none_and_the_chances(
    trade: Trade, deal: Opportunity, road: ProcessPicture
) -> None:
    moved = last_change_set(actions.move, trade.alice, deal.pk, wish="next")
    delete_stage(SYSTEM, road.stages[0].id)
    undone(moved)
    assert parts(now(deal), *WHERE) == (None, "not_started", None)
    assert parts(now(deal), *LIKELY) == (10, 5, 10, "process")
    assert now(deal).stage_since is None


def test_redoing_a_move_into_a_stage_gone_since_leads_to_its_replacement(
    trade: Trade, deal: Opportunity, road: ProcessPicture
) -> None:
    moved = last_change_set(actions.move, trade.alice, deal.pk, wish="next")
    taken_back = undone(moved)
    delete_stage(SYSTEM, road.stages[1].id, replacement_id=road.stages[3].id)
    undone(taken_back)
    assert parts(now(deal), *WHERE) == (road.stages[3].id, "in_progress", road.stages[3].id)


@pytest.mark.parametrize("outcome", ["won", "lost"])
def test_undoing_a_closing_leads_to_the_replacement_and_redoing_it_to_what_was_closed(
    trade: Trade, deal: Opportunity, road: ProcessPicture, outcome: str
) -> None:
    a, b, *_ = road.stages
    reason = "PRICE_W" if outcome == "won" else "PRICE_L"
    closed = last_change_set(trade.closed, deal, outcome=outcome, reason=reason)
    delete_stage(SYSTEM, a.id, replacement_id=b.id)
    assert now(deal).stage_id == a.id, "the past of a closed deal stays"
    taken_back = undone(closed)
    assert parts(now(deal), *WHERE) == (b.id, "in_progress", b.id)
    assert parts(now(deal), *LIKELY) == (20, 40, 20, "process")
    undone(taken_back)
    assert parts(now(deal), *WHERE) == (a.id, outcome, a.id)


def test_undoing_the_win_of_a_finished_deal_in_a_stage_gone_finishes_nothing(
    trade: Trade, deal: Opportunity, road: ProcessPicture
) -> None:
    last = road.stages[3]
    actions.move(trade.alice, deal.pk, stage_id=last.id)
    actions.move(trade.alice, deal.pk, wish="finish")
    won = last_change_set(trade.won, deal)
    delete_stage(SYSTEM, last.id, replacement_id=road.stages[0].id)
    undone(won)
    assert parts(now(deal), "stage_id", "is_finished") == (road.stages[0].id, False)


def test_reopening_without_its_stage_leaves_none_and_a_phase_that_is_there(
    trade: Trade, deal: Opportunity, road: ProcessPicture
) -> None:
    a, b, *_ = road.stages
    trade.lost(deal)
    delete_stage(SYSTEM, a.id, replacement_id=b.id)
    reopened = last_change_set(actions.reopen, trade.alice, deal.pk)
    assert parts(now(deal), *WHERE) == (None, "not_started", b.id)
    taken_back = undone(reopened)
    assert parts(now(deal), *WHERE) == (a.id, "lost", a.id)
    undone(taken_back)
    assert parts(now(deal), *WHERE) == (None, "not_started", b.id)


@pytest.mark.parametrize("replaced", [True, False])
def test_redoing_a_reopening_does_not_lead_into_a_stage_gone_since(
    trade: Trade, deal: Opportunity, road: ProcessPicture, replaced: bool
) -> None:
    a, b, *_ = road.stages
    trade.lost(deal)
    taken_back = undone(last_change_set(actions.reopen, trade.alice, deal.pk))
    delete_stage(SYSTEM, a.id, replacement_id=b.id if replaced else None)
    undone(taken_back)
    there = (b.id, "in_progress", b.id) if replaced else (None, "not_started", None)
    assert parts(now(deal), *WHERE) == there


@pytest.mark.parametrize("replaced", [True, False])
def test_a_deal_out_of_the_bin_stands_on_no_stage_that_went_meanwhile(
    trade: Trade, deal: Opportunity, road: ProcessPicture, replaced: bool
) -> None:
    a, b, *_ = road.stages
    change_setting(SYSTEM, "allow_deleting_open", True)
    actions.delete_opportunity(trade.alice, deal.pk)
    delete_stage(SYSTEM, a.id, replacement_id=b.id if replaced else None)
    actions.restore_opportunity(trade.alice, deal.pk)
    there = (b.id, "in_progress", b.id) if replaced else (None, "not_started", None)
    assert parts(now(deal), *WHERE) == there


def test_a_creation_redone_begins_in_the_replacement(trade: Trade, road: ProcessPicture) -> None:
    a, b, *_ = road.stages
    made = last_change_set(trade.deal, process_id=road.id, stage_id=a.id)
    deal = Opportunity.objects.get()
    taken_back = undone(made)
    delete_stage(SYSTEM, a.id, replacement_id=b.id)
    undone(taken_back)
    assert parts(now(deal), *WHERE) == (b.id, "in_progress", b.id)


def test_undoing_a_switch_back_into_a_stage_gone_leads_to_its_replacement(
    trade: Trade, deal: Opportunity, road: ProcessPicture
) -> None:
    actions.move(trade.alice, deal.pk, stage_id=trade.sales.stages[0].id)
    actions.switch_process(trade.alice, deal.pk, road.id)
    switched = last_change_set(actions.switch_process, trade.alice, deal.pk, trade.sales.id)
    delete_stage(SYSTEM, road.stages[0].id, replacement_id=road.stages[2].id)
    undone(switched)
    assert parts(now(deal), "process_id", "stage_id", "probability") == (road.id, road.stages[2].id, 60)


def test_deleting_a_stage_again_by_redo_takes_along_who_came_meanwhile(
    trade: Trade, deal: Opportunity, road: ProcessPicture
) -> None:
    a, b, *_ = road.stages
    taken_back = undone(last_change_set(delete_stage, SYSTEM, a.id, replacement_id=b.id))
    newcomer = trade.deal(process_id=road.id, stage_id=a.id)
    undone(taken_back)
    for one in (deal, newcomer):
        assert parts(now(one), *WHERE) == (b.id, "in_progress", b.id)


def test_deleting_a_stage_again_whose_replacement_went_leads_on(
    trade: Trade, deal: Opportunity, road: ProcessPicture
) -> None:
    a, b, c, _ = road.stages
    taken_back = undone(last_change_set(delete_stage, SYSTEM, a.id, replacement_id=b.id))
    newcomer = trade.deal(process_id=road.id, stage_id=a.id)
    delete_stage(SYSTEM, b.id, replacement_id=c.id)
    undone(taken_back)
    for one in (deal, newcomer):
        assert parts(now(one), *WHERE) == (c.id, "in_progress", c.id)
