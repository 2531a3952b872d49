"""Collecting static files once per version of them, so that a start costs nothing when none has changed."""

from __future__ import annotations

import fcntl
import hashlib
import inspect
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from django.conf import settings
from django.contrib.staticfiles.finders import get_finders
from django.core.management import call_command
from django.utils.module_loading import import_string


def collect_static_files() -> bool:
    """Collect and hash the static files if any differs from the last time; say whether it was done."""
    if settings.DEBUG:
        return False
    root = Path(settings.STATIC_ROOT)
    with _alone(root):
        stamp, wanted = root / "stamp", fingerprint()
        if stamp.exists() and stamp.read_text(encoding="ascii") == wanted:
            return False
        call_command("collectstatic", interactive=False, clear=True, verbosity=0)
        root.mkdir(parents=True, exist_ok=True)
        stamp.write_text(wanted, encoding="ascii")
        return True


def fingerprint() -> str:
    """A digest of the names, sizes and times of every static file, and of how they are collected."""
    used: Any = settings.STORAGES["staticfiles"]
    collecting = import_string(used["BACKEND"])
    how = f"{collecting.__qualname__}\0{getattr(collecting, 'made_of', tuple)()}\n"
    digest = hashlib.sha256(how.encode() + Path(inspect.getfile(collecting)).read_bytes())
    for finder in get_finders():
        for name, storage in finder.list([]):
            found = Path(storage.path(name)).stat()
            digest.update(f"{name}\0{found.st_size}\0{found.st_mtime_ns}\n".encode())
    return digest.hexdigest()


@contextmanager
def _alone(root: Path) -> Iterator[None]:
    """While another start collects into the same directory, wait for it."""
    root.parent.mkdir(parents=True, exist_ok=True)
    with root.with_name(f"{root.name}.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield
