"""Jobs as work for the worker: whoever began one is asked for their rights each time somebody works on it."""

from datetime import timedelta
from typing import Any

from django_tasks import task

from opportune.identity.queries import actor_of_job
from opportune.kernel import clock
from opportune.kernel.errors import OpportuneError
from opportune.ledger.events import JobWaiting
from opportune.ledger.models import Job
from opportune.ledger.working import Progress, abandoned_jobs, fail_job, work_on_job

SLICE = 10.0  # seconds, after which other tasks have their turn
PAUSE = timedelta(seconds=1)


@task()
def work_on(job_id: int) -> None:
    """Work on a job for some seconds, and come back to it later if it is not at its end."""
    if work_through(job_id, seconds=SLICE).state == Job.State.RUNNING:
        work_on.using(run_after=clock.now() + PAUSE).enqueue(job_id)


def work_through(job_id: int, *, seconds: float | None = None, progress: Progress | None = None) -> Job:
    """Work on a job as whoever began it; failed at once if they may do nothing any more."""
    try:
        actor = actor_of_job(Job.objects.get(pk=job_id))
    except OpportuneError as error:
        return fail_job(job_id, error.message)
    return work_on_job(actor, job_id, seconds=seconds, progress=progress)


def queue_job(actor: Any, event: JobWaiting) -> None:
    """Have a job worked on; the queue is in the same database, hence in the same transaction."""
    work_on.enqueue(event.job_id)


def take_up_abandoned() -> None:
    """Have those jobs worked on whose worker, or command line, died."""
    for job_id in abandoned_jobs():
        work_on.enqueue(job_id)
