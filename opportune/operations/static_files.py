"""Collecting static files once per version of them, so that a start costs nothing when none has changed."""

from __future__ import annotations

import hashlib
import sys
from pathlib import Path

from django.conf import settings
from django.contrib.staticfiles.finders import get_finders
from django.core.files.storage import storages
from django.core.management import call_command


def collect_static_files() -> bool:
    """Collect and hash the static files if any differs from the last time; say whether it was done."""
    if settings.DEBUG:
        return False
    stamp = Path(settings.STATIC_ROOT) / "stamp"
    wanted = fingerprint()
    if stamp.exists() and stamp.read_text(encoding="ascii") == wanted:
        return False
    call_command("collectstatic", interactive=False, clear=True, verbosity=0)
    stamp.parent.mkdir(parents=True, exist_ok=True)
    stamp.write_text(wanted, encoding="ascii")
    return True


def fingerprint() -> str:
    """A digest of the names, sizes and times of every static file, and of how they are collected."""
    collecting = sys.modules[type(storages["staticfiles"]).__module__]
    digest = hashlib.sha256(Path(collecting.__file__ or "").read_bytes())
    for finder in get_finders():
        for name, storage in finder.list([]):
            found = Path(storage.path(name)).stat()
            digest.update(f"{name}\0{found.st_size}\0{found.st_mtime_ns}\n".encode())
    return digest.hexdigest()
