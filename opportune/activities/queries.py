"""Reading tasks. A task is visible to its owner and to whoever sees the record it is about (domain.md §7)."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from django.db.models import Count, F, Q, QuerySet

from opportune.activities.models import Task
from opportune.identity.access import Reachable
from opportune.identity.actor import Actor
from opportune.identity.visibility import Ground, any_of
from opportune.kernel.errors import NotFound
from opportune.kernel.paging import Page
from opportune.opportunities.filters import OpportunityFilter
from opportune.opportunities.queries.next_tasks import NextTask
from opportune.opportunities.queries.totals import visible_deals
from opportune.reference.queries import organisation_settings
from opportune.storage.keyset import read_page
from opportune.storage.prepared import prepared

_COLUMNS = (
    "id",
    "version",
    "subject",
    "owner_id",
    "owner_name",
    "about_kind",
    "about_id",
    "due_on",
    "state",
    "step_id",
)


@dataclass(frozen=True, slots=True)
class TaskRow:
    """A task as lists show it."""

    id: int
    version: int
    subject: str
    owner_id: int
    owner_name: str
    about_kind: str
    about_id: int
    due_on: date | None
    state: str
    step_id: int | None


@dataclass(frozen=True, slots=True)
class TaskReminder:
    """A task about a deal, the day it is due, and the day its owner is reminded of it."""

    task_id: int
    subject: str
    opportunity_id: int
    due_on: date
    remind_on: date


def tasks_seen_by(actor: Actor) -> QuerySet[Task]:
    """The tasks the actor may see; none without the right to read activities."""
    return Task.objects.filter(any_of(_grounds(actor)))


def tasks_reachable() -> Reachable:
    """What reaches a task, for who asks why somebody sees it."""
    return Reachable("activity", Task.objects.all(), ("read",), lambda actor, verb: _grounds(actor))


def _grounds(actor: Actor) -> tuple[Ground, ...]:
    if not actor.may("activity", "read"):
        return ()
    about_deal = Q(about_kind="opportunity", about_id__in=visible_deals(actor).values("id"))
    return Ground("owner", Q(owner_id=actor.person_id)), Ground("about", about_deal)


def tasks_of_deal(opportunity_id: int) -> Sequence[TaskRow]:
    """A deal's tasks, open ones first, by due date. The caller has checked that the deal may be seen."""
    found = [TaskRow(**row) for row in _about_deal(opportunity_id)]
    return sorted(found, key=lambda row: row.state != Task.State.OPEN)


@prepared
def _about_deal(opportunity_id: int) -> QuerySet[Task, Any]:
    rows = Task.objects.filter(about_kind="opportunity", about_id=opportunity_id)
    return _columns(rows.order_by(F("due_on").asc(nulls_last=True), "id"))


def tasks_about_deal(actor: Actor, opportunity_id: int) -> Sequence[TaskRow]:
    """A deal's tasks, as `tasks_of_deal`. Raises NotFound for an invisible deal, NotPermitted without the right."""
    if not visible_deals(actor).filter(pk=opportunity_id).exists():
        raise NotFound("opportunity")
    actor.demand("activity", "read")
    return tasks_of_deal(opportunity_id)


def rows_of(tasks: Iterable[Task]) -> Sequence[TaskRow]:
    """Tasks that a command made, as lists show them: whoever made them is told, with the right to read or without."""
    return [
        TaskRow(
            **{name: getattr(task, name) for name in _COLUMNS if name != "owner_name"},
            owner_name=task.owner.name,
        )
        for task in tasks
    ]


def tasks_about_deals(actor: Actor, wanted: OpportunityFilter, *, limit: int = 20) -> Sequence[TaskRow]:
    """The open tasks about the deals of a list, such as a customer's, the most urgent first."""
    deals = visible_deals(actor).filter(wanted.condition(actor)).values("id")
    rows = tasks_seen_by(actor).filter(about_kind="opportunity", about_id__in=deals, state=Task.State.OPEN)
    return _rows(rows.order_by(F("due_on").asc(nulls_last=True), "id")[:limit])


def task(actor: Actor, task_id: int) -> TaskRow:
    """One task the actor may see. Raises NotFound."""
    found = _rows(tasks_seen_by(actor).filter(pk=task_id))
    if not found:
        raise NotFound("task")
    return found[0]


def my_tasks(actor: Actor, *, after: str | None = None, limit: int = 50) -> Page[TaskRow]:
    """A page of the actor's own open tasks, the most urgent first. Raises Invalid for a bad cursor."""
    actor.demand("activity", "read")
    rows = tasks_seen_by(actor).filter(owner_id=actor.person_id, state=Task.State.OPEN)
    found, following = read_page(
        rows.annotate(owner_name=F("owner__name")).values(*_COLUMNS),
        "due_on",
        descending=False,
        cursor=after,
        limit=limit,
        read=date.fromisoformat,
        may_be_empty=True,
    )
    return Page([TaskRow(**row) for row in found], following)


def my_open_tasks(actor: Actor, *, limit: int = 100) -> Sequence[TaskRow]:
    """The actor's own open tasks, the most urgent first."""
    rows = tasks_seen_by(actor).filter(owner_id=actor.person_id, state=Task.State.OPEN)
    return _rows(rows.order_by(F("due_on").asc(nulls_last=True), "id")[:limit])


def my_open_task_counts(actor: Actor, today: date) -> tuple[int, int]:
    """How many tasks the actor has to do, and how many of them are late: due before `today`."""
    rows = tasks_seen_by(actor).filter(owner_id=actor.person_id, state=Task.State.OPEN)
    found = rows.aggregate(open=Count("id"), late=Count("id", filter=Q(due_on__lt=today)))
    return found["open"], found["late"]


def reminders(actor: Actor) -> Sequence[TaskReminder]:
    """The reminders of the actor's own open tasks that steps with a delay made, the first one first (C-086).

    They follow from due dates and steps: a done task has none, another delay moves them, and there are none at all
    while the setting is off. One comes as many days before its task is due as the step says, else on the day.
    """
    actor.demand("activity", "read")
    if not organisation_settings().activity_reminders:
        return ()
    rows = tasks_seen_by(actor).filter(
        owner_id=actor.person_id, state=Task.State.OPEN, due_on__isnull=False, step__delay_days__isnull=False
    )
    found = [
        TaskReminder(task_id, subject, about_id, due_on, due_on - timedelta(days=before or 0))
        for task_id, subject, about_id, due_on, before in rows.values_list(
            "id", "subject", "about_id", "due_on", "step__reminder_days"
        )
        if due_on is not None
    ]
    return sorted(found, key=lambda reminder: (reminder.remind_on, reminder.task_id))


def next_tasks(opportunity_ids: Iterable[int]) -> dict[int, NextTask]:
    """For each deal its open task that is due first; dated ones come before the others."""
    return {about: NextTask(subject, due) for about, subject, due in _open_about(list(opportunity_ids))}


@prepared
def _open_about(opportunity_ids: Sequence[int]) -> QuerySet[Task, Any]:
    rows = Task.objects.filter(
        about_kind="opportunity", about_id__in=opportunity_ids, state=Task.State.OPEN
    ).order_by(F("due_on").desc(nulls_first=True), "-id")
    return rows.values_list("about_id", "subject", "due_on")


def completed_task_steps(opportunity_ids: Iterable[int]) -> dict[int, set[int]]:
    """The steps of deals whose task is completed, by deal."""
    found: dict[int, set[int]] = {}
    for about_id, step_id in _completed_about(list(opportunity_ids)):
        found.setdefault(about_id, set()).add(step_id)
    return found


@prepared
def _completed_about(opportunity_ids: Sequence[int]) -> QuerySet[Task, Any]:
    rows = Task.objects.filter(
        about_kind="opportunity",
        about_id__in=opportunity_ids,
        state=Task.State.COMPLETED,
        step__isnull=False,
    )
    return rows.values_list("about_id", "step_id")


def open_tasks_about(deals: "QuerySet[Any, Any]") -> int:
    """How many tasks about the deals of a subquery of ids are open, whoever is to do them."""
    return Task.objects.filter(about_kind="opportunity", about_id__in=deals, state=Task.State.OPEN).count()


def deals_with_task_done(step_id: int) -> QuerySet[Task, int]:
    """The ids of the deals whose task of a step is completed, to be asked for in a larger question."""
    rows = Task.objects.filter(about_kind="opportunity", step_id=step_id, state=Task.State.COMPLETED)
    return rows.values_list("about_id", flat=True)


def _rows(rows: Any) -> list[TaskRow]:
    return [TaskRow(**row) for row in _columns(rows)]


def _columns(rows: Any) -> QuerySet[Task, Any]:
    columns: QuerySet[Task, Any] = rows.annotate(owner_name=F("owner__name")).values(*_COLUMNS)
    return columns
