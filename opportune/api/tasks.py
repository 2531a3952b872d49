"""Tasks: one's own, and ending them."""

from django.http import HttpResponse
from ninja import Query, Router

from opportune.activities import actions, queries
from opportune.api.answers import answer
from opportune.api.asking import Request
from opportune.schemas.page import Paging
from opportune.schemas.task import (
    TaskOwnerGiven,
    TaskPage,
    TaskReminderList,
    TaskReminderShown,
    TaskShown,
)

router = Router(tags=["tasks"])


@router.get("", response=TaskPage)
def list_my_tasks(request: Request, paging: Query[Paging]) -> HttpResponse:
    """One's own open tasks, the most urgent first, by pages."""
    found = queries.my_tasks(request.auth, after=paging.after, limit=paging.limit)
    rows = [TaskShown.model_validate(row) for row in found.rows]
    return answer(TaskPage(items=rows, next=found.next))


@router.get("reminders", response=TaskReminderList)
def list_task_reminders(request: Request) -> HttpResponse:
    """The reminders of one's own open tasks that stages brought along, the first one first."""
    found = [TaskReminderShown.model_validate(reminder) for reminder in queries.reminders(request.auth)]
    return answer(TaskReminderList(items=found))


@router.get("{int:task_id}", response=TaskShown)
def show_task(request: Request, task_id: int) -> HttpResponse:
    """One task; its ETag is its version."""
    return _task(request, task_id)


@router.post("{int:task_id}/completion", response=TaskShown)
def complete_task(request: Request, task_id: int) -> HttpResponse:
    """Mark a task done."""
    actions.complete_task(request.auth, task_id)
    return _task(request, task_id)


@router.post("{int:task_id}/cancellation", response=TaskShown)
def cancel_task(request: Request, task_id: int) -> HttpResponse:
    """Give a task up."""
    actions.cancel_task(request.auth, task_id)
    return _task(request, task_id)


@router.post("{int:task_id}/reopening", response=TaskShown)
def reopen_task(request: Request, task_id: int) -> HttpResponse:
    """Take a completion or a cancellation back."""
    actions.reopen_task(request.auth, task_id)
    return _task(request, task_id)


@router.put("{int:task_id}/owner", response=TaskShown)
def assign_task(request: Request, task_id: int, given: TaskOwnerGiven) -> HttpResponse:
    """Give a task to somebody else."""
    actions.assign_task(request.auth, task_id, owner_id=given.owner_id)
    return _task(request, task_id)


def _task(request: Request, task_id: int) -> HttpResponse:
    row = queries.task(request.auth, task_id)
    return answer(TaskShown.model_validate(row), version=row.version)
