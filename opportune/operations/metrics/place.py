"""Where the processes of a group keep their numbers: a directory in memory, made and removed by the supervisor.

In memory, since a file that is written through memory kills its process when the disk is full. Standard library only.
"""

from __future__ import annotations

import os
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

NAMED_BY = "PROMETHEUS_MULTIPROC_DIR"
SHARED_MEMORY = Path("/dev/shm")  # noqa: S108
PREFIX = "opportune-metrics-"


@contextmanager
def place_for_numbers() -> Iterator[None]:
    """Within this block, processes that are started find where to keep their numbers."""
    within = SHARED_MEMORY if os.access(SHARED_MEMORY, os.W_OK | os.X_OK) else Path(tempfile.gettempdir())
    forget_the_dead(within)
    place = tempfile.mkdtemp(prefix=f"{PREFIX}{os.getpid()}-", dir=within)
    os.environ[NAMED_BY] = place
    try:
        yield
    finally:
        del os.environ[NAMED_BY]
        shutil.rmtree(place, ignore_errors=True)


def forget_the_dead(within: Path) -> None:
    """Remove the places of supervisors that were killed."""
    for place in within.glob(f"{PREFIX}*"):
        owner = place.name.removeprefix(PREFIX).partition("-")[0]
        if owner.isdecimal() and not lives(int(owner)):
            shutil.rmtree(place, ignore_errors=True)


def lives(pid: int) -> bool:
    """Whether there is a process of this id."""
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        return True
    return True
