"""Working through a job's rows: chunk by chunk, each with what it was done to, in one transaction.

Whoever works on a job takes the rows that still wait, under a lock on the job. A row is therefore done exactly once,
whatever dies in between and however many work on the same job: the worker, the command line, or both.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import timedelta
from time import monotonic
from typing import Any

from django.db import OperationalError, transaction
from django.db.models import Max

from opportune.kernel import clock
from opportune.kernel.actor import Actor
from opportune.kernel.errors import OpportuneError, Refused
from opportune.kernel.records import RecordRef
from opportune.kernel.registries import RowRefused, jobs, react
from opportune.kernel.sentences import Sentence, sentence, to_keep
from opportune.ledger.events import JobWaiting
from opportune.ledger.jobs import SMALLEST_CHUNK, next_chunk, paced, report, start_job, undo_what_can_be
from opportune.ledger.models import ChangeSet, Job, JobRow
from opportune.ledger.queries import visible_job
from opportune.ledger.recording import tried_twice

UNDO = "undo_job"
UNDO_FOR = timedelta(days=30)
STANDS_STILL_AFTER = timedelta(seconds=60)
_ROWS_AT_ONCE = 2000
_CHANGED_SINCE = Refused("changed_since", sentence("Changed since, and left as it is."))
_UNEXPECTED = sentence("Something went wrong that should not. What was done until then is whole.")

Progress = Callable[[int, int], None]


@transaction.atomic
def begin_job(actor: Actor, kind: str, ids: Iterable[int], **about: Any) -> Job:
    """Begin a job for these records, each once, in this order; somebody will work on it when this is committed.

    What concerns all of them is checked now. Raises what the command raises for that.
    """
    handler = jobs[kind]
    chosen = list(dict.fromkeys(ids))
    job = start_job(actor, kind, total=len(chosen), **about)
    JobRow.objects.bulk_create(
        (JobRow(job=job, kind=handler.rows, record_id=one) for one in chosen), batch_size=_ROWS_AT_ONCE
    )
    handler.do(actor, job, 1, ())
    react(actor, JobWaiting(job.pk))
    return job


def work_on_job(
    actor: Actor, job_id: int, *, seconds: float | None = None, progress: Progress | None = None
) -> Job:
    """Do what waits in a job, for so many seconds if they are given; the job as it is then.

    The actor is whoever began it, with the rights they have now. What ends it early leaves whole chunks, and the job
    failed, with the sentence that says why; only where the database itself gave up does it stay running, to be
    taken up again.
    """
    begun, size = monotonic(), SMALLEST_CHUNK
    job = Job.objects.get(pk=job_id)
    while job.state == Job.State.RUNNING:
        at, wanted = monotonic(), min(size, jobs[job.kind].largest_chunk)
        try:
            job = tried_twice(lambda wanted=wanted: _do_chunk(actor, job_id, wanted))  # type: ignore[misc]
        except OpportuneError as error:
            return fail_job(job_id, error.message)
        except OperationalError:
            raise
        except Exception:
            fail_job(job_id, _UNEXPECTED)
            raise
        size = paced(wanted, monotonic() - at)
        if progress is not None:
            progress(job.done + job.refused, job.total)
        if seconds is not None and monotonic() - begun >= seconds:
            break
    return job


@transaction.atomic
def fail_job(job_id: int, why: Sentence) -> Job:
    """Note that a job cannot go on, and why. What waits in it still waits."""
    job = Job.objects.select_for_update().get(pk=job_id)
    if job.state == Job.State.RUNNING:
        job.about["error"] = to_keep(why)
        report(job, done=job.done, refused=job.refused, state=Job.State.FAILED)
    return job


@transaction.atomic
def stop_job(actor: Actor, job_id: int) -> Job:
    """Have a job end after the chunk under way. Raises NotFound, Refused `not_running`."""
    job = _locked(actor, job_id)
    if job.state != Job.State.RUNNING:
        raise Refused("not_running", sentence("This has ended already."))
    report(job, done=job.done, refused=job.refused, state=Job.State.STOPPED)
    return job


@transaction.atomic
def continue_job(actor: Actor, job_id: int) -> Job:
    """Have a job that stopped or failed do what still waits. Raises NotFound, Refused `nothing_waits` or `undone`."""
    job = _locked(actor, job_id)
    if ChangeSet.objects.filter(job=job, undone_by__isnull=False).exists():
        raise Refused("undone", sentence("This was undone. Give the command again."))
    if not job.rows.filter(chunk__isnull=True).exists():
        raise Refused("nothing_waits", sentence("Nothing of this is left to do."))
    job.about.pop("error", None)
    report(job, done=job.done, refused=job.refused)
    react(actor, JobWaiting(job.pk))
    return job


@transaction.atomic
def begin_undo(actor: Actor, job_id: int) -> Job:
    """Begin the job that takes another one back, its last chunk first. Undoing an undo is redo.

    Raises NotFound, or Refused: `running`, `too_late` after 30 days, `already_undone` where nothing is left of it.
    """
    job = _locked(actor, job_id)
    if job.state == Job.State.RUNNING:
        raise Refused("running", sentence("This is still running. Stop it first."))
    if clock.now() - job.started_at > UNDO_FOR:
        raise Refused("too_late", sentence("This can be undone for {days} days.", days=UNDO_FOR.days))
    left = ChangeSet.objects.filter(job=job, undone_by__isnull=True).order_by("-id")
    ids = list(left.values_list("id", flat=True))
    if not ids:
        raise Refused("already_undone", sentence("There is nothing left to undo."))
    return begin_job(actor, UNDO, ids, undoes=job.pk)


def abandoned_jobs() -> list[int]:
    """The jobs that should run and have not got on for a minute, as whoever worked on them died; each told once."""
    now = clock.now()
    running = Job.objects.filter(state=Job.State.RUNNING, kind__in=list(jobs))
    still = running.filter(moved_at__lt=now - STANDS_STILL_AFTER).values_list("pk", "moved_at")
    return [
        job_id
        for job_id, at in list(still)
        if Job.objects.filter(pk=job_id, moved_at=at).update(moved_at=now)  # another worker may look, too
    ]


def forget_rows() -> int:
    """Forget which records jobs were begun for that ended so long ago that they are not undone any more."""
    old = clock.now() - UNDO_FOR
    return JobRow.objects.filter(job__finished_at__lt=old).delete()[0]


def _locked(actor: Actor, job_id: int) -> Job:
    visible_job(actor, job_id)
    return Job.objects.select_for_update().get(pk=job_id)


@transaction.atomic
def _do_chunk(actor: Actor, job_id: int, size: int) -> Job:
    """Do the next rows of a job; when none is left, it is done."""
    job = Job.objects.select_for_update().get(pk=job_id)
    if job.state != Job.State.RUNNING:
        return job
    rows = list(job.rows.filter(chunk__isnull=True).order_by("id")[:size])
    if not rows:
        report(job, done=job.done, refused=job.refused, state=Job.State.DONE)
        return job
    last = job.rows.aggregate(last=Max("chunk"))["last"] or 0
    number = max(last + 1, next_chunk(job))
    left = jobs[job.kind].do(actor, job, number, [row.record_id for row in rows])
    job.rows.filter(pk__in=[row.pk for row in rows]).update(chunk=number)
    refused = _note(job, number, left, {row.ref: row for row in rows})
    report(job, done=job.done + len(rows) - refused, refused=job.refused + refused)
    return job


class UndoOfJob:
    """Taking a job back is a job as well: its rows are the other's change sets."""

    title = sentence("Undo")
    rows = "change_set"
    largest_chunk = 1

    def do(self, actor: Actor, job: Job, number: int, ids: Sequence[int]) -> Sequence[RowRefused]:
        """Undo change sets, each by a change set of its own."""
        kept = []
        for change_set in ChangeSet.objects.filter(pk__in=ids, undone_by__isnull=True):
            undone = undo_what_can_be(actor, change_set, job=job, chunk=number)
            kept += [RowRefused(ref, _CHANGED_SINCE) for ref, _ in undone.kept]
        return kept

    def names(self, actor: Actor, job: Job, refs: Iterable[RecordRef]) -> Mapping[RecordRef, str]:
        """As the job that is taken back names them."""
        undone = Job.objects.get(pk=job.about["undoes"])
        return jobs[undone.kind].names(actor, undone, refs)


def _note(job: Job, number: int, left: Iterable[RowRefused], rows: dict[RecordRef, JobRow]) -> int:
    """Write down what was left, and why; how many of the rows that is."""
    known: list[JobRow] = []
    more: list[JobRow] = []
    for one in left:
        row = rows.get(one.ref)
        (known if row else more).append(
            row := row or JobRow(job=job, kind=one.ref.kind, record_id=one.ref.id)
        )
        row.chunk, row.code, row.reason = number, one.error.code, to_keep(one.error.message)
    JobRow.objects.bulk_update(known, ["chunk", "code", "reason"], batch_size=200)
    JobRow.objects.bulk_create(more, batch_size=200, ignore_conflicts=True)
    return len(known)
