"""A task that lasts until a file says so, for tests that stop a worker in the midst of it."""

from __future__ import annotations

import time
from pathlib import Path

from django_tasks import task


@task()
def wait_for(begun: str, go: str) -> None:
    """Make the file `begun`, then wait for the file `go`."""
    Path(begun).touch()
    while not Path(go).exists():
        time.sleep(0.02)
