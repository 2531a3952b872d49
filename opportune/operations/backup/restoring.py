"""Taking a backup back, on either engine, into an installation where nothing is yet.

The rows come in one transaction, which ends only if every table then has the digest that the backup says. An older
backup is restored into the tables of its time; those are migrated afterwards.
"""

from __future__ import annotations

import tempfile
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from hashlib import file_digest, sha256
from itertools import islice
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.exceptions import ValidationError
from django.core.files.base import File
from django.core.files.storage import default_storage
from django.db import DataError, IntegrityError, connection, transaction
from django.db.migrations.executor import MigrationExecutor
from django.db.migrations.loader import MigrationLoader

from opportune.kernel.errors import Refused
from opportune.kernel.sentences import sentence
from opportune.operations.backup.archives import Archive, Part, damaged, newer
from opportune.operations.backup.making import Progress, stored_files
from opportune.operations.backup.sealing import opened
from opportune.operations.backup.sequences import go_on_after
from opportune.operations.backup.tables import (
    ROWS_AT_ONCE,
    Key,
    Table,
    applied_migrations,
    line_of,
    tables_at,
)


@dataclass(frozen=True, slots=True)
class Restored:
    """What a backup held: by which version and when it was made, and how many rows and files."""

    version: str
    made_at: str
    rows: int
    files: int

    def as_json(self) -> dict[str, Any]:
        """For machines."""
        return {"version": self.version, "made_at": self.made_at, "rows": self.rows, "files": self.files}


def check(file: Path, *, passphrase: str = "", digest: str = "") -> Restored:
    """Read a whole backup and compare it with what it says of itself; restore nothing. Raises Refused."""
    with _proven(file, passphrase, digest) as archive:
        return _told(archive)


def restore(
    file: Path,
    *,
    passphrase: str = "",
    digest: str = "",
    progress: Progress = lambda table, rows: None,
) -> Restored:
    """Take a backup back. With `digest`, only the very file whose SHA-256 it is.

    Raises Refused for a backup that is damaged, sealed, or of a newer version, and where there are data already. After
    a refusal no row and no file of it is left, at most empty tables.
    """
    settings.DATA.mkdir(mode=0o700, parents=True, exist_ok=True)
    with _proven(file, passphrase, digest) as archive:
        _demand_nothing_there(archive)
        tables = _make_tables(archive)
        try:
            _store_files(archive)
            with transaction.atomic():
                for table in tables:
                    fill(table, archive.lines(table.name))
                    progress(table.name, archive.tables[table.name].count)
                _demand_equal(tables, archive)
                for table in tables:
                    if table.counts_its_rows:
                        go_on_after(table, archive.last_ids[table.name])
        except BaseException:
            for name in archive.files:
                default_storage.delete(name)
            raise
        return _told(archive)


@contextmanager
def _proven(file: Path, passphrase: str, digest: str) -> Iterator[Archive]:
    """An opened archive, every part of which has been compared with its manifest."""
    try:
        with file.open("rb") as given:
            found = file_digest(given, "sha256").hexdigest()
    except OSError as error:
        raise Refused(
            "file_missing",
            sentence("{file} cannot be read: {reason}.", file=str(file), reason=error.strerror or str(error)),
        ) from error
    if digest and digest.lower() != found:
        raise damaged(f"SHA-256 {found}")
    with opened(file, passphrase, settings.DATA) as content:
        archive = Archive(content)
        archive.verify()
        yield archive


def _told(archive: Archive) -> Restored:
    return Restored(
        str(archive.manifest["opportune"]),
        str(archive.manifest["made_at"]),
        sum(part.count for part in archive.tables.values()),
        len(archive.files),
    )


def _demand_nothing_there(archive: Archive) -> None:
    loader = MigrationLoader(connection)
    unknown = set(archive.migrations) - loader.graph.nodes.keys()
    if unknown:
        raise newer()
    there = set(connection.introspection.table_names())
    ours = {table.name for table in tables_at(loader, applied_migrations(loader))}
    filled = any(_has_rows(table) for table in sorted(there & {*ours, *archive.tables}))
    if filled or set(applied_migrations(loader)) - set(archive.migrations):
        raise Refused(
            "target_not_empty",
            sentence(
                "There are data in this installation already, and a backup replaces none. Name an empty data "
                "directory in OPPORTUNE_DATA or, in DATABASE_URL, a new database without tables."
            ),
        )
    if set(stored_files()) - archive.files.keys():
        raise Refused(
            "target_has_files",
            sentence(
                "There are files in {directory} already, and a backup replaces none. Name an empty data directory.",
                directory=str(settings.DATA / "files"),
            ),
        )


def _has_rows(table: str) -> bool:
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT 1 FROM {connection.ops.quote_name(table)} LIMIT 1")  # noqa: S608
        return cursor.fetchone() is not None


def _make_tables(archive: Archive) -> Sequence[Table]:
    """The tables of the backup's time, empty, in the order in which they are filled."""
    executor = MigrationExecutor(connection)
    nodes, wanted = executor.loader.graph.node_map, set(archive.migrations)
    executor.migrate(
        [key for key in archive.migrations if not _followed_by(nodes[key].children, key[0], wanted)]
    )
    tables = tables_at(MigrationLoader(connection), archive.migrations)
    if {table.name for table in tables} != archive.tables.keys():
        raise damaged("it has other tables")
    return tables


def _followed_by(children: Iterable[Any], app: str, wanted: set[Key]) -> bool:
    return any(child.key[0] == app and child.key in wanted for child in children)


def _store_files(archive: Archive) -> None:
    """Write the stored files, before the rows: what a row names is there."""
    for name in archive.files:
        default_storage.delete(name)  # of an attempt that was cut short
        with tempfile.TemporaryFile(dir=settings.DATA) as draft:
            for piece in archive.pieces(name):
                draft.write(piece)
            draft.seek(0)
            if default_storage.save(name, File(draft)) != name:
                raise damaged(f"files/{name}")


def fill(table: Table, lines: Iterator[bytes]) -> None:
    """Insert the rows of a table's lines, some at a time. Raises Refused for one that the database cannot keep."""
    if next(lines).strip() != line_of(table.columns).strip():
        raise damaged(f"{table.name} has other columns")
    quoted = connection.ops.quote_name
    names = ", ".join(map(quoted, table.columns))
    places = ", ".join(["%s"] * len(table.columns))
    insert = f"INSERT INTO {quoted(table.name)} ({names}) VALUES ({places})"  # noqa: S608
    try:
        while some := list(islice(lines, ROWS_AT_ONCE)):
            with connection.cursor() as cursor:
                cursor.executemany(insert, [table.read(line) for line in some])
            if not table.names_itself:
                _check_references()
        _check_references()
    except (DataError, IntegrityError, ValueError, TypeError, ArithmeticError, ValidationError) as error:
        reason = str(error).strip().splitlines()[0] if str(error).strip() else type(error).__name__
        raise Refused(
            "archive_unfit",
            sentence(
                "This database cannot keep a row of {table}: {reason}. Nothing was restored.",
                table=table.name,
                reason=reason,
            ),
        ) from error


def _check_references() -> None:
    """Have PostgreSQL check what it put off, so that it need not remember that for every row until the end."""
    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
            cursor.execute("SET CONSTRAINTS ALL DEFERRED")


def _demand_equal(tables: Sequence[Table], archive: Archive) -> None:
    """Read back what was written: the digests must be those of the backup."""
    for table in tables:
        digest, count = sha256(), -1
        for line in table.lines():
            digest.update(line)
            count += 1
        if Part(digest.hexdigest(), count) != archive.tables[table.name]:
            raise Refused(
                "restored_differs",
                sentence(
                    "What was read back of {table} is not what the backup holds. Nothing was restored.",
                    table=table.name,
                ),
            )
