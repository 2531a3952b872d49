"""What lies around the database: the data directory, the secret, the disk, and who can sign in."""

from __future__ import annotations

import os
import shutil
import stat
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

from django.conf import settings

from opportune.identity.queries import demo_passwords_exist
from opportune.kernel import clock
from opportune.kernel.sentences import counted, sentence
from opportune.operations.backup.keeping import REASONS, REGULAR, kept_backups, made_at
from opportune.operations.doctor.findings import Finding, Severity

LEAST_FREE_MEGABYTES = 500
_MEGABYTE = 10**6
_OTHERS = stat.S_IRWXG | stat.S_IRWXO


def data_directory() -> Iterator[Finding]:
    """Whether files can be written, the secret is one, and there is room."""
    directory = Path(settings.DATA)
    if not directory.is_dir() or not os.access(directory, os.R_OK | os.W_OK | os.X_OK):
        yield Finding(
            "data_not_writable",
            Severity.ERROR,
            sentence("Opportune cannot write in its data directory {directory}.", directory=str(directory)),
        )
        return
    secret = directory / "secret.key"
    if secret.exists() and secret.stat().st_mode & _OTHERS:
        yield Finding(
            "secret_readable",
            Severity.ERROR,
            sentence(
                "Others on this machine may read {file}, which signs sessions. Run chmod 600 on it.",
                file=str(secret),
            ),
        )
    if directory.stat().st_mode & _OTHERS:
        yield Finding(
            "data_open_to_others",
            Severity.WARNING,
            sentence(
                "Others on this machine may look into the data directory {directory}. Run chmod 700 on it.",
                directory=str(directory),
            ),
        )
    free = shutil.disk_usage(directory).free // _MEGABYTE
    if free < LEAST_FREE_MEGABYTES:
        yield Finding(
            "disk_nearly_full",
            Severity.WARNING,
            sentence("Only {free} MB are free where the data directory lies.", free=free),
        )


def backups() -> Iterator[Finding]:
    """Regular backups that are asked for and do not come, and backups that others may read."""
    regular = kept_backups(REGULAR)
    patience = 2 * timedelta(hours=settings.BACKUP_HOURS)
    if settings.BACKUP_HOURS and regular and clock.now() - made_at(regular[0]) > patience:
        yield Finding(
            "backup_overdue",
            Severity.WARNING,
            sentence(
                "The last regular backup is of {day}. Is a worker running, and is there room in {directory}?",
                day=made_at(regular[0]).date(),
                directory=str(settings.BACKUPS),
            ),
        )
    readable = [file for why in REASONS for file in kept_backups(why) if file.stat().st_mode & _OTHERS]
    if readable:
        yield Finding(
            "backup_readable",
            Severity.WARNING,
            counted(
                "Others on this machine may read {count} backup in {directory}. Run chmod 600 on it.",
                "Others on this machine may read {count} backups in {directory}. Run chmod 600 on them.",
                len(readable),
                directory=str(settings.BACKUPS),
            ),
            len(readable),
        )


def sign_ins() -> Iterator[Finding]:
    """Whether somebody can sign in with a password that everybody knows."""
    if demo_passwords_exist():
        yield Finding(
            "demo_passwords",
            Severity.NOTE,
            sentence(
                "People can sign in with the demo password, which is public. Only this machine is served."
            ),
        )
