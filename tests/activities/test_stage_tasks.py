"""The tasks that stages make: when, for whom, due when, and on coming back (domain.md §3.5)."""

from datetime import date, timedelta
from typing import Any

import pytest

from opportune.activities.actions import cancel_task, complete_task, create_task, reopen_task
from opportune.activities.models import Task
from opportune.activities.queries import completed_task_steps
from opportune.identity.actions import change_preferences
from opportune.kernel import clock
from opportune.kernel.errors import Refused
from opportune.ledger.models import Change
from opportune.ledger.undo import undo
from opportune.opportunities import actions
from opportune.opportunities.actions import Draft, Happening
from opportune.opportunities.models import Opportunity
from opportune.process.actions import add_step, delete_step, require_step
from opportune.process.queries import ProcessPicture, process_by_id
from tests.deals import NOON, SYSTEM, TODAY, Trade, days, id_of, last_change_set, process_with, stage

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("march")]


@pytest.fixture
def process(trade: Trade) -> ProcessPicture:
    """Three stages: two tasks in the first, one in the second, none in the third."""
    made = process_with(stage("a", is_default=True), stage("b", skip=True), stage("c"))
    for at, name, delay in ((0, "Call", 2), (0, "Think", None), (1, "Write", 0)):
        add_step(
            SYSTEM,
            made.stages[at].id,
            what="task",
            name_en=name,
            name_fr=f"{name} en français",
            delay_days=delay,
        )
    return made


@pytest.fixture
def deal(trade: Trade, process: ProcessPicture) -> Opportunity:
    """A deal in the first stage since the first of March."""
    with clock.stopped_at(NOON - days(9)):
        return trade.deal(process_id=process.id)


def tasks(deal: Opportunity) -> list[tuple[Any, ...]]:
    """A deal's tasks in the order they were made: subject, due date, state."""
    rows = Task.objects.filter(about_id=deal.pk).order_by("id")
    return list(rows.values_list("subject", "due_on", "state"))


def test_creating_a_deal_in_a_stage_makes_its_tasks(trade: Trade, deal: Opportunity) -> None:
    assert tasks(deal) == [("Call", date(2026, 3, 3), "open"), ("Think", None, "open")]
    assert set(Task.objects.values_list("owner_id", flat=True)) == {id_of(trade.alice)}


def test_a_deal_without_a_stage_has_none(trade: Trade, process: ProcessPicture) -> None:
    assert tasks(trade.deal(process_id=process.id, stage_id=None)) == []


def test_tasks_are_due_from_the_date_of_the_move(trade: Trade, deal: Opportunity) -> None:
    actions.move(trade.alice, deal.pk, wish="next", on=date(2026, 3, 5))
    assert tasks(deal)[-1] == ("Write", date(2026, 3, 5), "open")


def test_a_required_task_holds_until_it_is_completed(
    trade: Trade, deal: Opportunity, process: ProcessPicture
) -> None:
    step, made = process_by_id(process.id).stages[0].steps[0], Task.objects.order_by("id")[0]
    require_step(SYSTEM, step.id, is_required=True)
    with pytest.raises(Refused) as refused:
        actions.move(trade.alice, deal.pk, wish="next")
    assert [missing["step"] for missing in refused.value.data["missing"]] == [step.id]
    cancel_task(trade.alice, made.pk)
    with pytest.raises(Refused):
        actions.move(trade.alice, deal.pk, wish="next")
    reopen_task(trade.alice, made.pk)
    complete_task(trade.alice, made.pk)
    assert completed_task_steps([deal.pk]) == {deal.pk: {step.id}}
    assert actions.move(trade.alice, deal.pk, wish="next").stage_id == process.stages[1].id


def test_a_completed_task_that_no_step_made_completes_no_step(trade: Trade, deal: Opportunity) -> None:
    complete_task(trade.alice, create_task(trade.alice, deal.pk, subject="Call").pk)
    assert not completed_task_steps([deal.pk]).get(deal.pk)


def test_stages_skipped_over_make_no_tasks(trade: Trade, deal: Opportunity, process: ProcessPicture) -> None:
    actions.move(trade.alice, deal.pk, stage_id=process.stages[2].id)
    assert len(tasks(deal)) == 2


def test_an_update_makes_no_tasks(trade: Trade, deal: Opportunity) -> None:
    before = tasks(deal)
    actions.move(trade.alice, deal.pk, wish="update")
    assert tasks(deal) == before


def test_tasks_are_the_owners_whoever_moves_and_in_the_owners_language(
    trade: Trade, deal: Opportunity
) -> None:
    change_preferences(trade.alice, language="fr")
    actions.move(trade.company.carol, deal.pk, wish="next")
    made = Task.objects.order_by("id").last()
    assert made is not None
    assert (made.owner_id, made.subject) == (id_of(trade.alice), "Write en français")


def test_coming_back_gives_open_tasks_a_new_date(trade: Trade, deal: Opportunity) -> None:
    actions.move(trade.alice, deal.pk, wish="next")
    actions.move(trade.alice, deal.pk, wish="previous")
    assert tasks(deal)[:2] == [("Call", TODAY + timedelta(2), "open"), ("Think", None, "open")]
    assert len(tasks(deal)) == 3


def test_coming_back_leaves_done_tasks_alone(trade: Trade, deal: Opportunity) -> None:
    complete_task(trade.alice, Task.objects.order_by("id")[0].pk)
    actions.move(trade.alice, deal.pk, wish="next")
    actions.move(trade.alice, deal.pk, wish="previous")
    assert tasks(deal)[0] == ("Call", date(2026, 3, 3), "completed")
    assert len(tasks(deal)) == 3


def test_coming_back_makes_cancelled_tasks_again(trade: Trade, deal: Opportunity) -> None:
    cancel_task(trade.alice, Task.objects.order_by("id")[0].pk)
    actions.move(trade.alice, deal.pk, wish="next")
    actions.move(trade.alice, deal.pk, wish="previous")
    assert [state for _, _, state in tasks(deal)] == ["cancelled", "open", "open", "open"]
    assert tasks(deal)[-1] == ("Call", TODAY + timedelta(2), "open")


def test_a_move_leaves_open_tasks_unless_asked_to_cancel_them(trade: Trade, deal: Opportunity) -> None:
    actions.move(trade.alice, deal.pk, wish="next")
    assert {state for _, _, state in tasks(deal)} == {"open"}
    actions.move(trade.alice, deal.pk, wish="next", cancel_open_tasks=True)
    assert {state for _, _, state in tasks(deal)} == {"cancelled"}


def test_cancelling_concerns_the_tasks_there_were_not_those_of_the_stage_entered(
    trade: Trade, deal: Opportunity
) -> None:
    actions.move(trade.alice, deal.pk, wish="next", cancel_open_tasks=True)
    assert [state for _, _, state in tasks(deal)] == ["cancelled", "cancelled", "open"]


def test_tasks_of_other_deals_are_left_alone(
    trade: Trade, deal: Opportunity, process: ProcessPicture
) -> None:
    other = trade.deal("Other", process_id=process.id)
    actions.move(trade.alice, deal.pk, wish="next", cancel_open_tasks=True)
    assert {state for _, _, state in tasks(other)} == {"open"}


def test_a_move_and_its_tasks_are_one_change_set(trade: Trade, deal: Opportunity) -> None:
    actions.move(trade.alice, deal.pk, wish="next")
    made = Change.objects.get(kind="task", record_id=Task.objects.order_by("id")[2].pk)
    moved = Change.objects.get(kind="opportunity", record_id=deal.pk, version=2)
    assert made.change_set_id == moved.change_set_id


def test_an_imported_past_makes_no_tasks(trade: Trade, process: ProcessPicture) -> None:
    start = Happening("enter", NOON, TODAY, process.stages[0].id)
    given = {"subject": "Past", "account_id": trade.account.pk}
    [made] = actions.create_many(trade.alice, [Draft(given, process.id, None, history=(start,))])
    assert isinstance(made, Opportunity)
    assert tasks(made) == []


def test_two_deals_in_one_command_get_their_own_tasks(trade: Trade, process: ProcessPicture) -> None:
    given = [{"subject": str(number), "account_id": trade.account.pk} for number in range(2)]
    made = actions.create_many(trade.alice, [Draft(fields, process.id) for fields in given])
    assert [len(tasks(one)) for one in made if isinstance(one, Opportunity)] == [2, 2]


def test_a_redone_move_opens_no_task_of_a_step_that_is_gone(
    trade: Trade, deal: Opportunity, process: ProcessPicture
) -> None:
    moved = last_change_set(actions.move, trade.alice, deal.pk, wish="next")
    undone = undo(trade.alice, moved).change_set_id
    [step] = process_by_id(process.id).stages[1].steps
    removed = last_change_set(delete_step, SYSTEM, step.id)
    redone = undo(trade.alice, undone or 0)
    assert tasks(deal)[-1] == ("Write", TODAY, "cancelled")
    deal.refresh_from_db()
    assert deal.stage_id == process.stages[1].id
    undo(trade.alice, redone.change_set_id or 0)
    undo(SYSTEM, removed)
    undo(trade.alice, last_change_set(actions.move, trade.alice, deal.pk, wish="next"))
    assert tasks(deal)[-1] == ("Write", TODAY, "cancelled")
