"""Django's SQLite engine with write-ahead logging and a fair queue of writers.

Every write waits its turn: a transaction from BEGIN IMMEDIATE to its commit or rollback, a statement
outside a transaction for as long as it runs. Reads outside a transaction never wait.
"""

from __future__ import annotations

import os
import re
import sqlite3
import time
from collections.abc import Callable, Iterable, Sequence
from functools import lru_cache, partial
from pathlib import Path
from typing import Any, TypeVar

from django.db.backends.sqlite3 import base
from django.db.backends.sqlite3.features import DatabaseFeatures
from django.db.backends.sqlite3.operations import DatabaseOperations
from django.utils.functional import cached_property

from opportune.storage.sqlite.queue import WriteQueue

Result = TypeVar("Result")

TIMEOUT = 60.0
CACHED_KILOBYTES = 16_384
MOST_PARAMETERS = 32_766
LONGEST_KEPT = 8_192
LEADING_COMMENTS = re.compile(r"(\s+|--[^\n]*(\n|$)|/\*.*?\*/)*", re.DOTALL)
FIRST_WORD = re.compile(r"[A-Za-z]+")
WRITING_WORD = re.compile(r"\b(INSERT|UPDATE|DELETE|REPLACE)\b", re.IGNORECASE)
READING = frozenset(
    {"SELECT", "VALUES", "EXPLAIN", "PRAGMA", "SAVEPOINT", "RELEASE", "ROLLBACK", "COMMIT", "END"}
)


def writes(statement: str) -> bool:
    """Whether a statement may take SQLite's write lock; what is not known to read counts as a write."""
    start = LEADING_COMMENTS.match(statement)
    body = statement[start.end() :] if start else statement
    word = FIRST_WORD.match(body)
    first = word.group().upper() if word else ""
    if first == "BEGIN":
        return "IMMEDIATE" in body.upper() or "EXCLUSIVE" in body.upper()
    if first == "WITH":
        return WRITING_WORD.search(body) is not None
    return bool(first) and first not in READING


def writable(file: Path) -> bool:
    """Whether a database file and the files beside it can be written."""
    return os.access(file, os.W_OK) and os.access(file.parent, os.W_OK)


@lru_cache(maxsize=1024)
def _converted(query: str) -> str:
    return base.FORMAT_QMARK_REGEX.sub("?", query).replace("%%", "%")


class QueueingCursor(base.SQLiteCursorWrapper):
    """A cursor that waits for its connection's turn before a statement that writes."""

    def __init__(self, connection: sqlite3.Connection, *, queue: WriteQueue) -> None:
        super().__init__(connection)
        self._queue = queue

    def execute(self, query: str, params: Any = None) -> Any:
        """Run one statement, in turn if it writes."""
        return self._in_turn(query, partial(super().execute, query, params))

    def executemany(self, query: str, param_list: Iterable[Any]) -> Any:
        """Run one statement for many parameters, in one turn if it writes."""
        return self._in_turn(query, partial(super().executemany, query, param_list))

    def executescript(self, script: str) -> Any:
        """Run several statements in one turn."""
        return self._in_turn("SCRIPT", partial(super().executescript, script))

    def convert_query(self, query: str, *, param_names: Any = None) -> str:
        """Django's statement as SQLite takes it; of what comes again, the one made before."""
        if param_names is not None or len(query) > LONGEST_KEPT:
            converted: str = super().convert_query(query, param_names=param_names)
            return converted
        return _converted(query)

    def _in_turn(self, statement: str, run: Callable[[], Result]) -> Result:
        if self._queue.held or not writes(statement):
            return run()
        self._queue.enter()
        try:
            return run()
        finally:
            # A transaction keeps its turn until it ends. What RETURNING has left to read of a single
            # statement needs none: at most the next in the queue waits for it, and only an instant.
            if not self.connection.in_transaction:
                self._queue.leave()


class Operations(DatabaseOperations):
    """Django's, but that what a trigger writes when a table is emptied is emptied after it."""

    def sql_flush(self, style: Any, tables: Sequence[str], **options: Any) -> list[str]:
        """The statements that empty tables, those with triggers first."""
        with self.connection.cursor() as cursor:
            cursor.execute("SELECT DISTINCT tbl_name FROM sqlite_master WHERE type = 'trigger'")
            watched = tuple(f"{self.quote_name(name)};" for (name,) in cursor.fetchall())
        statements: list[str] = super().sql_flush(style, tables, **options)
        return sorted(statements, key=lambda statement: not statement.endswith(watched))


class Features(DatabaseFeatures):
    """Django's, but that a statement has as many parameters as this SQLite takes, not the 999 of old ones."""

    @cached_property
    def max_query_params(self) -> int:  # type: ignore[override]  # Django computes others of these so, too
        """How many; what a recent SQLite takes by itself is enough."""
        self.connection.ensure_connection()
        allowed: int = self.connection.connection.getlimit(sqlite3.SQLITE_LIMIT_VARIABLE_NUMBER)
        return min(allowed, MOST_PARAMETERS)


class DatabaseWrapper(base.DatabaseWrapper):
    """A connection to an SQLite file shared with other processes."""

    ops_class = Operations
    features_class = Features

    _queue: WriteQueue | None = None

    def get_connection_params(self) -> dict[str, Any]:
        """Django's parameters, with transactions that begin as writers and a patient busy handler."""
        options = self.settings_dict["OPTIONS"]
        options.setdefault("timeout", TIMEOUT)
        options.setdefault("transaction_mode", "IMMEDIATE")
        parameters: dict[str, Any] = super().get_connection_params()
        return parameters

    def get_new_connection(self, conn_params: dict[str, Any]) -> sqlite3.Connection:
        """Connect, and see that the file uses write-ahead logging."""
        connection: sqlite3.Connection = super().get_new_connection(conn_params)
        if self.is_in_memory_db():
            return connection
        if not writable(Path(str(conn_params["database"]))):
            # What was opened on a read-only disk stays read-only, for its whole process: not to be kept.
            self.close_at = time.monotonic()
        self._queue = WriteQueue(str(conn_params["database"]), timeout=conn_params["timeout"])
        if connection.execute("PRAGMA journal_mode").fetchone()[0] != "wal":
            # Changing the mode fails at once, without waiting, while somebody else writes.
            self._queue.enter()
            try:
                connection.execute("PRAGMA journal_mode = WAL")
            finally:
                self._queue.leave()
        connection.execute("PRAGMA synchronous = NORMAL")
        connection.execute(f"PRAGMA cache_size = -{CACHED_KILOBYTES}")
        return connection

    def create_cursor(self, name: str | None = None) -> sqlite3.Cursor:
        """A cursor that queues, or Django's own for a database in memory."""
        if self._queue is None:
            cursor: sqlite3.Cursor = super().create_cursor(name)
        else:
            cursor = self.connection.cursor(factory=partial(QueueingCursor, queue=self._queue))
        return cursor

    def commit(self) -> None:
        """End the transaction and let the next writer in."""
        try:
            super().commit()
        finally:
            self._leave_after_transaction()

    def rollback(self) -> None:
        """Undo the transaction and let the next writer in."""
        try:
            super().rollback()
        finally:
            self._leave_after_transaction()

    def close(self) -> None:
        """Close the connection; a transaction under way is undone by that."""
        try:
            super().close()
        finally:
            queue, self._queue = self._queue, None
            if queue is not None:
                queue.close()

    def _leave_after_transaction(self) -> None:
        # A commit refused by a deferred constraint leaves the transaction open, to be rolled back.
        if self._queue is not None and not (self.connection and self.connection.in_transaction):
            self._queue.leave()
