"""Commands on tasks."""

from collections.abc import Iterable
from datetime import date

from opportune.activities.models import Task
from opportune.activities.queries import tasks_seen_by
from opportune.identity.actor import Actor
from opportune.identity.queries import known_people
from opportune.identity.visibility import scope
from opportune.kernel import clock
from opportune.kernel.clock import FIRST_DAY, LAST_DAY
from opportune.kernel.errors import Invalid, NotFound, NotPermitted, Refused
from opportune.kernel.sentences import sentence
from opportune.kernel.text import storable
from opportune.ledger.recording import action, recording
from opportune.opportunities.queries.totals import visible_deals

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
    """Plan a task about a deal, also a closed one. Raises NotFound, NotPermitted, Invalid."""
    actor.demand("activity", "create")
    if not visible_deals(actor).filter(pk=opportunity_id).exists():
        raise NotFound("opportunity")
    told = storable(subject).strip()
    if not told:
        raise Invalid({"subject": sentence("Say what is to be done.")})
    if len(told) > SUBJECT_LENGTH:
        raise Invalid({"subject": sentence("At most {longest} characters fit here.", longest=SUBJECT_LENGTH)})
    if due_on is not None and not FIRST_DAY <= due_on <= LAST_DAY:
        raise Invalid({"due_on": sentence("This date is too far away.")})
    owner = owner_id or actor.person_id
    if owner is None or owner not in known_people({owner}):
        raise Invalid({"owner_id": sentence("This person cannot be responsible: unknown or deactivated.")})
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


@action("complete_task")
def complete_task(actor: Actor, task_id: int) -> Task:
    """Mark a task done. Raises NotFound, NotPermitted, Refused `task_ended`."""
    return _end(actor, task_id, Task.State.COMPLETED)


@action("cancel_task")
def cancel_task(actor: Actor, task_id: int) -> Task:
    """Give a task up. Raises NotFound, NotPermitted, Refused `task_ended`."""
    return _end(actor, task_id, Task.State.CANCELLED)


@action("assign_task")
def assign_task(actor: Actor, task_id: int, *, owner_id: int) -> Task:
    """Give a task to somebody else; it stays about what it is about. Raises NotFound, NotPermitted, Invalid."""
    task = _obtain(actor, task_id)
    if owner_id not in known_people({owner_id}):
        raise Invalid({"owner_id": sentence("This person cannot be responsible: unknown or deactivated.")})
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
    open_tasks = Task.objects.select_for_update(of=("self",)).filter(
        about_kind="opportunity", about_id__in=list(opportunity_ids), state=Task.State.OPEN
    )
    ended = list(open_tasks.order_by("id"))
    for task in ended:
        recording().step(task, {"state": Task.State.CANCELLED, "ended_at": clock.now()})
    Task.objects.bulk_update(ended, ["state", "ended_at", "version", *Task.derived], batch_size=200)
