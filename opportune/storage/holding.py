"""What many hold together and one takes for itself, until the transaction ends: a lock that has no row.

Whoever takes it waits for all who hold it, and they for whoever takes it; nobody is passed over. On SQLite one
transaction writes at a time, and nothing has to be taken.
"""

from enum import IntEnum

from django.db import connection


class Held(IntEnum):
    """What can be held, by the number PostgreSQL knows it by."""

    PROCESSES = 4_101


def hold(what: Held) -> None:
    """Hold something together with others. What is read from now on stays as it is until the transaction ends."""
    _take("pg_advisory_xact_lock_shared", what)


def take_alone(what: Held) -> None:
    """Take something for oneself. Not after `hold` in the same transaction: two who do both wait for ever."""
    _take("pg_advisory_xact_lock", what)


def _take(function: str, what: Held) -> None:
    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            cursor.execute(f"SELECT {function}(%s)", [what.value])
