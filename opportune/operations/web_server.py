"""The web server: Granian with one process of Python and a few threads, which suits a small machine."""

from __future__ import annotations

import os

from opportune.operations.parentage import end_with_parent


def run_web_server(host: str, port: int, *, threads: int, stop_seconds: int, parent: int | None) -> int:
    """Serve until a signal says stop, `threads` requests at a time; those under way may finish in `stop_seconds`."""
    # Imported here because Granian chooses its way of starting processes when it is loaded.
    from granian.constants import Interfaces
    from granian.log import LogLevels
    from granian.server import Server

    if parent is not None:
        end_with_parent(parent)
    server = Server(
        "opportune.config.wsgi:application",
        address=host,
        port=port,
        interface=Interfaces.WSGI,
        workers=1,
        blocking_threads=threads,
        websockets=False,
        workers_kill_timeout=stop_seconds,
        log_level=LogLevels.warning,
    )
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "opportune.config.settings")
    server.serve()
    return 0
