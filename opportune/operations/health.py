"""Is this installation ready to work? Answered by looking, never by changing anything."""

from __future__ import annotations

import os
import shutil
from collections.abc import Callable
from functools import cache
from pathlib import Path

from django.conf import settings
from django.db import DEFAULT_DB_ALIAS, Error, connection, connections
from django.db.migrations.loader import MigrationLoader
from django.db.migrations.recorder import MigrationRecorder

from opportune.kernel import clock
from opportune.operations.leases import LEASE_LASTS
from opportune.operations.models import WorkerLease

LEAST_FREE_BYTES = 100 * 10**6


def readiness() -> dict[str, bool]:
    """Each part by its name, and whether it is in order. What needs the database is not, without it."""
    return {name: _holds(look) for name, look in PARTS.items()}


def database_answers() -> bool:
    """Whether the database answers. Raises the errors of `django.db`."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT 1")
        return bool(cursor.fetchone() == (1,))


def migrations_applied() -> bool:
    """Whether the database has every migration of this version. Raises the errors of `django.db`."""
    applied = MigrationRecorder(connections[DEFAULT_DB_ALIAS]).applied_migrations()
    return all(migration in applied for migration in last_migrations())


@cache
def last_migrations() -> tuple[tuple[str, str], ...]:
    """The last migration of each application, as it lies on the disk."""
    return tuple(MigrationLoader(None).graph.leaf_nodes())


def worker_lives() -> bool:
    """Whether some worker has said within the last minute that it lives. Raises the errors of `django.db`."""
    return WorkerLease.objects.filter(seen_at__gte=clock.now() - LEASE_LASTS).exists()


def disk_has_room() -> bool:
    """Whether a hundred megabytes are free where the data directory lies. Raises OSError."""
    return shutil.disk_usage(settings.DATA).free >= LEAST_FREE_BYTES


def data_directory_writable() -> bool:
    """Whether files can be made and changed in the data directory."""
    directory = Path(settings.DATA)
    return directory.is_dir() and os.access(directory, os.R_OK | os.W_OK | os.X_OK)


PARTS: dict[str, Callable[[], bool]] = {
    "database": database_answers,
    "migrations": migrations_applied,
    "worker": worker_lives,
    "disk": disk_has_room,
    "data": data_directory_writable,
}


def _holds(look: Callable[[], bool]) -> bool:
    try:
        return look()
    except (Error, OSError):
        return False
