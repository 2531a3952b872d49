"""Backups that are made without anybody asking: regularly, and before a migration; and how long they are kept."""

from __future__ import annotations

import logging
import re
import threading
from datetime import datetime
from pathlib import Path

from django.conf import settings
from django.db import connection

from opportune.kernel import clock
from opportune.kernel.errors import OpportuneError
from opportune.operations.backup.making import Backup, back_up

logger = logging.getLogger(__name__)

REGULAR, BEFORE_MIGRATION, BY_HAND = "regular", "before-migration", "by-hand"
REASONS = (REGULAR, BEFORE_MIGRATION, BY_HAND)
KEPT_BEFORE_MIGRATIONS = 3
_NAME = re.compile(r"opportune-(?P<at>\d{8}T\d{6}Z)-(?P<why>[a-z-]+)\.zip")
_WRITTEN = "%Y%m%dT%H%M%SZ"
_at_work = threading.Lock()


def kept_name(why: str) -> Path:
    """Where a backup goes that is made now."""
    return settings.BACKUPS / f"opportune-{clock.now().strftime(_WRITTEN)}-{why}.zip"


def kept_backups(why: str) -> list[Path]:
    """The backups in the directory that were made for this reason, the latest first."""
    files = settings.BACKUPS.glob("opportune-*.zip") if settings.BACKUPS.is_dir() else ()
    named = {file: found for file in files if (found := _NAME.fullmatch(file.name))}
    return sorted((file for file, found in named.items() if found["why"] == why), reverse=True)


def made_at(file: Path) -> datetime:
    """When a kept backup was made."""
    found = _NAME.fullmatch(file.name)
    if found is None:
        raise ValueError(f"{file.name} is not the name of a kept backup")
    return datetime.strptime(f"{found['at']}+0000", f"{_WRITTEN}%z")


def back_up_regularly() -> Backup:
    """Make a backup, then delete the oldest regular ones beyond those that are kept. Raises Refused."""
    return _kept(REGULAR, settings.BACKUPS_KEPT)


def back_up_before_migration() -> Backup:
    """Make a backup of the tables as they are; the last three of these are kept. Raises Refused."""
    return _kept(BEFORE_MIGRATION, KEPT_BEFORE_MIGRATIONS)


def begin_regular_backup() -> threading.Thread | None:
    """Back up in a thread of its own, since the worker has other work meanwhile; none while one is at work."""
    if not _at_work.acquire(blocking=False):
        return None
    thread = threading.Thread(target=_guarded, name="backup", daemon=True)
    thread.start()
    return thread


def _guarded() -> None:
    try:
        made = back_up_regularly()
        logger.info("Backed up %d rows into %s.", made.rows, made.file)
    except OpportuneError as refusal:
        logger.error("No backup was made: %s", refusal)
    except Exception:
        logger.exception("No backup was made.")
    finally:
        connection.close()
        _at_work.release()


def _kept(why: str, count: int) -> Backup:
    for leftover in settings.BACKUPS.glob(".opportune-*.part"):
        # Of a process that was killed; a living one has written to it lately.
        if clock.now().timestamp() - leftover.stat().st_mtime > 24 * 60 * 60:
            leftover.unlink(missing_ok=True)
    made = back_up(kept_name(why), passphrase=settings.BACKUP_PASSPHRASE)
    for old in kept_backups(why)[count:]:
        old.unlink(missing_ok=True)
    return made
