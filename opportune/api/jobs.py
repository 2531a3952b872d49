"""Jobs: long commands that the worker does, chunk by chunk."""

from http import HTTPStatus

from django.http import HttpResponse
from ninja import Query, Router

from opportune.api.answers import answer
from opportune.api.asking import Request, language_of
from opportune.ledger.queries import job_picture, jobs_of, left_rows
from opportune.ledger.working import begin_undo, continue_job, stop_job
from opportune.schemas.job import JobList, JobShown, LeftPage, job_shown, jobs_shown, left_shown
from opportune.schemas.page import Paging

router = Router(tags=["jobs"])


@router.get("", response=JobList)
def list_jobs(request: Request) -> HttpResponse:
    """The latest long commands that you began; for an administrator, everybody's."""
    request.auth.demand_any("read")
    return answer(jobs_shown(jobs_of(request.auth), language_of(request)))


@router.get("{int:job_id}", response=JobShown)
def show_job(request: Request, job_id: int) -> HttpResponse:
    """How far a long command is."""
    request.auth.demand_any("read")
    return _job(request, job_id)


@router.get("{int:job_id}/refused", response=LeftPage)
def list_refused_of_job(request: Request, job_id: int, paging: Query[Paging]) -> HttpResponse:
    """What it left as it was, and why."""
    request.auth.demand_any("read")
    found = left_rows(request.auth, job_id, after=paging.after, limit=paging.limit)
    return answer(left_shown(found, language_of(request)))


@router.post("{int:job_id}/stop", response=JobShown)
def stop_long_command(request: Request, job_id: int) -> HttpResponse:
    """Have it end after the chunk under way; what is done stays. Refused with `not_running`."""
    request.auth.demand_any("write")
    stop_job(request.auth, job_id)
    return _job(request, job_id)


@router.post("{int:job_id}/continue", response={202: JobShown})
def continue_long_command(request: Request, job_id: int) -> HttpResponse:
    """Have one that stopped or failed do the rest. Refused with `nothing_waits` or `undone`."""
    request.auth.demand_any("write")
    continue_job(request.auth, job_id)
    return _accepted(_job(request, job_id))


@router.post("{int:job_id}/undo", response={202: JobShown})
def undo_long_command(request: Request, job_id: int) -> HttpResponse:
    """Take all of it back, by a job of its own, which is answered. Undoing an undo is redo.

    Refused with `running`, `already_undone`, or `too_late` after 30 days.
    """
    request.auth.demand_any("write")
    return _accepted(_job(request, begin_undo(request.auth, job_id).pk))


def _job(request: Request, job_id: int) -> HttpResponse:
    return answer(job_shown(job_picture(request.auth, job_id), language_of(request)))


def _accepted(response: HttpResponse) -> HttpResponse:
    response.status_code = HTTPStatus.ACCEPTED
    return response
