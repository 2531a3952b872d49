"""The supervised group: what dies comes back, and nothing outlives the supervisor."""

from __future__ import annotations

import os
import re
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from http.client import HTTPConnection, HTTPException
from pathlib import Path

import pytest

from opportune.operations.serving import OPPORTUNE, Child, address_refusal

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="looks for processes in /proc")

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


def environment_for(data: Path) -> dict[str, str]:
    """The environment of an installation of its own, whatever the tests themselves run on."""
    kept = {
        name: value
        for name, value in os.environ.items()
        if name not in {"DATABASE_URL", "DJANGO_SETTINGS_MODULE"} and not name.startswith("OPPORTUNE_")
    }
    return {**kept, "OPPORTUNE_DATA": str(data)}


@pytest.fixture(scope="module")
def data(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A data directory with a migrated database."""
    directory = tmp_path_factory.mktemp("data")
    subprocess.run([*OPPORTUNE, "migrate"], env=environment_for(directory), check=True)
    return directory


@pytest.fixture
def group(data: Path) -> Iterator[Group]:
    port = free_port()
    process = subprocess.Popen([*OPPORTUNE, "serve", "--port", str(port)], env=environment_for(data))
    running = Group(process, port)
    try:
        assert eventually(running.answers)
        assert eventually(lambda: running.children("worker"))
        yield running
    finally:
        process.kill()
        process.wait()


def test_what_is_killed_comes_back_and_nothing_outlives_the_supervisor(group: Group) -> None:
    web_before, worker_before = group.children("web"), group.children("worker")
    assert len(web_before) == 2
    for pid in worker_before | {min(web_before)}:
        os.kill(pid, signal.SIGKILL)
    assert eventually(lambda: group.children("worker") - worker_before)
    assert eventually(lambda: len(group.children("web") - web_before) == 2 and group.answers())
    assert not group.children() & (web_before | worker_before)

    group.process.kill()
    group.process.wait()
    assert eventually(lambda: not group.children())
    assert not group.answers()


def test_a_killed_process_of_the_web_server_is_replaced(group: Group) -> None:
    before = group.children("web")
    os.kill(max(before), signal.SIGKILL)
    assert eventually(lambda: len(group.children("web") - before) >= 1 and group.answers())
    assert max(before) not in group.children("web")


def test_the_group_ends_gracefully_when_asked(group: Group) -> None:
    group.process.send_signal(signal.SIGTERM)
    assert group.process.wait(PATIENCE) == 0
    assert not group.children()


def test_an_address_that_is_taken_is_refused() -> None:
    with socket.socket() as other:
        other.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEPORT, 1)
        other.bind(("127.0.0.1", 0))
        other.listen()
        port = other.getsockname()[1]
        assert f"cannot listen on 127.0.0.1:{port}" in address_refusal("127.0.0.1", port)


def test_a_free_address_is_not_refused() -> None:
    assert address_refusal("127.0.0.1", free_port()) == ""


def test_a_child_that_keeps_dying_is_started_at_growing_intervals(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    child = Child("web", lambda start: ["no-such-command"])
    monkeypatch.setattr(subprocess, "Popen", DeadProcess)
    now = time.monotonic()
    for _ in range(40):
        child.look(now)
        now += 1.0
    pauses = [float(pause) for pause in re.findall(r"again in ([\d.]+) s", capsys.readouterr().err)]
    assert pauses == [0.5, 1.0, 2.0, 4.0, 8.0, 16.0, 30.0]


class DeadProcess:
    """A process that has ended before anybody looked."""

    pid = 2**22 + 1

    def __init__(self, *arguments: object, **options: object) -> None:
        self.returncode = 2

    def poll(self) -> int:
        return self.returncode
