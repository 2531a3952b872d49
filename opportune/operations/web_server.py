"""The web server: Granian with a process of Python for each of two cores and a few threads in each.

Python works on one request at a time in a process, so a second core waits without a second process. Two fit the memory
of a small machine; a larger one is told how many it may have.
"""

from __future__ import annotations

import gc
import os
import sys
from dataclasses import dataclass
from importlib import import_module

from opportune.operations.parentage import end_with_parent

MOST_UNASKED = 2
RESPAWN_AFTER = 0.5


@dataclass(frozen=True, slots=True)
class Room:
    """How much is worked on at the same time: so many processes, so many requests in each."""

    processes: int
    threads: int


def usual_processes() -> int:
    """A process for each core that may be used, two at most."""
    cores = len(os.sched_getaffinity(0)) if sys.platform == "linux" else os.cpu_count() or 1
    return min(MOST_UNASKED, cores)


def run_web_server(host: str, port: int, *, room: Room, stop_seconds: int, parent: int | None) -> int:
    """Serve until a signal says stop; requests under way may then finish in `stop_seconds`."""
    # Imported here because Granian chooses its way of starting processes when it is loaded.
    from granian.constants import Interfaces
    from granian.log import LogLevels
    from granian.server import Server

    if parent is not None:
        end_with_parent(parent)
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "opportune.config.settings")
    _load_once_for_all()
    server = Server(
        "opportune.config.wsgi:application",
        address=host,
        port=port,
        interface=Interfaces.WSGI,
        workers=room.processes,
        blocking_threads=room.threads,
        websockets=False,
        workers_kill_timeout=stop_seconds,
        respawn_failed_workers=True,
        respawn_interval=RESPAWN_AFTER,
        log_level=LogLevels.warning,
    )
    server.serve()
    return 0


def _load_once_for_all() -> None:
    """Load the application before its processes fork off, so that they share the memory of what is loaded.

    What is frozen is left alone by the collector, which would otherwise write to it and so copy it.
    """
    import django
    from django.conf import settings

    django.setup()
    import_module(settings.ROOT_URLCONF)  # with it all pages and the API
    gc.collect()
    gc.freeze()
