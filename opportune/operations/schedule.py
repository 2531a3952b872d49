"""What is done again and again without anybody asking, and how often.

The table `ScheduledRun` remembers when each is next due, so that a restart forgets none and several
workers do not do it twice.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.conf import settings
from django.core.management import call_command
from django.db import IntegrityError

from opportune.deleted.actions import purge_due
from opportune.identity.tasks import take_up_abandoned
from opportune.ledger.deliveries import deliver_due
from opportune.ledger.working import forget_rows
from opportune.mailing.actions import deliver_waiting, forget_old_mail
from opportune.operations.backup.keeping import begin_regular_backup
from opportune.operations.models import ScheduledRun
from opportune.opportunities.tallying import fold

KEEP_TASKS_FOR_DAYS = 14


@dataclass(frozen=True)
class Scheduled:
    """A piece of work, its name in the table, and the time from one run to the next."""

    name: str
    every: timedelta
    run: Callable[[], object]


def forget_old_tasks() -> None:
    """Delete the records of tasks finished two weeks ago or earlier."""
    call_command("prune_db_task_results", min_age_days=KEEP_TASKS_FOR_DAYS, verbosity=0)


def forget_old_sessions() -> None:
    """Delete the sessions that have expired."""
    call_command("clearsessions", verbosity=0)


def backups(hours: int) -> tuple[Scheduled, ...]:
    """The regular backup, every so many hours; none for 0."""
    return (Scheduled("back up", timedelta(hours=hours), begin_regular_backup),) if hours else ()


SCHEDULE: tuple[Scheduled, ...] = (
    Scheduled("forget old tasks", timedelta(days=1), forget_old_tasks),
    Scheduled("forget old sessions", timedelta(days=1), forget_old_sessions),
    Scheduled("deliver change sets", timedelta(seconds=10), deliver_due),
    Scheduled("send waiting mail", timedelta(minutes=5), deliver_waiting),
    Scheduled("forget old mail", timedelta(hours=1), forget_old_mail),
    Scheduled("take up jobs", timedelta(seconds=30), take_up_abandoned),
    Scheduled("forget rows of old jobs", timedelta(days=1), forget_rows),
    Scheduled("fold the tally", timedelta(seconds=30), fold),
    Scheduled("purge the bin", timedelta(hours=6), purge_due),
    *backups(settings.BACKUP_HOURS),
)


def run_due(now: datetime, schedule: Iterable[Scheduled] = SCHEDULE) -> list[str]:
    """Run what is due at `now` and return the names.

    What has never run is due, and what would not be for longer than its interval: the clock has been set back.
    """
    pending = dict(ScheduledRun.objects.values_list("name", "next_at"))
    done = []
    for work in schedule:
        due = pending.get(work.name)
        is_due = due is None or due <= now or due > now + work.every
        if is_due and _claim(work, due, now):
            work.run()
            done.append(work.name)
    return done


def _claim(work: Scheduled, due: datetime | None, now: datetime) -> bool:
    """Move the next time on before working, so that another worker finds nothing due."""
    following = now + work.every
    if due is not None:
        return ScheduledRun.objects.filter(name=work.name, next_at=due).update(next_at=following) == 1
    try:
        ScheduledRun.objects.create(name=work.name, next_at=following)
    except IntegrityError:
        return False
    return True
