"""What tasks do when deals move or close, in the same transaction (domain.md §3)."""

from collections.abc import Mapping, Sequence
from datetime import date, timedelta
from typing import Any

from django.db.models import QuerySet

from opportune.activities.actions import cancel_tasks_of
from opportune.activities.models import Task
from opportune.activities.stage_tasks import due, task_of
from opportune.identity.actor import Actor
from opportune.identity.models import User
from opportune.kernel import clock
from opportune.ledger.events import ValuesGivenBack
from opportune.ledger.models import LIVE
from opportune.ledger.recording import recording
from opportune.opportunities.events import OpenTasksUnwanted, StagesEntered
from opportune.opportunities.models import Opportunity
from opportune.process.events import StepDelayed, StepsRemoved
from opportune.process.models import Step
from opportune.reference.queries import organisation_settings
from opportune.storage.prepared import prepared

BATCH = 200


def make_stage_tasks(actor: Actor, event: StagesEntered) -> None:
    """Make the task steps of the stages entered: due at entry plus delay, for the deal's owner.

    On re-entry an open task gets a new due date, a completed one stays, a cancelled one is made again.
    """
    steps: dict[int, list[Step]] = {}
    for step in _task_steps(sorted({entered.stage_id for entered in event.entered})):
        steps.setdefault(step.stage_id, []).append(step)
    if not steps:
        return
    languages = dict(_languages(sorted({entered.owner_id for entered in event.entered})))
    former = _former_tasks(event, steps)
    made, put_off = [], []
    for entered in event.entered:
        for step in steps.get(entered.stage_id, ()):
            task = former.get((entered.opportunity_id, step.pk))
            if task is None or task.state == Task.State.CANCELLED:
                made.append(task_of(entered, step, languages[entered.owner_id]))
            elif task.state == Task.State.OPEN and recording().step(task, {"due_on": due(entered.on, step)}):
                put_off.append(task)
    Task.objects.bulk_update(put_off, ["due_on", "version", *Task.derived], batch_size=BATCH)
    recording().create_many(made)


@prepared
def _task_steps(stage_ids: Sequence[int]) -> QuerySet[Step]:
    rows = Step.objects.filter(LIVE, stage_id__in=stage_ids, what=Step.What.TASK)
    return rows.order_by("position", "id")


@prepared
def _languages(owner_ids: Sequence[int]) -> QuerySet[User, Any]:
    return User.objects.filter(pk__in=owner_ids).values_list("id", "language")


def _former_tasks(event: StagesEntered, steps: dict[int, list[Step]]) -> dict[tuple[int, int], Task]:
    about = [entered.opportunity_id for entered in event.entered]
    rows = _tasks_of(about, [step.pk for several in steps.values() for step in several])
    return {(task.about_id, task.step_id or 0): task for task in rows}


@prepared
def _tasks_of(deal_ids: Sequence[int], step_ids: Sequence[int]) -> QuerySet[Task]:
    rows = Task.objects.filter(about_kind="opportunity", about_id__in=deal_ids, step_id__in=step_ids)
    return rows.order_by("id")


def cancel_open_tasks(actor: Actor, event: OpenTasksUnwanted) -> None:
    """Cancel what is still open about the deals."""
    cancel_tasks_of(event.opportunity_ids)


def cancel_tasks_of_steps(actor: Actor, event: StepsRemoved) -> None:
    """Cancel what is still open of deleted steps; what was done stays (C-092)."""
    tasks = _open_tasks(event.step_ids)
    for task in tasks:
        recording().step(task, {"state": Task.State.CANCELLED, "ended_at": clock.now()})
    Task.objects.bulk_update(tasks, ["state", "ended_at", "version"], batch_size=BATCH)


def cancel_given_back_of_gone_steps(actor: Actor, event: ValuesGivenBack) -> None:
    """Cancel again what an undo or redo opened of steps that are gone meanwhile, as nothing is to be done for them."""
    opened = {
        record.step_id
        for record, names in event.given
        if isinstance(record, Task)
        and "state" in names
        and record.state == Task.State.OPEN
        and record.step_id
    }
    gone = Step.objects.filter(pk__in=opened).exclude(LIVE).values_list("pk", flat=True) if opened else ()
    if step_ids := tuple(gone):
        cancel_tasks_of_steps(actor, StepsRemoved(step_ids))


def put_off_tasks(actor: Actor, event: StepDelayed) -> None:
    """Give the open tasks of a step the due date that its new delay makes (C-086); done ones stay as they were."""
    tasks = _open_tasks((event.step_id,))
    entered = _entered_on(tasks)
    for task in tasks:
        recording().step(task, {"due_on": _put_off(task, event, entered)})
    Task.objects.bulk_update(tasks, ["due_on", "version"], batch_size=BATCH)


def _open_tasks(step_ids: Sequence[int]) -> list[Task]:
    """The open tasks of steps, locked, whoever may change them: who customises changes them for all."""
    rows = Task.objects.filter(step_id__in=step_ids, state=Task.State.OPEN).order_by("pk")
    tasks = list(rows.select_for_update(of=("self",)))
    recording().consequences.update(task.ref for task in tasks)
    return tasks


def _entered_on(tasks: Sequence[Task]) -> dict[int, date]:
    """The day each task counts from: the one its deal entered the stage, as far as it is in one."""
    deals = Opportunity.objects.filter(pk__in=[task.about_id for task in tasks])
    return {deal: since for deal, since in deals.values_list("pk", "stage_since") if since is not None}


def _put_off(task: Task, event: StepDelayed, entered: Mapping[int, date]) -> date | None:
    if event.after is None:
        return None
    if task.due_on is not None and event.before is not None:
        return task.due_on + timedelta(days=event.after - event.before)
    made = clock.day_of(task.created_at, organisation_settings().time_zone)
    return entered.get(task.about_id, made) + timedelta(days=event.after)
