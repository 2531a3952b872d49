"""The tasks of a stage, planned at once by hand (B-049)."""

from datetime import timedelta

import pytest

from opportune.activities.actions import cancel_task, complete_task, plan_stage_tasks
from opportune.activities.models import Task
from opportune.activities.queries import tasks_of_deal
from opportune.activities.stage_tasks import stages_to_plan
from opportune.identity.actions import change_preferences, set_active
from opportune.identity.models import User
from opportune.kernel import clock
from opportune.kernel.errors import Conflict, Invalid, NotFound, NotPermitted, Refused
from opportune.ledger.models import Change
from opportune.ledger.undo import undo
from opportune.opportunities import actions
from opportune.opportunities.models import Opportunity
from opportune.process.actions import add_step, delete_step
from opportune.process.queries import ProcessPicture, process_by_id
from tests.deals import NOON, SYSTEM, TODAY, Trade, days, id_of, last_change_set, process_with, stage
from tests.people import by_token

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("march")]


@pytest.fixture
def process(trade: Trade) -> ProcessPicture:
    """Three stages: two tasks and a tick in the first, one task in the second, a tick in the third."""
    made = process_with(stage("a", is_default=True), stage("b"), stage("c"))
    for at, what, name, delay in (
        (0, "task", "Call", 2),
        (0, "tick", "Ask", None),
        (0, "task", "Think", None),
        (1, "task", "Write", 0),
        (2, "tick", "Thank", None),
    ):
        names = {"name_en": name, "name_fr": f"{name} en français"}
        add_step(SYSTEM, made.stages[at].id, what=what, delay_days=delay, **names)
    return process_by_id(made.id)


@pytest.fixture
def deal(trade: Trade, process: ProcessPicture) -> Opportunity:
    """A deal in the first stage since nine days, so with its two tasks."""
    with clock.stopped_at(NOON - days(9)):
        return trade.deal(process_id=process.id)


def test_the_tasks_of_a_stage_to_come_are_planned_for_the_owner_from_today(
    trade: Trade, deal: Opportunity, process: ProcessPicture
) -> None:
    (made,) = plan_stage_tasks(trade.company.carol, deal.pk, stage_id=process.stages[1].id)
    assert (made.subject, made.due_on, made.owner_id, made.about) == (
        "Write",
        TODAY,
        id_of(trade.alice),
        deal.ref,
    )
    assert made.step_id == process.stages[1].steps[0].id
    deal.refresh_from_db()
    assert deal.stage_id == process.stages[0].id


def test_without_a_stage_those_of_the_present_one_are_planned_that_are_missing(
    trade: Trade, deal: Opportunity
) -> None:
    call, think = Task.objects.order_by("id")
    cancel_task(trade.alice, call.pk)
    complete_task(trade.alice, think.pk)
    (made,) = plan_stage_tasks(trade.alice, deal.pk)
    assert (made.subject, made.due_on) == ("Call", TODAY + timedelta(days=2))
    assert [row.state for row in tasks_of_deal(deal.pk)].count("open") == 1


def test_an_open_task_keeps_its_date_and_is_not_made_twice(trade: Trade, deal: Opportunity) -> None:
    before = list(Task.objects.order_by("id").values())
    with pytest.raises(Refused) as refused:
        plan_stage_tasks(trade.alice, deal.pk)
    assert refused.value.code == "nothing_to_plan"
    assert "planned or done" in str(refused.value.message)
    assert list(Task.objects.order_by("id").values()) == before


def test_a_stage_without_tasks_has_none_to_plan(
    trade: Trade, deal: Opportunity, process: ProcessPicture
) -> None:
    with pytest.raises(Refused) as refused:
        plan_stage_tasks(trade.alice, deal.pk, stage_id=process.stages[2].id)
    assert refused.value.code == "nothing_to_plan"
    assert "brings no tasks" in str(refused.value.message)
    delete_step(SYSTEM, process.stages[1].steps[0].id)
    with pytest.raises(Refused):
        plan_stage_tasks(trade.alice, deal.pk, stage_id=process.stages[1].id)


def test_the_stage_is_one_of_the_process(trade: Trade, deal: Opportunity, process: ProcessPicture) -> None:
    for stage_id in (trade.sales.stages[0].id, 0, 10**12):
        with pytest.raises(Invalid) as invalid:
            plan_stage_tasks(trade.alice, deal.pk, stage_id=stage_id)
        assert set(invalid.value.fields) == {"stage"}


def test_a_deal_in_no_stage_needs_one_chosen(trade: Trade, process: ProcessPicture) -> None:
    deal = trade.deal(process_id=process.id, stage_id=None)
    with pytest.raises(Invalid) as invalid:
        plan_stage_tasks(trade.alice, deal.pk)
    assert set(invalid.value.fields) == {"stage"}
    assert len(plan_stage_tasks(trade.alice, deal.pk, stage_id=process.stages[0].id)) == 2


def test_nothing_is_planned_so_on_a_closed_deal(
    trade: Trade, deal: Opportunity, process: ProcessPicture
) -> None:
    trade.lost(deal)
    with pytest.raises(Conflict) as conflict:
        plan_stage_tasks(trade.alice, deal.pk, stage_id=process.stages[1].id)
    assert conflict.value.code == "closed"


def test_it_asks_for_the_right_to_make_tasks_and_to_see_the_deal(
    trade: Trade, deal: Opportunity, process: ProcessPicture
) -> None:
    there = process.stages[1].id
    for actor in (trade.company.rita, by_token(trade.alice, "opportunity:write", "activity:read")):
        with pytest.raises(NotPermitted):
            plan_stage_tasks(actor, deal.pk, stage_id=there)
    for actor in (trade.company.dan, by_token(trade.alice, "activity:write")):
        with pytest.raises(NotFound):
            plan_stage_tasks(actor, deal.pk, stage_id=there)
    assert len(plan_stage_tasks(trade.company.bob, deal.pk, stage_id=there)) == 1


def test_no_tasks_are_given_to_an_owner_who_was_deactivated(
    trade: Trade, deal: Opportunity, process: ProcessPicture
) -> None:
    User.objects.filter(pk=id_of(trade.alice)).update(is_active=False)  # an import keeps owners who have left
    there = process.stages[1].id
    with pytest.raises(Invalid) as invalid:
        plan_stage_tasks(trade.company.carol, deal.pk, stage_id=there)
    assert set(invalid.value.fields) == {"owner_id"}
    set_active(trade.company.ada, id_of(trade.alice), is_active=True)
    assert len(plan_stage_tasks(trade.company.carol, deal.pk, stage_id=there)) == 1


def test_tasks_speak_their_owners_language(trade: Trade, deal: Opportunity, process: ProcessPicture) -> None:
    change_preferences(trade.alice, language="fr")
    (made,) = plan_stage_tasks(trade.company.carol, deal.pk, stage_id=process.stages[1].id)
    assert made.subject == "Write en français"


def test_planning_a_stage_is_one_change_set_and_taken_back_as_one(
    trade: Trade, process: ProcessPicture
) -> None:
    deal = trade.deal(process_id=process.id, stage_id=None)
    planned = last_change_set(plan_stage_tasks, trade.alice, deal.pk, stage_id=process.stages[0].id)
    assert Change.objects.filter(change_set_id=planned).count() == 2
    back = undo(trade.alice, planned).change_set_id
    assert {task.state for task in Task.objects.all()} == {"cancelled"}
    undo(trade.alice, back or 0)
    assert {task.state for task in Task.objects.all()} == {"open"}


def test_moving_on_to_a_stage_whose_tasks_were_planned_makes_them_no_second_time(
    trade: Trade, deal: Opportunity, process: ProcessPicture
) -> None:
    plan_stage_tasks(trade.alice, deal.pk, stage_id=process.stages[1].id)
    actions.move(trade.alice, deal.pk, wish="next")
    assert Task.objects.filter(step_id=process.stages[1].steps[0].id).count() == 1


def test_stages_say_how_many_tasks_there_are_to_plan(
    trade: Trade, deal: Opportunity, process: ProcessPicture
) -> None:
    one, two, _ = process.stages
    assert stages_to_plan(process, tasks_of_deal(deal.pk)) == [(two, 1)]
    cancel_task(trade.alice, Task.objects.order_by("id")[0].pk)
    assert stages_to_plan(process, tasks_of_deal(deal.pk)) == [(one, 1), (two, 1)]
    plan_stage_tasks(trade.alice, deal.pk)
    plan_stage_tasks(trade.alice, deal.pk, stage_id=two.id)
    assert stages_to_plan(process, tasks_of_deal(deal.pk)) == []
