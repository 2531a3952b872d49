"""What tasks do when deals move or close, in the same transaction (domain.md §3)."""

from datetime import date, timedelta

from opportune.activities.actions import cancel_tasks_of
from opportune.activities.models import Task
from opportune.identity.actor import Actor
from opportune.identity.models import User
from opportune.kernel import clock
from opportune.ledger.recording import recording
from opportune.opportunities.events import EnteredStage, OpenTasksUnwanted, StagesEntered
from opportune.process.models import Step


def make_stage_tasks(actor: Actor, event: StagesEntered) -> None:
    """Make the task steps of the stages entered: due at entry plus delay, for the deal's owner.

    On re-entry an open task gets a new due date, a completed one stays, a cancelled one is made again.
    """
    steps: dict[int, list[Step]] = {}
    stage_ids = {entered.stage_id for entered in event.entered}
    for step in Step.objects.filter(stage_id__in=stage_ids, what=Step.What.TASK).order_by("position", "id"):
        steps.setdefault(step.stage_id, []).append(step)
    if not steps:
        return
    languages = dict(
        User.objects.filter(pk__in={entered.owner_id for entered in event.entered}).values_list(
            "id", "language"
        )
    )
    former = _former_tasks(event, steps)
    made = []
    for entered in event.entered:
        for step in steps.get(entered.stage_id, ()):
            task = former.get((entered.opportunity_id, step.pk))
            if task is None or task.state == Task.State.CANCELLED:
                made.append(_task(entered, step, languages[entered.owner_id]))
            elif task.state == Task.State.OPEN:
                recording().update(task, {"due_on": _due(entered.on, step)})
    recording().create_many(made)


def _former_tasks(event: StagesEntered, steps: dict[int, list[Step]]) -> dict[tuple[int, int], Task]:
    rows = Task.objects.filter(
        about_kind="opportunity",
        about_id__in=[entered.opportunity_id for entered in event.entered],
        step_id__in=[step.pk for several in steps.values() for step in several],
    )
    return {(task.about_id, task.step_id or 0): task for task in rows.order_by("id")}


def _task(entered: EnteredStage, step: Step, language: str) -> Task:
    return Task(
        subject=step.name(language),
        owner_id=entered.owner_id,
        about_kind="opportunity",
        about_id=entered.opportunity_id,
        step=step,
        due_on=_due(entered.on, step),
        created_at=clock.now(),
    )


def _due(on: date, step: Step) -> date | None:
    return None if step.delay_days is None else on + timedelta(days=step.delay_days)


def cancel_open_tasks(actor: Actor, event: OpenTasksUnwanted) -> None:
    """Cancel what is still open about the deals."""
    cancel_tasks_of(event.opportunity_ids)
