"""Long commands: chunks of work, each a change set of the job, so that a killed job is whole up to a chunk."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from django.db.models import Max

from opportune.kernel import clock
from opportune.kernel.actor import Actor
from opportune.kernel.errors import NotFound, Refused
from opportune.kernel.records import RecordRef
from opportune.kernel.registries import handlers
from opportune.ledger.models import ChangeSet, Job
from opportune.ledger.recording import Recording, command
from opportune.ledger.undo import Undone, undo

LARGEST_CHUNK, SMALLEST_CHUNK = 500, 50
CHUNK_SECONDS = 0.2  # for as long, others wait who want to write too


def start_job(actor: Actor, kind: str, *, total: int = 0, **about: Any) -> Job:
    """Begin a job: its progress is committed apart from its chunks."""
    now = clock.now()
    return Job.objects.create(
        kind=kind,
        actor_kind=actor.kind,
        actor_id=actor.id,
        person_id=getattr(actor, "person_id", None),
        actor_label=actor.label,
        door=actor.door,
        started_at=now,
        moved_at=now,
        total=total,
        about=about,
    )


def obtain_job(job_id: int, kind: str) -> Job:
    """A job of a kind. Raises NotFound."""
    job = Job.objects.filter(pk=job_id, kind=kind).first()
    if job is None:
        raise NotFound("job")
    return job


def unfinished_job(actor: Actor, kind: str, **about: Any) -> Job | None:
    """The actor's latest job of a kind about the same that was killed or failed, and of which nothing is undone."""
    same = Job.objects.filter(
        kind=kind,
        actor_kind=actor.kind,
        actor_id=actor.id,
        **{f"about__{name}": value for name, value in about.items()},
    )
    undone = ChangeSet.objects.filter(undone_by__isnull=False, job__isnull=False).values("job_id")
    return same.exclude(state=Job.State.DONE).exclude(pk__in=undone).order_by("-id").first()


def next_chunk(job: Job) -> int:
    """The number of the chunk to come, 1 for the first."""
    return (job.change_sets.aggregate(last=Max("chunk"))["last"] or 0) + 1


@contextmanager
def chunk_of(actor: Actor, job: Job, number: int) -> Iterator[Recording]:
    """One chunk: a transaction and a change set with the job's key."""
    with command(actor, job.kind, job=job, chunk=number) as running:
        yield running


def report(job: Job, *, done: int, refused: int = 0, state: str = Job.State.RUNNING) -> None:
    """Write down how far a job is."""
    now = clock.now()
    job.done, job.refused, job.state, job.moved_at = done, refused, state, now
    job.finished_at = None if state == Job.State.RUNNING else now
    job.save(update_fields=["done", "refused", "state", "moved_at", "finished_at", "about"])


def paced(size: int, seconds: float, largest: int = LARGEST_CHUNK) -> int:
    """How many rows the next chunk has, after one of `size` rows took some seconds."""
    fitting = round(size * CHUNK_SECONDS / max(seconds, 0.001))
    return min(largest, max(SMALLEST_CHUNK, fitting))


def undo_job(actor: Actor, job_id: int) -> Undone:
    """Undo a job's change sets, the last first. What was undone before is passed over.

    What was changed since, and what cannot be undone at all (people, teams), is kept and listed.
    """
    if not Job.objects.filter(pk=job_id).exists():
        raise NotFound("job")
    whole = Undone()
    sets = ChangeSet.objects.filter(job_id=job_id, undone_by__isnull=True).order_by("-id")
    for change_set in list(sets):
        part = undo_what_can_be(actor, change_set)
        whole.restored += part.restored
        whole.kept += part.kept
    return whole


def undo_what_can_be(
    actor: Actor, change_set: ChangeSet, *, job: Job | None = None, chunk: int | None = None
) -> Undone:
    """Undo a change set, as a chunk of a job if one is given; what cannot be undone is kept and listed."""
    kinds = set(change_set.changes.values_list("kind", flat=True).distinct())
    if not kinds & handlers.keys():
        return Undone(kept=[(change.ref, "record") for change in change_set.changes.order_by("id")])
    try:
        return undo(actor, change_set.pk, job=job, chunk=chunk)
    except Refused as refusal:
        if refusal.code not in ("nothing_to_undo", "cannot_undo") or "kept" not in refusal.data:
            raise
        kept = refusal.data["kept"]
        return Undone(kept=[(RecordRef.parse(ref), facet) for ref, facet in kept])
