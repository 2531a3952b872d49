"""What many hold together and one takes for itself, until the transaction ends: a lock that has no row.

Whoever takes it waits for all who hold it, and they for whoever takes it or waits to do so; nobody is passed over. On
SQLite one transaction writes at a time, and nothing has to be taken.
"""

from enum import IntEnum

from django.db import OperationalError, connection, transaction

NOT_AVAILABLE = "55P03"


class Held(IntEnum):
    """What can be held, by the number PostgreSQL knows it by."""

    PROCESSES = 4_101


def hold(what: Held) -> None:
    """Hold something together with others. What is read from now on stays as it is until the transaction ends."""
    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_advisory_xact_lock_shared(%s)", [what.value])


class StillHeld(Exception):
    """Others held it for longer than somebody would wait to take it alone."""


def take_alone(what: Held, *, patience: float) -> None:
    """Take something for oneself. Not after `hold` in the same transaction: two who do both wait for each other.

    Raises StillHeld if others hold it for longer than `patience` seconds; the transaction can go on.
    """
    if connection.vendor != "postgresql":
        return
    try:
        with transaction.atomic(), connection.cursor() as cursor:
            cursor.execute("SELECT current_setting('lock_timeout')")
            (usual,) = cursor.fetchone()
            set_timeout = "SELECT set_config('lock_timeout', %s, true)"
            cursor.execute(set_timeout, [f"{round(patience * 1000)}ms"])
            cursor.execute("SELECT pg_advisory_xact_lock(%s)", [what.value])
            cursor.execute(set_timeout, [usual])
    except OperationalError as error:
        if getattr(error.__cause__, "sqlstate", None) == NOT_AVAILABLE:
            raise StillHeld from error
        raise
