"""The worker: does the tasks that were queued, runs the schedule, and gives back what dead workers left."""

from __future__ import annotations

import logging
import os
import signal
import socket
import threading
from collections.abc import Callable
from types import FrameType

from django.conf import settings
from django.db import DatabaseError, InterfaceError, close_old_connections, connection
from django_tasks.base import DEFAULT_TASK_BACKEND_ALIAS
from django_tasks_db.management.commands.db_worker import Worker
from django_tasks_db.models import DBTaskResult

from opportune.kernel import clock
from opportune.operations.leases import (
    RENEW_EVERY,
    end_lease,
    end_predecessors,
    give_back_abandoned,
    renew_lease,
)
from opportune.operations.parentage import end_with_parent
from opportune.operations.schedule import run_due
from opportune.storage.outages import outage_of

logger = logging.getLogger(__name__)

LOOK_EVERY = 1.0
LOOKS_PER_ROUND = 15
GAVE_BACK = 75
NICENESS = 5
"""Whoever waits for a page goes first; much nicer, and writers would wait for a worker that holds the turn."""


def run_worker(*, name: str | None, parent: int | None) -> int:
    """Work until a signal says stop, after the web server where both want the processor.

    A task under way is finished first, or given back when it takes too long.
    """
    if parent is not None:
        end_with_parent(parent)
    os.nice(NICENESS)
    worker = TaskWorker(
        name or f"{socket.gethostname()[:30]}/{os.getpid()}/1", stop_seconds=settings.STOP_SECONDS
    )
    for wanted in (signal.SIGTERM, signal.SIGINT):
        signal.signal(wanted, worker.stop)
    worker.run()
    return 0


class TaskWorker:
    """One worker under a name of its own, at most 64 characters long."""

    def __init__(self, name: str, *, stop_seconds: float = 10) -> None:
        self.name = name
        self.stop_seconds = stop_seconds
        self.stopping = threading.Event()
        self.ended = threading.Event()
        self._tasks: Worker | None = None
        self._outages: set[int] = set()  # the threads whose last piece of work met one

    def stop(self, number: int = signal.SIGTERM, frame: FrameType | None = None) -> None:
        """End after the task under way, at the latest when the time to stop is over."""
        if self.stopping.is_set():
            return
        self.stopping.set()
        last = threading.Timer(self.stop_seconds, self.give_up)
        last.daemon = True
        last.start()
        if self._tasks is not None:
            self._tasks.running = False

    def run(self) -> None:
        """Look for work once a second until stopped."""
        end_predecessors(self.name)
        renew_lease(self.name, clock.now())
        renewing = threading.Thread(target=self._renew, name="lease", daemon=True)
        renewing.start()
        looks = 0
        while not self.stopping.is_set():
            if looks % LOOKS_PER_ROUND == 0:
                self._guarded(self._round)
            self._guarded(self.do_tasks)
            looks += 1
            self.stopping.wait(LOOK_EVERY)
        self.ended.set()
        renewing.join()
        self._guarded(lambda: end_lease(self.name))

    def give_up(self) -> None:
        """Give back the task under way, so that another worker does it at once, and end without finishing it."""

        def give_back() -> None:
            end_lease(self.name)
            give_back_abandoned(clock.now())

        self._guarded(give_back)
        # Not sys.exit, which would wait for the task.
        os._exit(GAVE_BACK)

    def do_tasks(self) -> None:
        """Do what is ready. Looking takes no turn in the queue of writers, claiming a task does."""
        if not DBTaskResult.objects.ready().exists():
            return
        self._tasks = Worker(
            queue_names=["*"],
            interval=0,
            batch=True,
            backend_name=DEFAULT_TASK_BACKEND_ALIAS,
            startup_delay=False,
            max_tasks=None,
            worker_id=self.name,
            excluded_queue_names=[],
        )
        self._tasks.run()
        self._tasks = None

    def _round(self) -> None:
        now = clock.now()
        if given_back := give_back_abandoned(now, idle=self.name):
            logger.warning("Gave back %d tasks whose worker had died.", given_back)
        run_due(now)

    def _renew(self) -> None:
        while not self.ended.wait(RENEW_EVERY.total_seconds()):
            self._guarded(lambda: renew_lease(self.name, clock.now()))
        connection.close()

    def _guarded(self, work: Callable[[], object]) -> None:
        """Do it, and live on when it fails: the next look may find a database that answers again."""
        close_old_connections()
        try:
            work()
        except Exception as error:
            self._tell(error)
            if isinstance(error, DatabaseError | InterfaceError):
                connection.close()
        else:
            self._outages.discard(threading.get_ident())

    def _tell(self, error: Exception) -> None:
        """Log it; an outage in one line and once in a row, since the worker looks every second."""
        if outage_of(error) is None:
            logger.error("The worker could not finish a piece of work.", exc_info=error)
        elif threading.get_ident() not in self._outages:
            self._outages.add(threading.get_ident())
            logger.error("The worker waits until it can go on: %s", error)
