"""`opportune serve`: the web server and the worker as one group that lives and dies together.

The supervisor is this small process. It starts a child for each, starts again whichever dies, a little
later each time it dies young, and stops both when told. A child whose supervisor is killed is killed by
the system (`parentage`), so nothing is ever left listening.
"""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from http import HTTPStatus
from http.client import HTTPConnection, HTTPException
from types import FrameType

from opportune.operations.metrics.place import place_for_numbers
from opportune.operations.web_server import Room

FIRST_PAUSE = 0.5
LONGEST_PAUSE = 30.0
GROWN_UP_AFTER = 60.0
SECONDS_TO_END = 5.0
LOOK_EVERY = 0.2
EXIT_REFUSED = 1
OPPORTUNE = [sys.executable, "-m", "opportune"]
LOOPBACK = frozenset({"127.0.0.1", "localhost", "::1"})


@dataclass
class Child:
    """One supervised process: how to start it, and since when it runs or until when it pauses."""

    name: str
    arguments: Callable[[int], list[str]]
    process: subprocess.Popen[bytes] | None = None
    starts: int = 0
    pause: float = FIRST_PAUSE
    started_at: float = 0.0
    start_at: float = field(default_factory=time.monotonic)

    def start(self) -> None:
        """Start the process, as a group of its own so that Ctrl-C reaches the supervisor alone."""
        self.starts += 1
        self.started_at = time.monotonic()
        command = [*OPPORTUNE, *self.arguments(self.starts)]
        self.process = subprocess.Popen(command, process_group=0, stdin=subprocess.DEVNULL)

    def look(self, now: float) -> None:
        """Start the process when it is due; when it has died, decide when it is due again."""
        if self.process is None:
            if now >= self.start_at:
                self.start()
            return
        code = self.process.poll()
        if code is None:
            return
        if now - self.started_at > GROWN_UP_AFTER:
            self.pause = FIRST_PAUSE
        _say(f"{self.name} ended with {code}; starting it again in {self.pause:g} s")
        self.end_group()
        self.process, self.start_at = None, now + self.pause
        self.pause = min(self.pause * 2, LONGEST_PAUSE)

    def ask_to_stop(self) -> None:
        """Ask the process to finish what it is doing and end."""
        if self.process is not None and self.process.poll() is None:
            self.process.terminate()

    def stop(self, deadline: float) -> None:
        """Wait for the end until the deadline, then kill what is left of the group."""
        if self.process is None:
            return
        try:
            self.process.wait(max(0.1, deadline - time.monotonic()))
        except subprocess.TimeoutExpired:
            _say(f"{self.name} does not end; killing it")
        self.end_group()
        self.process.wait()

    def end_group(self) -> None:
        """Kill whatever the process has started and left behind."""
        if self.process is not None:
            try:
                os.killpg(self.process.pid, signal.SIGKILL)
            except (ProcessLookupError, PermissionError):
                return


class Supervisor:
    """Keeps its children running until SIGTERM or SIGINT."""

    def __init__(self, children: list[Child], *, stop_seconds: int) -> None:
        self.children = children
        self.stopping = False
        # What is under way gets the seconds that are set, what ends after it a few more.
        self.patience = stop_seconds + SECONDS_TO_END

    def run(self, on_look: Callable[[], None]) -> None:
        """Supervise; `on_look` is called after each look at the children. Returns when all have ended."""
        for wanted in (signal.SIGTERM, signal.SIGINT):
            signal.signal(wanted, self._stop)
        while not self.stopping:
            now = time.monotonic()
            for child in self.children:
                child.look(now)
            on_look()
            time.sleep(LOOK_EVERY)
        for child in self.children:
            child.ask_to_stop()
        deadline = time.monotonic() + self.patience
        for child in self.children:
            child.stop(deadline)

    def _stop(self, number: int, frame: FrameType | None) -> None:
        self.stopping = True


def bring_up_to_date() -> int:
    """Migrate what is not up to date, after a backup; 0, or the exit code of why that cannot be.

    Done by another process, since migrating needs Django and the supervisor is to stay small.
    """
    return subprocess.run([*OPPORTUNE, "migrate"], check=False).returncode


def serve(host: str, port: int, *, room: Room, stop_seconds: int) -> int:
    """Serve, with so much room for requests, until told to stop. Returns 0, or 1 when refused.

    What is under way then has `stop_seconds` to finish.
    """
    refusal = address_refusal(host, port)
    if refusal:
        _say(refusal)
        return EXIT_REFUSED
    # Asked of another process, since the answer needs the database and the supervisor is to stay small.
    if (
        host not in LOOPBACK
        and subprocess.run([*OPPORTUNE, "exposure", "--host", host], check=False).returncode
    ):
        return EXIT_REFUSED
    me = str(os.getpid())
    slot = f"{socket.gethostname()[:30]}/{me}"
    address = ["--host", host, "--port", str(port)]
    at_once = ["--processes", str(room.processes), "--threads", str(room.threads)]
    web = Child("web", lambda start: ["web", *address, *at_once, "--parent", me])
    worker = Child("worker", lambda start: ["worker", "--name", f"{slot}/{start}", "--parent", me])
    with place_for_numbers():
        Supervisor([web, worker], stop_seconds=stop_seconds).run(Announcement(host, port).look)
    return 0


def address_refusal(host: str, port: int) -> str:
    """Why the address cannot be listened on, as a sentence, or nothing.

    The server shares its port between processes, so that a second installation on the same port would
    not fail but take every other request; this asks for the port unshared.
    """
    try:
        family, kind, _, _, address = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)[0]
        with socket.socket(family, kind) as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            probe.bind(address)
    except (OSError, OverflowError) as error:
        reason = error.strerror if isinstance(error, OSError) and error.strerror else str(error)
        return f"cannot listen on {host}:{port} ({reason}); choose another with --port or --host"
    return ""


class Announcement:
    """Says once where Opportune is to be found, as soon as it answers there."""

    def __init__(self, host: str, port: int) -> None:
        shown = {"0.0.0.0": "127.0.0.1", "::": "[::1]"}.get(host, f"[{host}]" if ":" in host else host)  # noqa: S104
        self.address = f"{shown}:{port}"
        self.made = False

    def look(self) -> None:
        """Ask for the health page and announce the address when it is there."""
        if self.made:
            return
        connection = HTTPConnection(self.address, timeout=1)
        try:
            connection.request("GET", "/healthz")
            self.made = connection.getresponse().status == HTTPStatus.OK
        except (OSError, HTTPException):
            return
        finally:
            connection.close()
        if self.made:
            _say(f"Opportune is ready at http://{self.address}/ (Ctrl-C stops it)")


def _say(sentence: str) -> None:
    sys.stderr.write(f"{sentence}\n")
    sys.stderr.flush()
