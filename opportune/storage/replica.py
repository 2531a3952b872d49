"""Reading from a replica of the database: only what merely reads, and only while the replica keeps up.

A door asks for it around what answers a request (`ledger/freshness.py`); everything else, every command and every
write above all, stays on the primary. Who somebody is and what they may do is read from the primary always, so that a
revoked session or right is gone at once.
"""

from __future__ import annotations

import logging
import time
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from threading import Lock
from typing import Any

from django.conf import settings
from django.db import DEFAULT_DB_ALIAS, DatabaseError, connections
from django.db.models import Model

PRIMARY, REPLICA = DEFAULT_DB_ALIAS, "replica"
LOOK_EVERY = 1.0
LOOK_AGAIN_AFTER_FAILURE = 5.0
ALWAYS_FRESH = frozenset({"identity", "sessions", "operations", "django_tasks_database", "account"})

_reading_from: ContextVar[str] = ContextVar("reading_from", default=PRIMARY)
_log = logging.getLogger(__name__)


class ReplicaRouter:
    """Where Django's models are read and written."""

    def db_for_read(self, model: type[Model], **hints: Any) -> str:
        """The replica within `reading_from_replica`, unless a transaction is open or it is about who may do what."""
        if (
            _reading_from.get() == PRIMARY
            or model._meta.app_label in ALWAYS_FRESH
            or connections[PRIMARY].in_atomic_block
        ):
            return PRIMARY
        return REPLICA

    def db_for_write(self, model: type[Model], **hints: Any) -> str:
        """The primary, always."""
        return PRIMARY

    def allow_relation(self, one: Model, other: Model, **hints: Any) -> bool:
        """Both databases hold the same rows."""
        return True

    def allow_migrate(self, db: str, app_label: str, **hints: Any) -> bool:
        """What the primary is made into, the replica becomes by itself."""
        return db == PRIMARY


@contextmanager
def reading_from_replica() -> Iterator[None]:
    """Within this block what merely reads is asked of the replica."""
    with _reading(REPLICA):
        yield


@contextmanager
def reading_from_primary() -> Iterator[None]:
    """Within this block what merely reads is asked of the primary, whatever is around it."""
    with _reading(PRIMARY):
        yield


@contextmanager
def _reading(database: str) -> Iterator[None]:
    token = _reading_from.set(database)
    try:
        yield
    finally:
        _reading_from.reset(token)


def reads_from_replica() -> bool:
    """Whether reads go to the replica here and now."""
    return _reading_from.get() == REPLICA


def stay_on_primary() -> None:
    """Read from the primary for the rest of the block: something is being written."""
    if _reading_from.get() == REPLICA:
        _reading_from.set(PRIMARY)


class ReplicaState:
    """What this process knows of the replica, looked at once a second at most."""

    def __init__(self) -> None:
        self.usable = False
        self._look_at = 0.0
        self._lock = Lock()

    def look(self) -> bool:
        """Whether the replica answers and is not too far behind."""
        now = time.monotonic()
        if now >= self._look_at and self._lock.acquire(blocking=False):
            try:
                self._settle(self._keeps_up(), now)
            finally:
                self._lock.release()
        return self.usable

    def failed(self) -> None:
        """The replica did not do what it was asked; leave it alone for a while."""
        self._settle(usable=False, now=time.monotonic())
        connections[REPLICA].close()

    def _settle(self, usable: bool, now: float) -> None:
        if usable != self.usable:
            _log.warning("The replica is %s.", "read again" if usable else "left alone: it is down or behind")
        self.usable = usable
        self._look_at = now + (LOOK_EVERY if usable else LOOK_AGAIN_AFTER_FAILURE)

    def _keeps_up(self) -> bool:
        try:
            lag = replica_lag()
        except DatabaseError:
            connections[REPLICA].close()
            return False
        return lag is not None and lag <= settings.REPLICA_LAG


def replica_lag() -> float | None:
    """How many seconds the replica is behind, at most; None if it is no replica. Raises DatabaseError.

    Nothing when it has replayed all that the primary had written a moment before, else the age of the last transaction
    that it has replayed: this grows when the two are cut off from each other, which a replica cannot tell by itself.
    """
    with connections[PRIMARY].cursor() as cursor:
        cursor.execute("SELECT pg_current_wal_lsn()")
        [written] = cursor.fetchone()
    with connections[REPLICA].cursor() as cursor:
        cursor.execute(
            "SELECT pg_is_in_recovery(), pg_last_wal_replay_lsn() >= %s::pg_lsn,"
            " extract(epoch FROM clock_timestamp() - pg_last_xact_replay_timestamp())",
            [written],
        )
        is_replica, caught_up, age = cursor.fetchone()
    if not is_replica:
        return None
    if caught_up:
        return 0.0
    return float("inf") if age is None else max(float(age), 0.0)


state = ReplicaState()
