"""Commands on tasks."""

from collections.abc import Iterable, Sequence
from datetime import date
from typing import Protocol

from django.db.models import QuerySet

from opportune.activities.models import Task
from opportune.activities.queries import tasks_seen_by
from opportune.activities.stage_tasks import task_of, unplanned
from opportune.identity.actor import Actor
from opportune.identity.queries import known_people
from opportune.identity.visibility import scope
from opportune.kernel import clock
from opportune.kernel.checking import accepted, day
from opportune.kernel.errors import Invalid, NotFound, NotPermitted, Refused
from opportune.kernel.sentences import Named, sentence
from opportune.kernel.text import storable
from opportune.ledger.merging import check_version
from opportune.ledger.recording import action, recording
from opportune.opportunities.events import EnteredStage
from opportune.opportunities.models import Opportunity
from opportune.opportunities.read_only import closed
from opportune.opportunities.writing import demand_open, obtain_deals, organisation_today
from opportune.process.models import Step
from opportune.process.queries import StagePicture, process_by_id
from opportune.storage.prepared import prepared_to_lock
from opportune.storage.saving import save_many

SUBJECT_LENGTH = 300


@action("create_task")
def create_task(
    actor: Actor,
    opportunity_id: int,
    *,
    subject: str,
    due_on: date | None = None,
    owner_id: int | None = None,
) -> Task:
    """Plan a task about an open deal (C-045). Raises NotFound, NotPermitted, Conflict `closed`, Invalid."""
    actor.demand("activity", "create")
    demand_open(_deal(actor, opportunity_id))
    told = storable(subject).strip()
    if not told:
        raise Invalid({"subject": sentence("Say what is to be done.")})
    if len(told) > SUBJECT_LENGTH:
        raise Invalid({"subject": sentence("At most {longest} characters fit here.", longest=SUBJECT_LENGTH)})
    accepted("due_on", day, due_on)
    owner = owner_id or actor.person_id
    if owner is None:
        raise _not_responsible()
    _demand_responsible(owner)
    task = Task(
        subject=told,
        owner_id=owner,
        about_kind="opportunity",
        about_id=opportunity_id,
        due_on=due_on,
        created_at=clock.now(),
    )
    recording().create(task)
    return task


@action("plan_stage_tasks")
def plan_stage_tasks(actor: Actor, opportunity_id: int, *, stage_id: int | None = None) -> Sequence[Task]:
    """Plan the tasks of a stage of an open deal's process at once, by default of the one it is in (B-049).

    Those are made that the deal never had or that were cancelled since: for its owner, and due as if it entered the
    stage today. What is open or done stays. Raises NotFound, NotPermitted, Conflict `closed`, Invalid for a stage that
    is none of the process or an owner who was deactivated, or Refused `nothing_to_plan`.
    """
    actor.demand("activity", "create")
    deal = _deal(actor, opportunity_id)
    demand_plannable(actor, deal)
    stage = _stage_of(deal, stage_id)
    of_steps = Task.objects.filter(about_kind=deal.kind, about_id=deal.pk, step__isnull=False)
    steps = unplanned(stage, of_steps)
    if not steps:
        raise _nothing_to_plan(stage)
    now_there = EnteredStage(deal.pk, stage.id, deal.owner_id, organisation_today())
    made = [task_of(now_there, step, deal.owner.language) for step in steps]
    for task in made:
        task.owner = deal.owner
    recording().create_many(made)
    return made


def _deal(actor: Actor, opportunity_id: int) -> Opportunity:
    """A deal that the actor sees, locked: nobody closes it, or plans for it, at the same time."""
    found, missing = obtain_deals(actor, [opportunity_id], "read")
    if not found:
        raise missing[opportunity_id]
    return found[0]


class Plannable(Protocol):
    """What is asked of a deal, or of its row, whose tasks are planned at once."""

    @property
    def is_open(self) -> bool: ...
    @property
    def version(self) -> int: ...
    @property
    def owner_id(self) -> int: ...


def demand_plannable(actor: Actor, deal: Plannable) -> None:
    """Whether tasks of a stage could be planned for a deal that the actor sees.

    Raises NotPermitted, Conflict `closed`, or Invalid for an owner who was deactivated.
    """
    actor.demand("activity", "create")
    if not deal.is_open:
        raise closed(deal.version)
    _demand_responsible(deal.owner_id)


def _demand_responsible(owner_id: int) -> None:
    if owner_id not in known_people({owner_id}):
        raise _not_responsible()


def _not_responsible() -> Invalid:
    return Invalid({"owner_id": sentence("This person cannot be responsible: unknown or deactivated.")})


def _nothing_to_plan(stage: StagePicture) -> Refused:
    name = Named(stage.name_en, stage.name_fr)
    if any(step.what == Step.What.TASK for step in stage.steps):
        return Refused(
            "nothing_to_plan", sentence("Every task of “{stage}” is planned or done already.", stage=name)
        )
    return Refused(
        "nothing_to_plan", sentence("“{stage}” brings no tasks along. Choose another stage.", stage=name)
    )


def _stage_of(deal: Opportunity, stage_id: int | None) -> StagePicture:
    stage = process_by_id(deal.process_id).stage(deal.stage_id if stage_id is None else stage_id)
    if stage is not None:
        return stage
    if stage_id is None:
        raise Invalid({"stage": sentence("It is in no stage yet. Choose one whose tasks to plan.")})
    raise Invalid({"stage": sentence("This stage is not one of the process.")})


@action("complete_task")
def complete_task(actor: Actor, task_id: int) -> Task:
    """Mark a task done. Raises NotFound, NotPermitted, Refused `task_ended`."""
    return _end(actor, task_id, Task.State.COMPLETED)


@action("cancel_task")
def cancel_task(actor: Actor, task_id: int) -> Task:
    """Give a task up. Raises NotFound, NotPermitted, Refused `task_ended`."""
    return _end(actor, task_id, Task.State.CANCELLED)


@action("assign_task")
def assign_task(actor: Actor, task_id: int, *, owner_id: int, version: int | None = None) -> Task:
    """Give a task to somebody else; it stays about what it is about.

    Raises NotFound, NotPermitted, Invalid, Conflict where somebody gave it away after the version that was seen.
    """
    task = _obtain(actor, task_id)
    check_version(task, version, ["owner_id"])
    _demand_responsible(owner_id)
    recording().update(task, {"owner_id": owner_id})
    return task


@action("reopen_task")
def reopen_task(actor: Actor, task_id: int) -> Task:
    """Take a completion or cancellation back."""
    task = _obtain(actor, task_id)
    recording().update(task, {"state": Task.State.OPEN, "ended_at": None})
    return task


def _end(actor: Actor, task_id: int, state: str) -> Task:
    task = _obtain(actor, task_id)
    if task.state != Task.State.OPEN:
        raise Refused("task_ended", sentence("This task is completed or cancelled already."))
    recording().update(task, {"state": state, "ended_at": clock.now()})
    return task


def _obtain(actor: Actor, task_id: int) -> Task:
    task = tasks_seen_by(actor).select_for_update(of=("self",)).filter(pk=task_id).first()
    if task is None:
        raise NotFound("task")
    if task.owner_id != actor.person_id and not may_change(actor, task):
        raise NotPermitted()
    actor.demand("activity", "write")
    return task


def may_change(actor: Actor, task: Task) -> bool:
    """Whether a task that is not the actor's own may be changed: with a right to write beyond one's own."""
    return Task.objects.filter(scope(actor, "activity", "write"), pk=task.pk).exists()


def cancel_tasks_of(opportunity_ids: Iterable[int]) -> None:
    """Cancel the open tasks of deals, in the running command."""
    ended = _open_tasks(list(opportunity_ids))
    for task in ended:
        recording().step(task, {"state": Task.State.CANCELLED, "ended_at": clock.now()})
    save_many(ended, ["state", "ended_at", "version", *Task.derived])


@prepared_to_lock
def _open_tasks(opportunity_ids: Sequence[int]) -> QuerySet[Task]:
    rows = Task.objects.filter(about_kind="opportunity", about_id__in=opportunity_ids, state=Task.State.OPEN)
    return rows.order_by("id").select_for_update(of=("self",))
