"""The database itself: whether it answers, is whole, and has the tables of this version."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

from django.apps import apps
from django.db import connection
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
    """What SQLite says of its own file. PostgreSQL holds its constraints by itself."""
    if connection.vendor == "sqlite":
        with connection.cursor() as cursor:
            yield from structure_of(cursor)


def structure_of(cursor: Any) -> Iterator[Finding]:
    """Damage, and references that lead nowhere, in the SQLite database of a cursor."""
    cursor.execute("PRAGMA integrity_check")
    damage = [line for (line,) in cursor.fetchall() if line != "ok"]
    if damage:
        yield Finding(
            "database_damaged",
            Severity.ERROR,
            sentence("The database is damaged: {what}. Restore a backup.", what=damage[0]),
            len(damage),
        )
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
