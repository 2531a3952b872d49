"""The SQLite engine: several processes write at once and none fails, readers never wait."""

from __future__ import annotations

import multiprocessing
import sqlite3
import threading
import time
from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path
from typing import Any

import pytest
from django.db import IntegrityError, OperationalError, transaction
from pytest_django import DjangoDbBlocker

from opportune.storage.sqlite.base import DatabaseWrapper, writes

Connect = Callable[..., DatabaseWrapper]
SPAWN = multiprocessing.get_context("spawn")
SCHEMA = """
CREATE TABLE team (id INTEGER PRIMARY KEY, name TEXT UNIQUE);
CREATE TABLE seller (
    id INTEGER PRIMARY KEY, team_id INTEGER REFERENCES team (id) DEFERRABLE INITIALLY DEFERRED
);
"""


def connection_to(path: Path, *, timeout: float = 30.0) -> DatabaseWrapper:
    """A connection outside Django's registry, in autocommit as a request's is."""
    settings: dict[str, Any] = {
        "ENGINE": "opportune.storage.sqlite",
        "NAME": str(path),
        "OPTIONS": {"timeout": timeout},
        "ATOMIC_REQUESTS": False,
        "AUTOCOMMIT": True,
        "CONN_MAX_AGE": 0,
        "CONN_HEALTH_CHECKS": False,
        "TIME_ZONE": None,
    }
    return DatabaseWrapper(settings, alias=f"file-{time.monotonic_ns()}")


@pytest.fixture
def database(tmp_path: Path) -> Path:
    path = tmp_path / "queue.sqlite3"
    connection = sqlite3.connect(path)
    connection.executescript(SCHEMA)
    connection.close()
    return path


@pytest.fixture
def connect(database: Path, django_db_blocker: DjangoDbBlocker) -> Iterator[Connect]:
    opened: list[DatabaseWrapper] = []

    def open_connection(**options: float) -> DatabaseWrapper:
        opened.append(connection_to(database, **options))
        opened[-1].inc_thread_sharing()
        return opened[-1]

    with django_db_blocker.unblock():
        yield open_connection
        for connection in opened:
            connection.close()


def insert(connection: DatabaseWrapper, name: str) -> None:
    with connection.cursor() as cursor:
        cursor.execute("INSERT INTO team (name) VALUES (%s)", [name])


def insert_in_transaction(connection: DatabaseWrapper, name: str, *, hold: float = 0.0) -> None:
    """Read, then write, as an action does: the order in which SQLite cannot wait by itself."""
    connection.set_autocommit(True)
    with connection.cursor() as cursor:
        cursor.execute("BEGIN IMMEDIATE")
        cursor.execute("SELECT count(*) FROM team")
        cursor.execute("INSERT INTO team (name) VALUES (%s)", [name])
    time.sleep(hold)
    connection.commit()


def names(connection: DatabaseWrapper) -> set[str]:
    with connection.cursor() as cursor:
        cursor.execute("SELECT name FROM team")
        return {name for (name,) in cursor.fetchall()}


def write_many(path: Path, writer: int, count: int) -> None:
    connection = connection_to(path)
    for number in range(count):
        name = f"{writer}/{number}"
        if number % 3 == 0:
            insert(connection, name)
        elif number % 3 == 1:
            insert_in_transaction(connection, name)
        else:
            with connection.cursor() as cursor:
                cursor.execute("INSERT INTO team (name) VALUES (%s) RETURNING id", [name])
                cursor.fetchone()
    connection.close()


def test_a_statement_has_as_many_parameters_as_are_said_to_fit(connect: Connect) -> None:
    connection = connect()
    many = connection.features.max_query_params
    assert many > 999
    with connection.cursor() as cursor:
        cursor.execute(f"VALUES ({'), ('.join(['%s'] * many)})", tuple(range(many)))
        assert len(cursor.fetchall()) == many


def test_four_processes_write_at_once_and_no_write_fails(database: Path, connect: Connect) -> None:
    writers = [SPAWN.Process(target=write_many, args=(database, writer, 50)) for writer in range(4)]
    for process in writers:
        process.start()
    for process in writers:
        process.join(60)
    assert [process.exitcode for process in writers] == [0, 0, 0, 0]
    assert len(names(connect())) == 200


def write_and_time(path: Path, process: int, count: int, waits: Any) -> None:
    """Eight threads write as actions do, and single statements between; the longest any of them took."""

    def work(thread: int) -> None:
        connection = connection_to(path)
        longest = 0.0
        for number in range(count):
            begun = time.monotonic()
            write = insert if number % 4 == 0 else partial(insert_in_transaction, hold=0.002)
            write(connection, f"{process}/{thread}/{number}")
            longest = max(longest, time.monotonic() - begun)
        connection.close()
        waits.put(longest)

    threads = [threading.Thread(target=work, args=(thread,)) for thread in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()


@pytest.mark.parametrize("count", [15, pytest.param(200, marks=pytest.mark.long)])
def test_two_processes_of_eight_writers_find_nothing_locked_and_no_turn_is_long_in_coming(
    database: Path, connect: Connect, count: int, record_property: Callable[[str, object], None]
) -> None:
    waits: Any = SPAWN.Queue()
    processes = [SPAWN.Process(target=write_and_time, args=(database, one, count, waits)) for one in range(2)]
    for process in processes:
        process.start()
    longest = [waits.get(timeout=120) for _ in range(16)]  # a writer that failed would leave one out
    for process in processes:
        process.join(60)
    assert [process.exitcode for process in processes] == [0, 0]
    assert len(names(connect())) == 2 * 8 * count
    record_property("worst wait in seconds", round(max(longest), 3))
    # Sixteen turns of some milliseconds each come round in a tenth of a second; starving takes many seconds.
    assert max(longest) < 10


def test_a_writer_in_a_hurry_does_not_overtake_one_that_waits(connect: Connect) -> None:
    hasty, patient = connect(), connect()
    started, stop = threading.Event(), threading.Event()

    def write_without_pause() -> None:
        number = 0
        while not stop.is_set():
            insert_in_transaction(hasty, f"hasty {number}", hold=0.02)
            started.set()
            number += 1

    thread = threading.Thread(target=write_without_pause)
    thread.start()
    started.wait(5)
    begun = time.monotonic()
    for number in range(10):
        insert(patient, f"patient {number}")
    waited = time.monotonic() - begun
    stop.set()
    thread.join()
    # Ten turns, each behind one transaction of about 20 ms: fair is near 0.2 s, starved is many seconds.
    assert waited < 2


def test_readers_do_not_wait_for_a_writer(connect: Connect) -> None:
    writer, reader = connect(), connect()
    with writer.cursor() as cursor:
        cursor.execute("BEGIN IMMEDIATE")
        cursor.execute("INSERT INTO team (name) VALUES ('North')")
        begun = time.monotonic()
        assert names(reader) == set()
        assert time.monotonic() - begun < 0.5
    writer.commit()
    assert names(reader) == {"North"}


def test_a_second_writer_is_told_when_its_turn_does_not_come(connect: Connect) -> None:
    first, second = connect(), connect(timeout=0.2)
    with first.cursor() as cursor:
        cursor.execute("BEGIN IMMEDIATE")
    with pytest.raises(OperationalError, match="locked"):
        insert(second, "South")
    first.rollback()
    insert(second, "South")
    assert names(first) == {"South"}


def test_a_failed_statement_lets_the_next_writer_in(connect: Connect) -> None:
    first, second = connect(), connect(timeout=0.5)
    insert(first, "North")
    with pytest.raises(IntegrityError):
        insert(first, "North")
    insert(second, "South")
    assert names(first) == {"North", "South"}


def test_a_refused_commit_keeps_its_turn_until_the_rollback(connect: Connect) -> None:
    first, second = connect(), connect(timeout=0.2)
    with first.cursor() as cursor:
        cursor.execute("BEGIN IMMEDIATE")
        cursor.execute("INSERT INTO seller (team_id) VALUES (7)")
    with pytest.raises(IntegrityError):
        first.commit()
    with pytest.raises(OperationalError):
        insert(second, "South")
    first.rollback()
    insert(second, "South")
    assert names(second) == {"South"}


def test_a_rolled_back_savepoint_keeps_the_turn_of_the_transaction(connect: Connect) -> None:
    first, second = connect(), connect(timeout=0.2)
    with first.cursor() as cursor:
        cursor.execute("BEGIN IMMEDIATE")
        cursor.execute("SAVEPOINT step")
        cursor.execute("INSERT INTO team (name) VALUES ('North')")
        cursor.execute("ROLLBACK TO SAVEPOINT step")
        with pytest.raises(OperationalError):
            insert(second, "South")
    first.commit()
    insert(second, "South")
    assert names(first) == {"South"}


def test_closing_in_the_middle_of_a_transaction_lets_the_next_writer_in(connect: Connect) -> None:
    first, second = connect(), connect(timeout=0.5)
    with first.cursor() as cursor:
        cursor.execute("BEGIN IMMEDIATE")
        cursor.execute("INSERT INTO team (name) VALUES ('North')")
    first.close()
    insert(second, "South")
    assert names(second) == {"South"}


def test_an_atomic_block_begins_as_a_writer(connect: Connect, monkeypatch: pytest.MonkeyPatch) -> None:
    first, second = connect(), connect(timeout=0.2)
    monkeypatch.setattr(transaction, "get_connection", lambda using=None: first)
    with transaction.atomic(using="first"), pytest.raises(OperationalError):
        insert(second, "South")
    insert(second, "South")
    assert names(first) == {"South"}


def test_the_file_uses_write_ahead_logging_and_holds_foreign_keys(connect: Connect) -> None:
    with connect().cursor() as cursor:
        found = {
            pragma: cursor.execute(f"PRAGMA {pragma}").fetchone()[0]
            for pragma in ("journal_mode", "synchronous", "foreign_keys")
        }
    assert found == {"journal_mode": "wal", "synchronous": 1, "foreign_keys": 1}


@pytest.mark.parametrize(
    "statement",
    [
        "INSERT INTO team (name) VALUES (1)",
        "  update team SET name = 1",
        "-- why\nDELETE FROM team",
        "/* why */ REPLACE INTO team VALUES (1, 2)",
        "WITH x AS (SELECT 1) INSERT INTO team SELECT * FROM x",
        "CREATE INDEX i ON team (name)",
        "DROP TABLE team",
        "VACUUM",
        "BEGIN IMMEDIATE",
        "BEGIN EXCLUSIVE",
    ],
)
def test_a_statement_that_writes_is_known(statement: str) -> None:
    assert writes(statement)


@pytest.mark.parametrize(
    "statement",
    [
        "SELECT 1",
        "WITH x AS (SELECT 1) SELECT * FROM x",
        "PRAGMA foreign_keys",
        "EXPLAIN QUERY PLAN DELETE FROM team",
        "SAVEPOINT step",
        "RELEASE SAVEPOINT step",
        "BEGIN",
        "",
    ],
)
def test_a_statement_that_reads_is_known(statement: str) -> None:
    assert not writes(statement)
