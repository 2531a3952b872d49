"""Tasks whose worker died: found by its lease, and given back to be done again.

A worker renews its lease from a thread of its own, also during a long task. A task claimed by a worker
without a lease in force becomes ready again, until it has been tried `ATTEMPTS` times: then it has failed,
since a task that kills whoever works on it would otherwise do so for ever. Tasks therefore run at least
once and must bear running twice.
"""

from __future__ import annotations

from datetime import datetime, timedelta

from django_tasks.base import TaskResultStatus
from django_tasks_db.models import DBTaskResult

from opportune.operations.models import WorkerLease

RENEW_EVERY = timedelta(seconds=15)
LEASE_LASTS = timedelta(seconds=60)
ATTEMPTS = 5
GAVE_UP = f"The worker ended {ATTEMPTS} times while it was doing this task."


def renew_lease(name: str, now: datetime) -> None:
    """Say that the worker `name` lives."""
    WorkerLease.objects.update_or_create(name=name, defaults={"seen_at": now})


def end_lease(name: str) -> None:
    """Say that the worker `name` has ended and does nothing any more."""
    WorkerLease.objects.filter(name=name).delete()


def end_predecessors(name: str) -> None:
    """End the leases of the workers that the same supervisor started before: it starts one after the other.

    A supervised worker is called `host/supervisor/start`; the predecessors share all but the last part.
    """
    slot, slash, _ = name.rpartition("/")
    if slash:
        WorkerLease.objects.filter(name__startswith=f"{slot}/").exclude(name=name).delete()


def give_back_abandoned(now: datetime, *, idle: str = "") -> int:
    """Make the running tasks of dead workers ready again, or failed after too many attempts; return how many.

    `idle` is a living worker that does nothing: what it claims was cut short when the database went away.
    """
    # Said before the clock was set back: a worker that lives says it again in time, a dead one does not.
    WorkerLease.objects.filter(seen_at__gt=now).update(seen_at=now)
    WorkerLease.objects.filter(seen_at__lt=now - LEASE_LASTS).delete()
    running = DBTaskResult.objects.running().values_list("id", "worker_ids")
    claims = [(task, workers) for task, workers in running if workers]
    if not claims:
        return 0
    alive = set(WorkerLease.objects.exclude(name=idle).values_list("name", flat=True))
    abandoned = [(task, len(workers)) for task, workers in claims if workers[-1] not in alive]
    again = [task for task, attempts in abandoned if attempts < ATTEMPTS]
    never = [task for task, attempts in abandoned if attempts >= ATTEMPTS]
    still_running = DBTaskResult.objects.running()
    changed = still_running.filter(id__in=again).update(status=TaskResultStatus.READY, started_at=None)
    changed += still_running.filter(id__in=never).update(
        status=TaskResultStatus.FAILED, finished_at=now, traceback=GAVE_UP
    )
    return changed
