"""The database itself: whether it answers, is whole, and has the tables of this version."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

from django.apps import apps
from django.db import DatabaseError, connection
from django.db.migrations.executor import MigrationExecutor

from opportune.kernel.sentences import counted, sentence
from opportune.operations.doctor.findings import Finding, Severity


def absence() -> Iterator[Finding]:
    """A database file that is not there: looking into it would make it."""
    if connection.vendor == "sqlite" and not Path(connection.settings_dict["NAME"]).exists():
        yield Finding(
            "no_installation",
            Severity.ERROR,
            sentence(
                "There is no installation in {directory}. Name its directory in OPPORTUNE_DATA.",
                directory=str(Path(connection.settings_dict["NAME"]).parent),
            ),
        )


def engine() -> str:
    """The name and version of the database."""
    with connection.cursor() as cursor:
        if connection.vendor == "sqlite":
            cursor.execute("SELECT sqlite_version()")
        else:
            cursor.execute("SHOW server_version")
        return f"{connection.display_name} {cursor.fetchone()[0]}"


def structure() -> Iterator[Finding]:
    """What the database says of its own files."""
    with connection.cursor() as cursor:
        if connection.vendor == "sqlite":
            yield from structure_of(cursor)
        else:
            yield from _structure_on_postgresql(cursor)


def _structure_on_postgresql(cursor: Any) -> Iterator[Finding]:
    """Damage that PostgreSQL has met, indexes and constraints it does not vouch for; amcheck where it is installed."""
    cursor.execute(
        "SELECT coalesce(checksum_failures, 0) FROM pg_stat_database WHERE datname = current_database()"
    )
    if damaged := cursor.fetchone()[0]:
        yield _damage(damaged, "checksums")
    cursor.execute(
        "SELECT conname FROM pg_constraint WHERE NOT convalidated AND connamespace = current_schema()::regnamespace "
        "UNION SELECT relname FROM pg_index JOIN pg_class ON oid = indexrelid "
        "WHERE NOT indisvalid AND relnamespace = current_schema()::regnamespace"
    )
    if loose := [name for (name,) in cursor.fetchall()]:
        yield Finding(
            "constraint_not_held",
            Severity.ERROR,
            counted(
                "{count} index or constraint of the database does not hold: {names}.",
                "{count} indexes or constraints of the database do not hold: {names}.",
                len(loose),
                names=tuple(sorted(loose)),
            ),
            len(loose),
        )
    cursor.execute("SELECT 1 FROM pg_extension WHERE extname = 'amcheck'")
    if cursor.fetchone():
        yield from _checked_indexes(cursor)


def _checked_indexes(cursor: Any) -> Iterator[Finding]:
    """What amcheck finds in the indexes of the tables; it stops at the first."""
    cursor.execute("SAVEPOINT amcheck")
    try:
        cursor.execute(
            "SELECT bt_index_check(indexrelid) FROM pg_index JOIN pg_class ON pg_class.oid = indexrelid "
            "JOIN pg_am ON pg_am.oid = relam WHERE amname = 'btree' AND relkind = 'i' AND indisvalid "
            "AND relnamespace = current_schema()::regnamespace"
        )
    except DatabaseError as error:
        yield _damage(1, str(error).strip().splitlines()[0])
    finally:
        cursor.execute("ROLLBACK TO SAVEPOINT amcheck")


def _damage(count: int, what: str) -> Finding:
    return Finding(
        "database_damaged",
        Severity.ERROR,
        sentence("The database is damaged: {what}. Restore a backup.", what=what),
        count,
    )


def structure_of(cursor: Any) -> Iterator[Finding]:
    """Damage, and references that lead nowhere, in the SQLite database of a cursor."""
    cursor.execute("PRAGMA integrity_check")
    damage = [line for (line,) in cursor.fetchall() if line != "ok"]
    if damage:
        yield _damage(len(damage), damage[0])
    cursor.execute("PRAGMA foreign_key_check")
    astray = cursor.fetchall()
    if astray:
        yield Finding(
            "foreign_key_broken",
            Severity.ERROR,
            counted(
                "{count} row refers to a row that does not exist: {tables}.",
                "{count} rows refer to rows that do not exist: {tables}.",
                len(astray),
                tables=tuple(sorted({row[0] for row in astray})),
            ),
            len(astray),
        )


def migrations() -> Iterator[Finding]:
    """Tables that are older than this version of Opportune, or newer."""
    executor = MigrationExecutor(connection)
    loader = executor.loader
    pending = executor.migration_plan(loader.graph.leaf_nodes())
    if pending:
        yield Finding(
            "migrations_pending",
            Severity.ERROR,
            counted(
                "The database is not up to date: {count} migration has not run. Run “opportune migrate”.",
                "The database is not up to date: {count} migrations have not run. Run “opportune migrate”.",
                len(pending),
            ),
            len(pending),
        )
    own = {config.label for config in apps.get_app_configs() if config.name.startswith("opportune.")}
    unknown = [
        key for key in loader.applied_migrations if key[0] in own and key not in loader.disk_migrations
    ]
    if unknown:
        yield Finding(
            "migrations_unknown",
            Severity.ERROR,
            sentence("The database belongs to a newer version of Opportune. Install that one."),
            len(unknown),
        )
