"""Long commands: a page that follows one while the worker does it, and the list of the latest."""

from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.views.decorators.http import require_GET, require_POST

from opportune.ledger.queries import job_picture, jobs_of, left_rows
from opportune.ledger.working import begin_undo, continue_job, stop_job
from opportune.web.pages import SignedIn, go, is_htmx, page, signed_in


@require_GET
@signed_in
def index(request: SignedIn) -> HttpResponse:
    """The latest that the reader began; for an administrator, everybody's."""
    return page(request, "jobs/list.html", {"jobs": jobs_of(request.actor)})


@require_GET
@signed_in
def show(request: SignedIn, job_id: int) -> HttpResponse:
    """How far one is and what it left; it asks again by itself while the worker is at it."""
    after = request.GET.get("after")
    left = left_rows(request.actor, job_id, after=after)
    context = {"job": job_picture(request.actor, job_id), "left": left}
    if after and is_htmx(request):
        return page(request, "jobs/left.html", context)
    return page(request, "jobs/job.html", context, block="state" if is_htmx(request) else None)


@require_POST
@signed_in
def stop(request: SignedIn, job_id: int) -> HttpResponse:
    """Have one end after the chunk under way."""
    stop_job(request.actor, job_id)
    return _to(request, job_id)


@require_POST
@signed_in
def go_on(request: SignedIn, job_id: int) -> HttpResponse:
    """Have one do the rest."""
    continue_job(request.actor, job_id)
    return _to(request, job_id)


@require_POST
@signed_in
def undo(request: SignedIn, job_id: int) -> HttpResponse:
    """Take one back, and follow that."""
    return _to(request, begin_undo(request.actor, job_id).pk)


def _to(request: HttpRequest, job_id: int) -> HttpResponse:
    return go(request, reverse("job", args=[job_id]))
