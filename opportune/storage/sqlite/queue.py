"""The queue of writers: who holds it may write to the database, from whichever process or thread."""

from __future__ import annotations

import fcntl
import time
from contextlib import ExitStack

from django.db import OperationalError

from opportune.kernel.watching import watchers

POLL_EVERY = 0.0005


class WriteQueue:
    """One connection's place in the queue of a database.

    Two locks make a turnstile. Whoever is next holds `turn` while waiting for `write`, so that a writer
    that has just finished cannot take `write` again before the one who has been waiting. Each connection
    opens the files itself: `flock` belongs to the open file, so threads of one process exclude each other
    too, and the system lets go when a process dies.
    """

    def __init__(self, database: str, *, timeout: float) -> None:
        """Open the lock files beside the database file; wait at most `timeout` seconds for a turn."""
        self.timeout = timeout
        self.held = False
        with ExitStack() as files:
            self._turn = files.enter_context(open(f"{database}.turn", "ab"))
            self._write = files.enter_context(open(f"{database}.lock", "ab"))
            self._files = files.pop_all()

    def enter(self) -> None:
        """Wait for a turn. Entering twice is entering once. Raises OperationalError after the timeout."""
        if self.held:
            return
        begun = time.perf_counter()
        fcntl.flock(self._turn, fcntl.LOCK_EX)
        try:
            self._wait_for_write()
        finally:
            fcntl.flock(self._turn, fcntl.LOCK_UN)
            for watcher in watchers:
                watcher.waited(time.perf_counter() - begun)
        self.held = True

    def leave(self) -> None:
        """Let the next one in. Leaving without having entered does nothing."""
        if self.held:
            self.held = False
            fcntl.flock(self._write, fcntl.LOCK_UN)

    def close(self) -> None:
        """Leave for good."""
        self.leave()
        self._files.close()

    def _wait_for_write(self) -> None:
        deadline = time.monotonic() + self.timeout
        while True:
            try:
                fcntl.flock(self._write, fcntl.LOCK_EX | fcntl.LOCK_NB)
                return
            except BlockingIOError as taken:
                if time.monotonic() > deadline:
                    raise OperationalError(
                        "database is locked: another writer has not finished in time"
                    ) from taken
            time.sleep(POLL_EVERY)
