"""What the machine does to us is told from our own mistakes."""

from __future__ import annotations

import errno
import sqlite3
from pathlib import Path

import psycopg
import psycopg_pool
import pytest
from django.db import DatabaseError, IntegrityError, InterfaceError, OperationalError, ProgrammingError

from opportune.storage.outages import TurnMissed, outage_of


def raised(kind: type[DatabaseError], cause: Exception) -> DatabaseError:
    """An error of Django's with the driver's as its cause."""
    error = kind(str(cause))
    error.__cause__ = cause
    return error


def of_sqlite(name: str) -> sqlite3.OperationalError:
    error = sqlite3.OperationalError("as SQLite says it")
    error.sqlite_errorname = name
    return error


@pytest.mark.parametrize(
    ("name", "code"),
    [
        ("SQLITE_FULL", "storage_full"),
        ("SQLITE_READONLY_DBMOVED", "storage_read_only"),
        ("SQLITE_CANTOPEN", "storage_failing"),
        ("SQLITE_IOERR_WRITE", "storage_failing"),
        ("SQLITE_BUSY_SNAPSHOT", "database_busy"),
        ("SQLITE_ERROR", None),
    ],
)
def test_sqlite_names_the_matter(name: str, code: str | None) -> None:
    assert code_of(raised(OperationalError, of_sqlite(name))) == code


@pytest.mark.parametrize(
    ("error", "code"),
    [
        (psycopg.errors.DiskFull(), "storage_full"),
        (psycopg.errors.ReadOnlySqlTransaction(), "storage_read_only"),
        (psycopg.errors.AdminShutdown(), "database_unavailable"),
        (psycopg.errors.CannotConnectNow(), "database_unavailable"),
        (psycopg.errors.ConnectionFailure(), "database_unavailable"),
        (psycopg.errors.TooManyConnections(), "database_busy"),
        (psycopg.errors.IoError(), "storage_failing"),
        (psycopg.OperationalError("connection refused"), "database_unavailable"),
        (psycopg_pool.PoolTimeout("nobody came"), "database_unavailable"),
        (psycopg.errors.UndefinedColumn(), None),
    ],
)
def test_postgresql_names_the_matter(error: psycopg.Error, code: str | None) -> None:
    assert code_of(raised(OperationalError, error)) == code


def test_a_connection_that_is_closed_is_an_outage() -> None:
    assert code_of(InterfaceError("connection already closed")) == "database_unavailable"


def test_a_turn_that_did_not_come_is_busy() -> None:
    assert code_of(TurnMissed("locked")) == "database_busy"


@pytest.mark.parametrize(
    ("number", "code"),
    [(errno.ENOSPC, "storage_full"), (errno.EROFS, "storage_read_only"), (errno.ENOENT, None)],
)
def test_the_system_names_the_matter(number: int, code: str | None) -> None:
    assert code_of(OSError(number, "as the system says it")) == code


def test_a_file_of_somebody_else_is_no_outage_but_one_of_the_database_is() -> None:
    denied = PermissionError(errno.EACCES, "denied")
    assert code_of(denied) is None
    assert code_of(raised(OperationalError, denied)) == "storage_read_only"


@pytest.mark.parametrize(
    "mistake", [IntegrityError("twice"), ProgrammingError("no such column"), ValueError("no"), KeyError("x")]
)
def test_a_mistake_is_no_outage(mistake: Exception) -> None:
    assert code_of(mistake) is None


def test_sqlite_says_by_itself_that_its_file_is_full(tmp_path: Path) -> None:
    database = sqlite3.connect(tmp_path / "small.sqlite3")
    database.execute("CREATE TABLE note (text TEXT)")
    database.execute("PRAGMA max_page_count = 3")
    with pytest.raises(sqlite3.OperationalError) as full:
        database.execute("INSERT INTO note VALUES (?)", ["x" * 100_000])
    assert code_of(raised(OperationalError, full.value)) == "storage_full"
    database.close()


def code_of(error: Exception) -> str | None:
    outage = outage_of(error)
    return outage.code if outage else None
