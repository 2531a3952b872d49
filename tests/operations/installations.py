"""Installations of their own for tests: a data directory, a database on either engine, and their processes."""

from __future__ import annotations

import json
import os
import signal
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from http import HTTPStatus
from http.client import HTTPConnection, HTTPException
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit, urlunsplit
from uuid import uuid4

import psycopg

from opportune.operations.serving import OPPORTUNE

PATIENCE = 90.0
ROOT = Path(__file__).resolve().parents[2]


@dataclass(frozen=True)
class Installation:
    """A data directory and, unless the database lies in it, the address of one."""

    data: Path
    database_url: str = ""
    settings: Mapping[str, str] = field(default_factory=dict)

    @property
    def environment(self) -> dict[str, str]:
        """The environment of its processes, whatever the tests themselves run on."""
        kept = {
            name: value
            for name, value in os.environ.items()
            if name not in {"DATABASE_URL", "DJANGO_SETTINGS_MODULE"} and not name.startswith("OPPORTUNE_")
        }
        own = {"OPPORTUNE_DATA": str(self.data), "OPPORTUNE_BACKUP_HOURS": "0", **self.settings}
        return {**kept, **own, **({"DATABASE_URL": self.database_url} if self.database_url else {})}

    def run(self, *words: str, code: int = 0) -> str:
        """Run a command of `opportune` that ends with this code; what it said, on whichever stream."""
        done = subprocess.run(
            [*OPPORTUNE, *words],
            env=self.environment,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            check=False,
        )
        assert done.returncode == code, done.stdout
        return done.stdout

    def told(self, *words: str, code: int = 0) -> Any:
        """Run a command that answers as JSON on its last line."""
        return json.loads(self.run(*words, "--json", code=code).splitlines()[-1])


@contextmanager
def new_database(url: str) -> Iterator[str]:
    """An empty database in the cluster of another one; yields its address."""
    parts = urlsplit(url)
    name = f"opportune_{uuid4().hex[:12]}"
    with psycopg.connect(url.replace("postgres://", "postgresql://", 1), autocommit=True) as admin:
        admin.execute(f"CREATE DATABASE {name}")
        try:
            yield urlunsplit(parts._replace(path=f"/{name}"))
        finally:
            admin.execute(f"DROP DATABASE {name} WITH (FORCE)")


@contextmanager
def elsewhere(data: Path, engine: str, **settings: str) -> Iterator[Installation]:
    """An installation where nothing is yet, on `sqlite` or `postgresql`."""
    data.mkdir(mode=0o700)
    if engine == "sqlite":
        yield Installation(data, settings=settings)
    else:
        with new_database(os.environ["DATABASE_URL"]) as url:
            yield Installation(data, url, settings)


def eventually(true: Callable[[], object], patience: float = PATIENCE) -> bool:
    """Whether it becomes true within a patient while."""
    deadline = time.monotonic() + patience
    while time.monotonic() < deadline:
        if true():
            return True
        time.sleep(0.1)
    return False


def free_port() -> int:
    """A port of this machine that nobody listens on."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


def answers(port: int) -> bool:
    """Whether the health page is served there."""
    connection = HTTPConnection("127.0.0.1", port, timeout=2)
    try:
        connection.request("GET", "/healthz")
        return connection.getresponse().status == 200
    except (OSError, HTTPException):
        return False
    finally:
        connection.close()


@dataclass
class Served:
    """A running `opportune serve` with a seller who has some deals, and how to work in it."""

    installation: Installation
    port: int
    token: str
    deals: list[int]
    account: int
    process: subprocess.Popen[bytes] | None = None
    words: tuple[str, ...] = ("serve", "--prepared")

    def start(self) -> None:
        """Start serving, and wait until it answers."""
        command = [*OPPORTUNE, *self.words, "--port", str(self.port)]
        self.process = subprocess.Popen(command, env=self.installation.environment)
        assert eventually(lambda: answers(self.port)), "it is not served"

    def children(self, word: str) -> list[int]:
        """The processes below the supervisor with this word in their command, the oldest first."""
        assert self.process is not None
        parent = f"--parent {self.process.pid}"
        return sorted(
            pid for pid, command in commands().items() if parent in command and word in command.split(" ")
        )

    def kill(self, whom: str) -> None:
        """Kill the web server, the worker or the supervisor, as `kill -9` does."""
        assert self.process is not None
        victims = [self.process.pid] if whom == "supervisor" else self.children(whom)
        for pid in victims:
            with suppress(ProcessLookupError):
                os.kill(pid, signal.SIGKILL)

    def stop(self) -> None:
        """End it, gracefully if it can."""
        if self.process is not None:
            self.process.terminate()
            try:
                self.process.wait(40)
            except subprocess.TimeoutExpired:
                self.process.kill()
                self.process.wait()

    def ask(
        self, method: str, address: str, body: object = None, language: str = "en"
    ) -> tuple[int, Any, Any]:
        """Send a request to the API; the status, what was answered, and the headers."""
        connection = HTTPConnection("127.0.0.1", self.port, timeout=60)
        headers = {
            "Authorization": f"Bearer {self.token}",
            "Content-Type": "application/json",
            "Accept-Language": language,
        }
        try:
            connection.request(
                method, f"/api/v1{address}", None if body is None else json.dumps(body), headers
            )
            response = connection.getresponse()
            return response.status, json.loads(response.read() or b"null"), response.headers
        finally:
            connection.close()


def work_on(running: Served, deals: list[int], until: threading.Event, heard: list[tuple[int, Any]]) -> None:
    """Move some deals on and back and give them other values, noting every answer; a deal looked at anew after a fault.

    An answer that does not come at all is noted with the status 0.
    """
    stood: dict[int, Any] = {}
    while not until.is_set():
        for deal in deals:
            address = f"/opportunities/{deal}"
            shown = stood.get(deal)
            try:
                if shown is None:
                    status, told, _ = running.ask("GET", address)
                else:
                    status, told, _ = running.ask("POST", f"{address}/stage", _next_move(shown))
            except (OSError, HTTPException, ValueError):
                status, told = 0, None
                time.sleep(0.05)
            heard.append((status, told))
            stood[deal] = told if status == HTTPStatus.OK else None


def _next_move(shown: Any) -> dict[str, str]:
    if shown["stage"] == "qualify":
        return {"move": "next"}
    if shown["version"] % 2:
        return {"move": "previous"}
    return {"move": "update", "estimated_value": str(shown["version"])}


@contextmanager
def served(
    installation: Installation, deals: int, words: tuple[str, ...] = ("serve", "--prepared")
) -> Iterator[Served]:
    """The installation, migrated already, with a seller who has so many deals, served until the end of the block."""
    founding = subprocess.run(
        [sys.executable, "-m", "tests.operations.market_day", str(deals)],
        env={**installation.environment, "DJANGO_SETTINGS_MODULE": "opportune.config.settings"},
        cwd=ROOT,
        stdout=subprocess.PIPE,
        check=True,
    )
    running = Served(installation, free_port(), **json.loads(founding.stdout.splitlines()[-1]), words=words)
    try:
        running.start()
        yield running
    finally:
        running.stop()


def commands() -> dict[int, str]:
    """Every process of the system and its command line, with single blanks between words."""
    found = {}
    for entry in Path("/proc").iterdir():
        if entry.name.isdigit():
            with suppress(OSError):
                words = (entry / "cmdline").read_bytes().split(b"\0")
                found[int(entry.name)] = b" ".join(words).decode(errors="replace")
    return found
