"""Several processes on one deal: places are kept, chances follow, the phase is that of the last move (D-033)."""

from collections.abc import Callable
from datetime import date
from decimal import Decimal
from typing import Any

import pytest

from opportune.activities.models import Task
from opportune.kernel import clock
from opportune.kernel.errors import Conflict, Invalid, NotFound, NotPermitted, Refused
from opportune.ledger.lasting import new_edition
from opportune.ledger.undo import undo
from opportune.opportunities import actions
from opportune.opportunities.models import Opportunity, ProcessRun
from opportune.opportunities.queries import opportunity
from opportune.process.actions import add_step
from opportune.process.models import Process, Stage
from opportune.process.queries import ProcessPicture
from tests.deals import NOON, SYSTEM, Trade, days, entries_of, last_change_set, parts, process_with, stage

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("march")]


@pytest.fixture
def other(trade: Trade) -> ProcessPicture:
    """Three stages of a process that multiplies."""
    return process_with(
        stage("first", 50, 20, skip=True),
        stage("second", 60, 40, skip=True),
        stage("third", 80, 90),
        key="other",
        method="multiply",
    )


@pytest.fixture
def deal(trade: Trade) -> Opportunity:
    """A deal in the second stage of the process that ships, since the first of March."""
    with clock.stopped_at(NOON - days(9)):
        return trade.deal(stage_id=trade.sales.stages[1].id, estimated_value=1000)


def switch(trade: Trade, deal: Opportunity, process: ProcessPicture, **how: Any) -> Opportunity:
    """Alice switches a deal to another process."""
    return actions.switch_process(trade.alice, deal.pk, process.id, **how)


def test_the_place_left_is_kept_and_found_again(
    trade: Trade, deal: Opportunity, other: ProcessPicture
) -> None:
    switched = switch(trade, deal, other)
    assert parts(switched, "process_id", "stage_id", "status") == (other.id, None, "not_started")
    actions.move(trade.alice, deal.pk, stage_id=other.stages[2].id)
    back = switch(trade, deal, trade.sales)
    assert parts(back, "stage_id", "status") == (trade.sales.stages[1].id, "in_progress")
    again = switch(trade, deal, other)
    assert again.stage_id == other.stages[2].id


def test_chances_follow_the_method_and_the_stage(
    trade: Trade, deal: Opportunity, other: ProcessPicture
) -> None:
    first = switch(trade, deal, other)
    assert parts(first, "chance", "completed", "probability") == (45, None, 45), "no stage: C and P stay"
    moved = actions.move(trade.alice, deal.pk, wish="start")
    assert parts(moved, "chance", "completed", "probability", "expected") == (50, 20, 10, 100)
    back = switch(trade, deal, trade.sales)
    assert parts(back, "chance", "completed", "probability") == (45, 40, 45)
    again = switch(trade, deal, other)
    assert parts(again, "chance", "completed", "probability") == (50, 20, 10)


def test_typed_chances_stay_typed(trade: Trade, deal: Opportunity, other: ProcessPicture) -> None:
    actions.move(trade.alice, deal.pk, stage_id=other.stages[0].id)
    actions.edit(trade.alice, deal.pk, {"chance": 30})
    back = switch(trade, deal, trade.sales)
    assert parts(back, "chance", "probability", "probability_source") == (30, 30, "typed")


def test_switching_is_an_entry_and_no_stage_is_entered(
    trade: Trade, deal: Opportunity, other: ProcessPicture
) -> None:
    for process in (trade.sales, other):
        add_step(SYSTEM, process.stages[1].id, what="task", name_en="Call", name_fr="Appel")
    switch(trade, deal, other)
    back = switch(trade, deal, trade.sales)
    assert [entry.move for entry in entries_of(deal)] == ["created", "switch", "switch"]
    assert back.pipeline_phase_id == trade.sales.stages[1].id
    assert not Task.objects.exists()
    assert back.stage_since == date(2026, 3, 10)


def test_moving_to_a_stage_of_another_process_switches_first(
    trade: Trade, deal: Opportunity, other: ProcessPicture
) -> None:
    moved = actions.move(trade.alice, deal.pk, stage_id=other.stages[1].id)
    assert parts(moved, "process_id", "stage_id") == (other.id, other.stages[1].id)
    assert moved.pipeline_phase_id == other.stages[1].id
    assert [entry.move for entry in entries_of(deal)] == ["created", "switch", "start"]


def test_a_refused_move_does_not_switch(trade: Trade, deal: Opportunity, other: ProcessPicture) -> None:
    Stage.objects.filter(pk=other.stages[0].id).update(allow_skip=False)
    new_edition()
    with pytest.raises(Refused) as refusal:
        actions.move(trade.alice, deal.pk, stage_id=other.stages[2].id)
    assert refusal.value.code == "not_skippable"
    assert Opportunity.objects.get(pk=deal.pk).process_id == trade.sales.id
    assert not ProcessRun.objects.exists()


def test_a_stage_that_is_gone_is_no_place(trade: Trade, deal: Opportunity, other: ProcessPicture) -> None:
    switch(trade, deal, other)
    Stage.objects.filter(pk=trade.sales.stages[1].id).update(deleted_at=clock.now())
    new_edition()
    back = switch(trade, deal, trade.sales)
    assert parts(back, "stage_id", "status") == (None, "not_started")


def test_a_retired_unknown_or_present_process_is_refused(
    trade: Trade, deal: Opportunity, other: ProcessPicture
) -> None:
    with pytest.raises(Refused) as refusal:
        switch(trade, deal, trade.sales)
    assert refusal.value.code == "same_process"
    Process.objects.filter(pk=other.id).update(is_retired=True)
    new_edition()
    commands: list[Callable[[], object]] = [
        lambda: switch(trade, deal, other),
        lambda: actions.switch_process(trade.alice, deal.pk, 10**9),
        lambda: actions.move(trade.alice, deal.pk, stage_id=other.stages[0].id),
    ]
    for command in commands:
        with pytest.raises(Invalid) as invalid:
            command()
        assert set(invalid.value.fields) == {"process"}


def test_who_may_not_change_a_deal_does_not_switch_it(
    trade: Trade, deal: Opportunity, other: ProcessPicture
) -> None:
    for actor, refusal in ((trade.company.bob, NotPermitted), (trade.company.dan, NotFound)):
        with pytest.raises(refusal):
            actions.switch_process(actor, deal.pk, other.id)
    trade.lost(deal)
    with pytest.raises(Conflict) as closed:
        switch(trade, deal, other)
    assert closed.value.code == "closed"


def test_a_switch_meets_another_persons_move(trade: Trade, deal: Opportunity, other: ProcessPicture) -> None:
    actions.move(trade.company.carol, deal.pk, wish="next")
    with pytest.raises(Conflict):
        switch(trade, deal, other, version=1)
    assert switch(trade, deal, other, version=2).process_id == other.id


def test_the_date_of_a_switch_is_a_date_of_change(
    trade: Trade, deal: Opportunity, other: ProcessPicture
) -> None:
    switch(trade, deal, other, on=date(2026, 3, 5))
    with pytest.raises(Invalid) as invalid:
        actions.move(trade.alice, deal.pk, wish="start", on=date(2026, 3, 4))
    assert set(invalid.value.fields) == {"on"}


def test_a_switch_is_undone_and_done_again(trade: Trade, deal: Opportunity, other: ProcessPicture) -> None:
    switched = last_change_set(actions.switch_process, trade.alice, deal.pk, other.id)
    undone = undo(trade.alice, switched).change_set_id
    back = Opportunity.objects.get(pk=deal.pk)
    assert parts(back, "process_id", "stage_id", "probability") == (
        trade.sales.id,
        trade.sales.stages[1].id,
        Decimal(45),
    )
    assert undone is not None
    undo(trade.alice, undone)
    assert Opportunity.objects.get(pk=deal.pk).process_id == other.id
    assert switch(trade, deal, trade.sales).stage_id == trade.sales.stages[1].id


def test_a_move_that_switched_is_undone_with_its_phase(
    trade: Trade, deal: Opportunity, other: ProcessPicture
) -> None:
    moved = last_change_set(actions.move, trade.alice, deal.pk, stage_id=other.stages[0].id)
    undo(trade.alice, moved)
    back = Opportunity.objects.get(pk=deal.pk)
    assert parts(back, "process_id", "stage_id", "pipeline_phase_id", "stage_since") == (
        trade.sales.id,
        trade.sales.stages[1].id,
        trade.sales.stages[1].id,
        date(2026, 3, 1),
    )


def test_a_kept_place_outlives_an_undo_that_comes_too_late(
    trade: Trade, deal: Opportunity, other: ProcessPicture
) -> None:
    switched = last_change_set(actions.switch_process, trade.alice, deal.pk, other.id)
    actions.move(trade.alice, deal.pk, wish="start")
    with pytest.raises(Refused) as refusal:
        undo(trade.alice, switched)
    assert refusal.value.code == "nothing_to_undo"
    assert switch(trade, deal, trade.sales).stage_id == trade.sales.stages[1].id


def test_the_record_shows_the_places_kept(trade: Trade, deal: Opportunity, other: ProcessPicture) -> None:
    switch(trade, deal, other)
    record = opportunity(trade.alice, deal.pk)
    places = {run.process.key: run.stage.key if run.stage else None for run in record.runs}
    assert places["sales"] == "develop"
    assert "other" not in places
    assert record.phase == trade.sales.stages[1]


def test_a_finished_process_is_finished_when_one_comes_back(
    trade: Trade, deal: Opportunity, other: ProcessPicture
) -> None:
    actions.move(trade.alice, deal.pk, wish="next")
    actions.move(trade.alice, deal.pk, wish="next")
    finished = last_change_set(actions.move, trade.alice, deal.pk, wish="finish")
    assert not switch(trade, deal, other).is_finished
    assert switch(trade, deal, trade.sales).is_finished
    assert actions.move(trade.alice, deal.pk, wish="update").is_finished
    assert not actions.move(trade.alice, deal.pk, wish="previous").is_finished
    assert finished


def test_finishing_is_undone(trade: Trade, deal: Opportunity) -> None:
    actions.move(trade.alice, deal.pk, stage_id=trade.sales.stages[2].id)
    actions.move(trade.alice, deal.pk, wish="next")
    finished = last_change_set(actions.move, trade.alice, deal.pk, wish="finish")
    undo(trade.alice, finished)
    assert not Opportunity.objects.get(pk=deal.pk).is_finished
