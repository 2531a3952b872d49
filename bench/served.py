"""The product as it is served, and beside it the same with floors and counts, on the same database."""

from __future__ import annotations

import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from http.client import HTTPConnection

from bench.places import ROOT

SECONDS_TO_START = 90


@contextmanager
def served(environment: dict[str, str], port: int) -> Iterator[tuple[int, int]]:
    """Two servers: `opportune serve` at `port`, the floors at the next one. Yields both ports."""
    beside = {**environment, "DJANGO_SETTINGS_MODULE": "bench.settings"}
    with running(environment, "serve", port), running(beside, "web", port + 1):
        yield port, port + 1


@contextmanager
def running(environment: dict[str, str], command: str, port: int) -> Iterator[None]:
    """A server that answers at a port; stopped at the end."""
    words = [sys.executable, "-m", "opportune", command, "--port", str(port)]
    own = {**environment, "OPPORTUNE_BASE_URL": f"http://127.0.0.1:{port}"}
    process = subprocess.Popen(words, env=own, cwd=ROOT, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    try:
        _wait(port)
        yield
    finally:
        process.terminate()
        process.wait(30)


def _wait(port: int) -> None:
    deadline = time.monotonic() + SECONDS_TO_START
    while time.monotonic() < deadline:
        try:
            connection = HTTPConnection("127.0.0.1", port, timeout=5)
            connection.request("GET", "/healthz")
            if connection.getresponse().status == 200:
                return
        except OSError:
            time.sleep(0.2)
    raise RuntimeError(f"nothing answers at port {port}")
