"""Administering steps: changing, ordering, moving, deleting (C-074…C-087, C-092)."""

from collections.abc import Callable
from datetime import date
from typing import Any

import pytest

from opportune.activities.actions import complete_task
from opportune.activities.models import Task
from opportune.kernel.errors import Conflict, Invalid, NotFound, NotPermitted, Refused
from opportune.ledger.undo import undo
from opportune.opportunities.actions import mark_step
from opportune.process import actions
from opportune.process.queries import ProcessPicture, StepPicture, process_by_id, process_by_key, step_use
from tests.deals import SYSTEM, Trade, days, last_change_set

pytestmark = pytest.mark.django_db


@pytest.fixture
def cm(trade: Trade) -> ProcessPicture:
    """The process of which every step is a task."""
    return process_by_key("contact_manager")


def steps(process: ProcessPicture, stage: int = 0) -> list[str]:
    return [step.name_en for step in process_by_id(process.id).stages[stage].steps]


def step(process: ProcessPicture, stage: int = 0, index: int = 0) -> StepPicture:
    return process_by_id(process.id).stages[stage].steps[index]


def test_a_step_is_changed(cm: ProcessPicture) -> None:
    changed = actions.change_step(
        SYSTEM,
        step(cm).id,
        {"name_en": "Ask", "name_fr": "Demander", "delay_days": 4, "reminder_days": 1, "is_required": True},
    )
    assert (changed.name("en"), changed.name("fr")) == ("Ask", "Demander")
    assert (changed.delay_days, changed.reminder_days, changed.is_required) == (4, 1, True)


@pytest.mark.parametrize(
    ("changes", "wrong"),
    [
        ({"name_fr": ""}, {"name_fr"}),
        ({"delay_days": 366}, {"delay_days"}),
        ({"delay_days": "2.5"}, {"delay_days"}),
        ({"delay_days": None, "reminder_days": 1}, {"reminder_days"}),
        ({"field": "budget"}, {"field"}),
        ({"what": "tick"}, {"what"}),
    ],
)
def test_a_step_refuses_what_it_cannot_be(
    cm: ProcessPicture, changes: dict[str, Any], wrong: set[str]
) -> None:
    with pytest.raises(Invalid) as refused:
        actions.change_step(SYSTEM, step(cm).id, changes)
    assert set(refused.value.fields) == wrong


@pytest.mark.parametrize("field", ["wishes", "subject", "deleted_at"])
def test_a_field_step_names_a_field_of_deals(trade: Trade, field: str) -> None:
    given = {"what": "field", "name_en": "Ask", "name_fr": "Demander"}
    with pytest.raises(Invalid) as refused:
        actions.add_step(SYSTEM, trade.sales.stages[0].id, **given, field=field)
    assert set(refused.value.fields) == {"field"}
    made = actions.add_step(SYSTEM, trade.sales.stages[0].id, **given, field="delivery_on")
    assert made.field == "delivery_on"


def test_a_tick_has_no_delay(trade: Trade) -> None:
    with pytest.raises(Invalid) as refused:
        actions.add_step(
            SYSTEM, trade.sales.stages[0].id, what="tick", name_en="x", name_fr="x", delay_days=1
        )
    assert set(refused.value.fields) == {"delay_days"}


def test_steps_are_put_into_an_order(cm: ProcessPicture) -> None:
    stage = cm.stages[4]
    actions.order_steps(SYSTEM, stage.id, [one.id for one in stage.steps][::-1])
    assert steps(cm, 4) == ["Follow-up call", "Send quote", "Prepare quote"]
    with pytest.raises(Invalid):
        actions.order_steps(SYSTEM, stage.id, [one.id for one in stage.steps][1:])


def test_an_arrow_moves_a_step_no_further_than_the_edge(cm: ProcessPicture) -> None:
    first = step(cm, 4)
    for place in (1, 2, 2):
        actions.shift_step(SYSTEM, first.id, 1)
        assert steps(cm, 4).index(first.name_en) == place
    assert len(steps(cm, 5)) == 3


def test_a_step_goes_to_the_end_of_another_stage_with_its_ticks(trade: Trade) -> None:
    deal = trade.deal()
    tick = trade.sales.stages[0].steps[5]
    mark_step(trade.alice, deal.pk, tick.id)
    actions.move_step(SYSTEM, tick.id, trade.sales.stages[1].id)
    assert steps(trade.sales, 1)[-1] == tick.name_en
    assert len(steps(trade.sales, 0)) == 5
    assert step_use(tick.id).done == 1


def test_a_step_stays_in_its_process(trade: Trade, cm: ProcessPicture) -> None:
    with pytest.raises(Invalid) as refused:
        actions.move_step(SYSTEM, step(cm).id, trade.sales.stages[0].id)
    assert set(refused.value.fields) == {"stage"}


def test_another_delay_reaches_open_tasks_only(trade: Trade, cm: ProcessPicture, march: date) -> None:
    first, second = (trade.deal(process_id=cm.id) for _ in range(2))
    asked = step(cm)
    done = Task.objects.get(about_id=second.pk, step_id=asked.id)
    complete_task(trade.alice, done.pk)
    actions.change_step(SYSTEM, asked.id, {"delay_days": 9})
    assert Task.objects.get(about_id=first.pk, step_id=asked.id).due_on == march + days(9)
    assert Task.objects.get(pk=done.pk).due_on == march + days(2)


def test_a_delay_taken_away_and_given_again_counts_from_the_entry(
    trade: Trade, cm: ProcessPicture, march: date
) -> None:
    deal = trade.deal(process_id=cm.id)
    task = Task.objects.get(about_id=deal.pk, step_id=step(cm).id)
    gone = last_change_set(actions.change_step, trade.company.ada, step(cm).id, {"delay_days": None})
    assert Task.objects.get(pk=task.pk).due_on is None
    actions.change_step(SYSTEM, step(cm).id, {"delay_days": 3})
    assert Task.objects.get(pk=task.pk).due_on == march + days(3)
    with pytest.raises(Refused):
        undo(trade.company.ada, gone)


def test_a_deleted_step_is_gone_from_every_record(trade: Trade) -> None:
    deal = trade.deal()
    tick = trade.sales.stages[0].steps[5]
    mark_step(trade.alice, deal.pk, tick.id)
    deleted = last_change_set(actions.delete_step, trade.company.ada, tick.id)
    assert tick.name_en not in steps(trade.sales)
    with pytest.raises(NotFound):
        mark_step(trade.alice, deal.pk, tick.id)
    undo(trade.company.ada, deleted)
    assert steps(trade.sales)[5] == tick.name_en
    assert step_use(tick.id).done == 1


def test_open_tasks_of_a_deleted_step_are_cancelled_and_done_ones_stay(
    trade: Trade, cm: ProcessPicture
) -> None:
    asked = step(cm)
    first, second = (trade.deal(process_id=cm.id) for _ in range(2))
    task, done = (Task.objects.get(about_id=deal.pk, step_id=asked.id) for deal in (first, second))
    complete_task(trade.alice, done.pk)
    deleted = last_change_set(actions.delete_step, trade.company.ada, asked.id)
    assert [Task.objects.get(pk=each.pk).state for each in (task, done)] == ["cancelled", "completed"]
    assert len(Task.objects.filter(about_id=trade.deal(process_id=cm.id).pk)) == 1
    undo(trade.company.ada, deleted)
    assert Task.objects.get(pk=task.pk).state == "open"


def test_a_deletion_says_how_many_deals_it_touches(trade: Trade, cm: ProcessPicture) -> None:
    deals = [trade.deal(process_id=cm.id) for _ in range(3)]
    complete_task(trade.alice, Task.objects.get(about_id=deals[0].pk, step_id=step(cm).id).pk)
    trade.lost(deals[2])
    use = step_use(step(cm).id)
    assert (use.open, use.all, use.done) == (2, 3, 1)


@pytest.mark.parametrize(
    ("field", "value", "done"),
    [("budget", 5, 1), ("customer_need", "Seats", 1), ("purchase_timeframe", "unknown", 0), (None, None, 0)],
)
def test_a_field_is_counted_as_done_where_it_is_filled_in(
    trade: Trade, field: str | None, value: Any, done: int
) -> None:
    trade.deal(**({field: value} if field else {}))
    trade.deal()
    made = actions.add_step(
        SYSTEM, trade.sales.stages[0].id, what="field", name_en="x", name_fr="x", field=field or "decision_on"
    )
    use = step_use(made.pk)
    assert (use.open, use.done) == (2, done)


@pytest.mark.parametrize(
    "command",
    [
        lambda one, stage: actions.add_step(SYSTEM, stage.id, what="tick", name_en="x", name_fr="y"),
        lambda one, stage: actions.change_step(SYSTEM, one.id, {"delay_days": 8, "name_en": "x"}),
        lambda one, stage: actions.require_step(SYSTEM, one.id, is_required=True),
        lambda one, stage: actions.shift_step(SYSTEM, one.id, 1),
        lambda one, stage: actions.order_steps(SYSTEM, stage.id, [each.id for each in stage.steps][::-1]),
        lambda one, stage: actions.delete_step(SYSTEM, one.id),
    ],
)
def test_every_command_on_a_step_can_be_undone(
    trade: Trade, cm: ProcessPicture, command: Callable[..., object]
) -> None:
    trade.deal(process_id=cm.id)
    before = seen(cm)
    made = last_change_set(command, step(cm), cm.stages[0])
    assert seen(cm) != before
    undo(trade.company.ada, made)
    assert seen(cm) == before


def test_moving_a_step_can_be_undone(trade: Trade, cm: ProcessPicture) -> None:
    before = seen(cm)
    made = last_change_set(actions.move_step, SYSTEM, step(cm).id, cm.stages[3].id)
    assert seen(cm) != before
    undo(trade.company.ada, made)
    assert seen(cm) == before


def test_a_step_goes_to_a_place_of_another_stage_and_undo_brings_it_back(cm: ProcessPicture) -> None:
    moved, before = step(cm), process_by_id(cm.id).stages
    made = last_change_set(actions.move_step, SYSTEM, moved.id, cm.stages[1].id, position=1)
    after = process_by_id(cm.id).stages
    assert [each.id for each in after[1].steps] == [
        before[1].steps[0].id, moved.id, *(each.id for each in before[1].steps[1:])
    ]  # fmt: skip
    undo(SYSTEM, made)
    assert [[each.id for each in stage.steps] for stage in process_by_id(cm.id).stages] == [
        [each.id for each in stage.steps] for stage in before
    ]


def test_a_step_is_not_moved_in_an_order_that_is_gone(cm: ProcessPicture) -> None:
    there = [each.id for each in cm.stages[0].steps]
    actions.shift_step(SYSTEM, there[0], 1)
    with pytest.raises(Conflict):
        actions.move_step(SYSTEM, there[0], cm.stages[0].id, position=1, seen=there)
    assert [each.id for each in process_by_id(cm.id).stages[0].steps][:2] == [there[1], there[0]]


def seen(process: ProcessPicture) -> list[tuple[object, ...]]:
    """What can be said of a process's steps and the tasks made of them."""
    shown: list[tuple[object, ...]] = [
        (stage.key, one.name_en, one.is_required, one.delay_days)
        for stage in process_by_id(process.id).stages
        for one in stage.steps
    ]
    return [*shown, *Task.objects.order_by("pk").values_list("pk", "state", "due_on")]


def test_a_step_that_was_ticked_stays_made(trade: Trade) -> None:
    deal = trade.deal()
    made = last_change_set(
        actions.add_step, SYSTEM, trade.sales.stages[0].id, what="tick", name_en="x", name_fr="y"
    )
    mark_step(trade.alice, deal.pk, step(trade.sales, 0, 6).id)
    with pytest.raises(Refused):
        undo(SYSTEM, made)


@pytest.mark.parametrize(
    "command",
    [
        lambda who, one, stage: actions.add_step(who, stage, what="tick", name_en="x", name_fr="y"),
        lambda who, one, stage: actions.change_step(who, one, {"delay_days": 8}),
        lambda who, one, stage: actions.order_steps(who, stage, []),
        lambda who, one, stage: actions.shift_step(who, one, 1),
        lambda who, one, stage: actions.move_step(who, one, stage),
        lambda who, one, stage: actions.delete_step(who, one),
    ],
)
def test_only_who_customises_administers_steps(
    trade: Trade, cm: ProcessPicture, command: Callable[..., object]
) -> None:
    for who in (trade.alice, trade.company.carol):
        with pytest.raises(NotPermitted):
            command(who, step(cm).id, cm.stages[0].id)
