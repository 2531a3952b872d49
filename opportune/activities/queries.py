"""Reading tasks. A task is visible to its owner and to whoever sees the record it is about (domain.md §7)."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.db.models import F, Q, QuerySet

from opportune.activities.models import Task
from opportune.identity.actor import Actor
from opportune.kernel.errors import NotFound
from opportune.kernel.paging import Page
from opportune.opportunities.queries.board import NextTask
from opportune.opportunities.queries.totals import visible_deals
from opportune.storage.keyset import read_page

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


def tasks_seen_by(actor: Actor) -> QuerySet[Task]:
    """The tasks the actor may see; none without the right to read activities."""
    if not actor.may("activity", "read"):
        return Task.objects.none()
    own = Q(owner_id=actor.person_id)
    about_deal = Q(about_kind="opportunity", about_id__in=visible_deals(actor).values("id"))
    return Task.objects.filter(own | about_deal)


def tasks_of_deal(opportunity_id: int) -> Sequence[TaskRow]:
    """A deal's tasks, open ones first, by due date. The caller has checked that the deal may be seen."""
    rows = Task.objects.filter(about_kind="opportunity", about_id=opportunity_id)
    found = _rows(rows.order_by(F("due_on").asc(nulls_last=True), "id"))
    return sorted(found, key=lambda row: row.state != Task.State.OPEN)


def tasks_about_deal(actor: Actor, opportunity_id: int) -> Sequence[TaskRow]:
    """A deal's tasks, as `tasks_of_deal`. Raises NotFound for an invisible deal, NotPermitted without the right."""
    if not visible_deals(actor).filter(pk=opportunity_id).exists():
        raise NotFound("opportunity")
    actor.demand("activity", "read")
    return tasks_of_deal(opportunity_id)


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


def next_tasks(opportunity_ids: Iterable[int]) -> dict[int, NextTask]:
    """For each deal its open task that is due first; dated ones come before the others."""
    rows = Task.objects.filter(
        about_kind="opportunity", about_id__in=list(opportunity_ids), state=Task.State.OPEN
    ).order_by(F("due_on").desc(nulls_first=True), "-id")
    return {
        about: NextTask(subject, due)
        for about, subject, due in rows.values_list("about_id", "subject", "due_on")
    }


def completed_task_steps(opportunity_id: int) -> set[int]:
    """The steps of a deal whose task is completed."""
    rows = Task.objects.filter(
        about_kind="opportunity", about_id=opportunity_id, state=Task.State.COMPLETED, step__isnull=False
    )
    return set(rows.values_list("step__id", flat=True))


def deals_with_task_done(step_id: int) -> QuerySet[Task, int]:
    """The ids of the deals whose task of a step is completed, to be asked for in a larger question."""
    rows = Task.objects.filter(about_kind="opportunity", step_id=step_id, state=Task.State.COMPLETED)
    return rows.values_list("about_id", flat=True)


def _rows(rows: Any) -> list[TaskRow]:
    return [TaskRow(**row) for row in rows.annotate(owner_name=F("owner__name")).values(*_COLUMNS)]
