"""The numbers that the database gives out: none is ever given out twice, also after a restore.

The highest row does not tell: the last one may have been purged, and the ledger still speaks of it.
"""

from __future__ import annotations

from django.db import connection

from opportune.operations.backup.tables import Table


def last_id(table: Table) -> int:
    """The last primary key that the database has given out, 0 if none."""
    with connection.cursor() as cursor:
        if connection.vendor == "sqlite":
            cursor.execute("SELECT seq FROM sqlite_sequence WHERE name = %s", [table.name])
            found = cursor.fetchone()
            return int(found[0]) if found else 0
        cursor.execute(f"SELECT last_value, is_called FROM {_sequence(table)}")  # noqa: S608
        value, is_called = cursor.fetchone()
        return int(value) if is_called else 0


def go_on_after(table: Table, last: int) -> None:
    """Have the database give out what follows `last` next; nothing below it any more."""
    if not last:
        return
    with connection.cursor() as cursor:
        if connection.vendor == "sqlite":
            cursor.execute("DELETE FROM sqlite_sequence WHERE name = %s", [table.name])
            cursor.execute("INSERT INTO sqlite_sequence (name, seq) VALUES (%s, %s)", [table.name, last])
        else:
            cursor.execute("SELECT setval(%s, %s)", [_sequence(table), last])


def _sequence(table: Table) -> str:
    """PostgreSQL's name for the counter of a table's key, quoted as it needs to be."""
    with connection.cursor() as cursor:
        key = table.model._meta.pk.column
        cursor.execute("SELECT pg_get_serial_sequence(%s, %s)", [connection.ops.quote_name(table.name), key])
        return str(cursor.fetchone()[0])
