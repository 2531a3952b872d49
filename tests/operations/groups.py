"""Groups of processes as `opportune serve` starts them, for tests that need the real thing."""

from __future__ import annotations

import json
import os
import socket
import subprocess
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from http.client import HTTPConnection, HTTPException
from pathlib import Path
from typing import Any

from opportune.operations.serving import OPPORTUNE

ROOT = Path(__file__).resolve().parents[2]
PATIENCE = 90.0


@dataclass
class Group:
    """A running `opportune serve` and where it listens."""

    process: subprocess.Popen[bytes]
    port: int

    def children(self, word: str = "") -> set[int]:
        """The processes of the group below the supervisor, all or those whose command has this word."""
        return {
            pid
            for pid, command in commands().items()
            if f"--parent {self.process.pid}" in command and word in command.split(" ")
        }

    def answers(self) -> bool:
        """Whether the health page is served."""
        connection = HTTPConnection("127.0.0.1", self.port, timeout=2)
        try:
            connection.request("GET", "/healthz")
            return connection.getresponse().status == 200
        except (OSError, HTTPException):
            return False
        finally:
            connection.close()


def commands() -> dict[int, str]:
    """Every process and its command line, with single blanks between words."""
    found = {}
    for entry in Path("/proc").iterdir():
        if entry.name.isdigit():
            try:
                words = (entry / "cmdline").read_bytes().split(b"\0")
            except OSError:
                continue
            found[int(entry.name)] = b" ".join(words).decode(errors="replace")
    return found


def eventually(true: Callable[[], object]) -> bool:
    """Whether it becomes true within a patient while."""
    deadline = time.monotonic() + PATIENCE
    while time.monotonic() < deadline:
        if true():
            return True
        time.sleep(0.1)
    return False


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


def environment_for(data: Path, **settings: str) -> dict[str, str]:
    """The environment of an installation of its own, whatever the tests themselves run on."""
    kept = {
        name: value
        for name, value in os.environ.items()
        if name not in {"DATABASE_URL", "DJANGO_SETTINGS_MODULE"} and not name.startswith("OPPORTUNE_")
    }
    return {**kept, "OPPORTUNE_DATA": str(data), "PYTHONPATH": str(ROOT), **settings}


@contextmanager
def served(environment: dict[str, str]) -> Iterator[Group]:
    """A group that answers and has a worker; killed at the end, unless it has ended by itself."""
    port = free_port()
    process = subprocess.Popen([*OPPORTUNE, "serve", "--port", str(port)], env=environment)
    running = Group(process, port)
    try:
        assert eventually(running.answers)
        assert eventually(lambda: running.children("worker"))
        yield running
    finally:
        process.kill()
        process.wait()


def told(environment: dict[str, str], *words: str) -> str:
    """What a command of `opportune` says on its output. Raises CalledProcessError when it fails."""
    done = subprocess.run(
        [*OPPORTUNE, *words], env=environment, check=True, stdout=subprocess.PIPE, text=True
    )
    return done.stdout


def ask(port: int, token: str, method: str, address: str, body: object = None) -> tuple[int, Any]:
    """The status and the JSON of an answer of the API."""
    connection = HTTPConnection("127.0.0.1", port, timeout=60)
    headers = {"Authorization": f"Bearer {token}", "Content-Type": "application/json"}
    connection.request(method, f"/api/v1/{address}", json.dumps(body) if body else None, headers)
    answer = connection.getresponse()
    read = json.loads(answer.read())
    connection.close()
    return answer.status, read


PEOPLE = """
import sys
from opportune.identity.actions import create_user, issue_token
from opportune.identity.actor import system_actor
from opportune.identity.queries import person_by_email
for name in {names}:
    email = f"{{name}}@example.com"
    create_user(system_actor("test"), email=email, name=name, password={password!r}, roles=["administrator"])
    token, secret = issue_token(person_by_email(email, "cli"), name="test", scopes=["*:write"])
    print(token.pk, secret)
"""


def tokens_of_new(
    environment: dict[str, str], *names: str, password: str | None = None
) -> list[tuple[int, str]]:
    """New people who may do everything; the id and the secret of a token of each."""
    script = PEOPLE.format(names=names, password=password)
    lines = told(environment, "manage", "shell", "--no-imports", "-c", script).splitlines()
    return [(int(number), secret) for number, secret in map(str.split, lines)]
