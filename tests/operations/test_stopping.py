"""Stopping: what is under way is finished, if that takes no longer than it may; nothing is left behind."""

from __future__ import annotations

import json
import shutil
import signal
import socket
import sqlite3
import sys
import time
from collections.abc import Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import closing, contextmanager
from dataclasses import dataclass
from http.client import HTTPConnection, HTTPException
from pathlib import Path

import pytest

from opportune.storage.sqlite.queue import WriteQueue
from tests.operations.groups import Group, environment_for, eventually, served, tokens_of_new, told

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="looks for processes in /proc")


@dataclass(frozen=True)
class Installation:
    """A data directory with somebody who may write, and the files that a slow task makes and waits for."""

    data: Path
    token: str

    @property
    def database(self) -> str:
        return str(self.data / "opportune.sqlite3")

    @property
    def begun(self) -> Path:
        return self.data / "begun"

    @property
    def go(self) -> Path:
        return self.data / "go"

    def ask(self, sql: str) -> list[tuple[object, ...]]:
        with closing(sqlite3.connect(self.database)) as connection:
            return connection.execute(sql).fetchall()

    def queue_slow_task(self) -> None:
        """Have the worker begin a task that lasts until the file `go` is there."""
        for file in (self.begun, self.go):
            file.unlink(missing_ok=True)
        files = f"{str(self.begun)!r}, {str(self.go)!r}"
        enqueue = f"from tests.operations.slow_task import wait_for\nwait_for.enqueue({files})"
        told(environment_for(self.data), "manage", "shell", "--no-imports", "-c", enqueue)
        assert eventually(self.begun.exists)

    def task_states(self) -> list[str]:
        asked = "SELECT status FROM django_tasks_database_dbtaskresult ORDER BY enqueued_at"
        return [str(state) for [state] in self.ask(asked)]

    def create_account(self, group: Group, name: str) -> int:
        """Create an account through the API; the status of the answer."""
        connection = HTTPConnection("127.0.0.1", group.port, timeout=60)
        headers = {"Authorization": f"Bearer {self.token}", "Content-Type": "application/json"}
        with closing(connection):
            connection.request("POST", "/api/v1/accounts", json.dumps({"name": name}), headers)
            return connection.getresponse().status

    @contextmanager
    def nobody_else_writes(self) -> Iterator[None]:
        """Hold the queue of writers, so that whoever wants to write has to wait."""
        queue = WriteQueue(self.database, timeout=60)
        queue.enter()
        try:
            yield
        finally:
            queue.close()


@pytest.fixture(scope="module")
def installation(migrated_data: Path, tmp_path_factory: pytest.TempPathFactory) -> Installation:
    data = Path(shutil.copytree(migrated_data, tmp_path_factory.mktemp("stopped") / "data"))
    [(_, secret)] = tokens_of_new(environment_for(data), "ada")
    return Installation(data, secret)


def begun_request(pool: ThreadPoolExecutor, installation: Installation, group: Group) -> Future[int]:
    """A request that has reached its command and waits to write."""
    request = pool.submit(installation.create_account, group, "Slow & Sons")
    time.sleep(1)
    assert not request.done()
    return request


@pytest.mark.long
def test_what_is_under_way_is_finished_before_the_end(installation: Installation) -> None:
    with served(environment_for(installation.data)) as group, ThreadPoolExecutor() as pool:
        installation.queue_slow_task()
        with installation.nobody_else_writes():
            request = begun_request(pool, installation, group)
            group.process.send_signal(signal.SIGTERM)
            time.sleep(1)
            assert group.process.poll() is None
        installation.go.touch()
        assert request.result(30) == 201
        assert group.process.wait(30) == 0
        assert not group.children()
        with pytest.raises((OSError, HTTPException)):
            installation.create_account(group, "Too Late Ltd.")
    assert installation.ask("SELECT count(*) FROM customers_account WHERE name = 'Slow & Sons'") == [(1,)]
    assert installation.task_states() == ["SUCCESSFUL"]
    assert installation.ask("SELECT name FROM operations_workerlease") == []


@pytest.mark.long
def test_what_takes_too_long_is_broken_off_and_given_back(installation: Installation) -> None:
    with served(environment_for(installation.data, OPPORTUNE_STOP_SECONDS="1")) as group:
        installation.queue_slow_task()
        with socket.create_connection(("127.0.0.1", group.port)) as half:
            half.sendall(
                b"POST /api/v1/accounts HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\n"
                + f"Authorization: Bearer {installation.token}\r\nContent-Length: 999\r\n\r\n".encode()
                + b'{"name": "Half'
            )
            time.sleep(0.5)
            stopped = time.monotonic()
            group.process.send_signal(signal.SIGTERM)
            assert group.process.wait(30) == 0
            assert time.monotonic() - stopped < 8
        assert not group.children()
    assert installation.ask("SELECT count(*) FROM customers_account WHERE name LIKE 'Half%'") == [(0,)]
    assert installation.task_states()[-1] == "READY"
    assert installation.ask("SELECT name FROM operations_workerlease") == []
