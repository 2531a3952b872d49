"""Jobs: what they do, how far they are, and what they left."""

from collections.abc import Iterable
from datetime import datetime

from opportune.kernel.paging import Page
from opportune.ledger.queries import JobPicture, LeftRow
from opportune.schemas.language import spoken
from opportune.schemas.shapes import Shown


class JobShown(Shown):
    """A long command as it is now: `done` and `refused` of `total` records.

    `state` is running, done, failed or stopped. `error` says why it failed. `undone_job` is the job that an undo takes
    back; the `total` of an undo counts chunks.
    """

    id: int
    kind: str
    title: str
    state: str
    by: str
    started_at: datetime
    finished_at: datetime | None
    total: int
    done: int
    refused: int
    error: str
    undone_job: int | None
    may_stop: bool
    may_continue: bool
    may_undo: bool


class JobList(Shown):
    """The latest jobs, the newest first."""

    items: list[JobShown]


class LeftShown(Shown):
    """A record that a job left as it was: a machine code and a sentence say why."""

    kind: str
    id: int
    name: str
    code: str
    detail: str


class LeftPage(Shown):
    """A page of what a job left as it was."""

    items: list[LeftShown]
    next: str | None


def job_shown(job: JobPicture, language: str) -> JobShown:
    """A job in a reader's language."""
    names = JobShown.model_fields.keys() - {"title", "error"}
    return JobShown(
        **{name: getattr(job, name) for name in names},
        title=spoken(job.title, language),
        error=spoken(job.error, language) if job.error else "",
    )


def jobs_shown(jobs: Iterable[JobPicture], language: str) -> JobList:
    """Jobs in a reader's language."""
    return JobList(items=[job_shown(job, language) for job in jobs])


def left_shown(page: Page[LeftRow], language: str) -> LeftPage:
    """What a job left, in a reader's language."""
    return LeftPage(
        items=[
            LeftShown(
                kind=row.ref.kind,
                id=row.ref.id,
                name=row.name,
                code=row.code,
                detail=spoken(row.reason, language),
            )
            for row in page.rows
        ],
        next=page.next,
    )
