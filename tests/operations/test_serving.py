"""The supervised group: what dies comes back, and nothing outlives the supervisor."""

from __future__ import annotations

import os
import re
import shutil
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from urllib.request import urlopen

import pytest

from opportune.__main__ import main
from opportune.operations.serving import Child, address_refusal
from opportune.operations.web_server import usual_processes
from tests.operations.groups import PATIENCE, Group, environment_for, eventually, free_port, served

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="looks for processes in /proc")


WEB_PROCESSES = 1 + usual_processes()  # one that watches over those that answer


@pytest.fixture(scope="module")
def data(migrated_data: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A data directory with a migrated database."""
    return Path(shutil.copytree(migrated_data, tmp_path_factory.mktemp("served") / "data"))


@pytest.fixture
def group(data: Path) -> Iterator[Group]:
    with served(environment_for(data)) as running:
        yield running


@pytest.mark.long
def test_what_is_killed_comes_back_and_nothing_outlives_the_supervisor(group: Group) -> None:
    web_before, worker_before = group.children("web"), group.children("worker")
    assert len(web_before) == WEB_PROCESSES
    for pid in worker_before | {min(web_before)}:
        os.kill(pid, signal.SIGKILL)
    assert eventually(lambda: group.children("worker") - worker_before)
    assert eventually(lambda: len(group.children("web") - web_before) == WEB_PROCESSES and group.answers())
    assert not group.children() & (web_before | worker_before)

    group.process.kill()
    group.process.wait()
    assert eventually(lambda: not group.children())
    assert not group.answers()


def test_a_killed_process_of_the_web_server_is_replaced_and_the_others_go_on(group: Group) -> None:
    before = group.children("web")
    os.kill(max(before), signal.SIGKILL)
    assert eventually(lambda: len(group.children("web") - before) == 1 and group.answers())
    assert before - group.children("web") == {max(before)}


def test_there_is_a_process_for_each_core_two_at_most(monkeypatch: pytest.MonkeyPatch) -> None:
    for cores, processes in ((1, 1), (2, 2), (16, 2)):
        monkeypatch.setattr(os, "sched_getaffinity", lambda _, cores=cores: set(range(cores)))
        assert usual_processes() == processes


@pytest.mark.parametrize("option", ["--processes", "--threads"])
def test_no_room_at_all_is_refused(option: str, capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit):
        main(["serve", option, "0"])
    assert "is not a number of at least 1" in capsys.readouterr().err


def test_metrics_are_those_of_the_whole_group_and_outlive_its_processes(data: Path) -> None:
    with served(environment_for(data, OPPORTUNE_METRICS="loopback")) as group:

        def counted(name: str) -> float:
            with urlopen(f"http://127.0.0.1:{group.port}/metrics", timeout=30) as answer:
                found = re.findall(rf"^{name}(?:{{.*}})? (\S+)$", answer.read().decode(), re.MULTILINE)
            return sum(map(float, found))

        # Nobody asks the web server to write anything: these are the worker's.
        assert eventually(lambda: counted("opportune_sqlite_queue_seconds_count") > 0)
        probes, before = counted("opportune_request_seconds_count"), group.children("web")
        assert probes > 0
        os.kill(max(before), signal.SIGKILL)
        assert eventually(lambda: len(group.children("web") - before) >= 1 and group.answers())
        assert counted("opportune_request_seconds_count") > probes


def test_the_worker_lets_those_go_first_who_wait_for_a_page(group: Group) -> None:
    def priorities(word: str) -> set[int]:
        return {os.getpriority(os.PRIO_PROCESS, pid) for pid in group.children(word)}

    usual = os.getpriority(os.PRIO_PROCESS, group.process.pid)
    assert priorities("web") == {usual}
    assert eventually(lambda: priorities("worker") == {min(usual + 5, 19)})


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
