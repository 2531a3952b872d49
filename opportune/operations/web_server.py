"""The web server: Granian with one process of Python and a few threads, which suits a small machine."""

from __future__ import annotations

import os

from opportune.config.env import read_environment
from opportune.operations.parentage import end_with_parent

LOG_LEVELS = {"DEBUG": "info", "INFO": "info", "WARNING": "warning", "ERROR": "error"}
SECONDS_TO_FINISH = 10


def run_web_server(host: str, port: int, *, parent: int | None) -> int:
    """Serve until a signal says stop; requests under way get ten seconds to finish."""
    # Imported here because Granian chooses its way of starting processes when it is loaded.
    from granian.constants import Interfaces
    from granian.log import LogLevels
    from granian.server import Server

    if parent is not None:
        end_with_parent(parent)
    environment = read_environment()
    server = Server(
        "opportune.config.wsgi:application",
        address=host,
        port=port,
        interface=Interfaces.WSGI,
        workers=1,
        blocking_threads=environment.count("OPPORTUNE_WEB_THREADS", at_least=1),
        websockets=False,
        workers_kill_timeout=SECONDS_TO_FINISH,
        log_level=LogLevels(LOG_LEVELS[environment.text("OPPORTUNE_LOG_LEVEL")]),
    )
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "opportune.config.settings")
    server.serve()
    return 0
