"""What lies around the database: the data directory, the secret, the disk, and who can sign in."""

from __future__ import annotations

import os
import shutil
import stat
from collections.abc import Iterator
from pathlib import Path

from django.conf import settings

from opportune.identity.queries import demo_passwords_exist
from opportune.kernel.sentences import sentence
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
    free = shutil.disk_usage(directory).free // _MEGABYTE
    if free < LEAST_FREE_MEGABYTES:
        yield Finding(
            "disk_nearly_full",
            Severity.WARNING,
            sentence("Only {free} MB are free where the data directory lies.", free=free),
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
