"""Reading the ledger. What a record's history shows is asked for by the package that may show the record."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from django.db.models import Exists, OuterRef, Q, QuerySet

from opportune.kernel.actor import Actor
from opportune.kernel.errors import Invalid, NotFound
from opportune.kernel.paging import Cursor, Page
from opportune.kernel.records import RecordRef
from opportune.kernel.registries import handlers, jobs
from opportune.kernel.sentences import Sentence, from_kept, sentence
from opportune.ledger.models import Change, ChangeSet, Job, JobRow
from opportune.storage.prepared import prepared

Place = tuple[datetime, int]
"""Where a change stands in time: the instant from which it held, and its change set among those of that instant."""
_LAST_VERSION = 2**31 - 1
_COLUMNS = (
    "change_set_id",
    "change_set__verb",
    "change_set__actor_label",
    "change_set__door",
    "change_set__at",
    "at",
    "on",
    "operation",
    "before",
    "after",
    "detail",
    "change_set__undone_by__id",
    "version",
)


@dataclass(frozen=True, slots=True)
class HistoryItem:
    """One change of a record, as its history shows it; the values of fields that are `hidden` are left out."""

    change_set_id: int
    verb: str
    by: str
    door: str
    at: datetime
    effective_at: datetime
    on: date | None
    operation: str
    before: dict[str, Any]
    after: dict[str, Any]
    detail: dict[str, Any]
    undone: bool
    version: int
    hidden: tuple[str, ...] = ()

    @property
    def place(self) -> Place:
        """Where it stands in time."""
        return self.effective_at, self.change_set_id


def history_of(ref: RecordRef, *, limit: int = 100, upto: int | None = None) -> Sequence[HistoryItem]:
    """The latest changes of one record, newest first; those up to a version of it, if one is given.

    The caller has checked that the record may be seen.
    """
    until = _LAST_VERSION if upto is None else min(upto, _LAST_VERSION)
    return [
        HistoryItem(*(*columns, undone_by is not None, version))
        for *columns, undone_by, version in _changes(ref.kind, ref.id, until, limit=limit)
    ]


def changes_between(
    kind: str, ids: Collection[int], since: Place | None, before: Place | None
) -> Sequence[tuple[int, HistoryItem]]:
    """Changes of some records of a kind with whose each is, newest first, from one place in time on to another.

    The caller has checked that the records may be seen.
    """
    rows = Change.objects.filter(kind=kind, record_id__in=ids)
    if since is not None:
        at, change_set = since
        rows = rows.filter(Q(at__gt=at) | Q(at=at, change_set__gte=change_set))
    if before is not None:
        at, change_set = before
        rows = rows.filter(Q(at__lt=at) | Q(at=at, change_set__lt=change_set))
    return [
        (record_id, HistoryItem(*(*columns, undone_by is not None, version)))
        for record_id, *columns, undone_by, version in rows.order_by("-at", "-change_set", "-pk").values_list(
            "record_id", *_COLUMNS
        )
    ]


@dataclass(frozen=True, slots=True)
class Author:
    """Who made a change; without a person it was the system."""

    person_id: int | None
    label: str


def authors(kind: str, ids: Collection[int], since: datetime) -> dict[int, Author]:
    """Who changed records of a kind last, of those changed since an instant. The caller has checked who sees them."""
    rows = Change.objects.filter(kind=kind, record_id__in=ids, change_set__at__gt=since).order_by("version")
    named = rows.values_list("record_id", "change_set__person_id", "change_set__actor_label")
    return {record_id: Author(person_id, label) for record_id, person_id, label in named}


@prepared
def _changes(kind: str, record_id: int, upto: int, *, limit: int) -> QuerySet[Change, Any]:
    rows = Change.objects.filter(kind=kind, record_id=record_id, version__lte=upto).order_by("-version")
    return rows.values_list(*_COLUMNS)[:limit]


def last_undoable(person_id: int) -> int | None:
    """The person's latest change set that is not undone and is no undo itself, for Ctrl Z.

    What has no handler is passed over: signing in, passwords and tokens are never undone.
    """
    undoable = Change.objects.filter(change_set=OuterRef("pk"), kind__in=list(handlers))
    return (
        ChangeSet.objects.filter(
            Exists(undoable),
            person_id=person_id,
            undone_by__isnull=True,
            undoes__isnull=True,
            job__isnull=True,
        )
        .order_by("-id")
        .values_list("id", flat=True)
        .first()
    )


@dataclass(frozen=True, slots=True)
class LeftRow:
    """A record that a job left as it was: what it is called, if the reader may see it, and why it was left."""

    id: int
    ref: RecordRef
    name: str
    code: str
    reason: Sentence


@dataclass(frozen=True, slots=True)
class JobPicture:
    """A job as it is now: what it does, how far it is, and what can be done about it.

    `undone_job` is the job that it takes back, if it is an undo. `error` says why it failed.
    """

    id: int
    kind: str
    title: Sentence
    state: str
    by: str
    started_at: datetime
    finished_at: datetime | None
    total: int
    done: int
    refused: int
    error: Sentence | None
    undone_job: int | None
    may_stop: bool
    may_continue: bool
    may_undo: bool

    @property
    def ended(self) -> bool:
        """Whether nobody works on it any more."""
        return self.finished_at is not None

    @property
    def worked(self) -> int:
        """How many of its records it is through with."""
        return self.done + self.refused


def visible_job(actor: Actor, job_id: int) -> Job:
    """A job for whoever began it, and for administrators. Raises NotFound."""
    job = _visible_jobs(actor).filter(pk=job_id).first()
    if job is None:
        raise NotFound("job")
    return job


def job_picture(actor: Actor, job_id: int) -> JobPicture:
    """A job as it is now. Raises NotFound."""
    return _pictures([visible_job(actor, job_id)])[0]


def jobs_of(actor: Actor, *, limit: int = 50) -> Sequence[JobPicture]:
    """The latest jobs that the actor began, or for an administrator those of everybody."""
    return _pictures(list(_visible_jobs(actor).order_by("-id")[:limit]))


def left_rows(actor: Actor, job_id: int, *, after: str | None = None, limit: int = 50) -> Page[LeftRow]:
    """A page of what a job left as it was, in the order it came to them. Raises NotFound, Invalid."""
    job = visible_job(actor, job_id)
    try:
        last = 0 if after is None else Cursor.decode(after).id
    except ValueError:
        raise Invalid({"after": sentence("This page does not exist; begin with the first one.")}) from None
    rows = list(job.rows.exclude(code="").filter(pk__gt=last).order_by("pk")[: limit + 1])
    shown = rows[:limit]
    names = jobs[job.kind].names(actor, job, [row.ref for row in shown])
    return Page(
        [
            LeftRow(row.pk, row.ref, names.get(row.ref, ""), row.code, from_kept(row.reason))
            for row in shown
            if row.reason is not None
        ],
        Cursor(None, shown[-1].pk).encode() if len(rows) > limit else None,
    )


def _visible_jobs(actor: Actor) -> QuerySet[Job]:
    known = Job.objects.filter(kind__in=list(jobs))
    if "administer" in getattr(actor, "rights", ()):
        return known
    person_id = getattr(actor, "person_id", None)
    return known.none() if person_id is None else known.filter(person_id=person_id)


def _pictures(found: Sequence[Job]) -> Sequence[JobPicture]:
    ids = [job.pk for job in found]
    waiting = set(JobRow.objects.filter(job__in=ids, chunk__isnull=True).values_list("job_id", flat=True))
    sets = ChangeSet.objects.filter(job__in=ids)
    undoable = set(sets.filter(undone_by__isnull=True).values_list("job_id", flat=True))
    undone = set(sets.filter(undone_by__isnull=False).values_list("job_id", flat=True))
    pictures = []
    for job in found:
        ended = job.state != Job.State.RUNNING
        error = job.about.get("error")
        pictures.append(
            JobPicture(
                id=job.pk,
                kind=job.kind,
                title=jobs[job.kind].title,
                state=job.state,
                by=job.actor_label,
                started_at=job.started_at,
                finished_at=job.finished_at,
                total=job.total,
                done=job.done,
                refused=job.refused,
                error=from_kept(error) if error else None,
                undone_job=job.about.get("undoes"),
                may_stop=not ended,
                may_continue=ended and job.pk in waiting and job.pk not in undone,
                may_undo=ended and job.pk in undoable,
            )
        )
    return pictures
