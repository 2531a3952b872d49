"""One instant of the database, read for as long as it takes."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from django.db import connection

_BEGIN = {
    "sqlite": ("PRAGMA query_only = ON", "BEGIN DEFERRED"),
    "postgresql": ("BEGIN ISOLATION LEVEL REPEATABLE READ, READ ONLY",),
}
_END = {"sqlite": ("ROLLBACK", "PRAGMA query_only = OFF"), "postgresql": ("ROLLBACK",)}


@contextmanager
def snapshot() -> Iterator[None]:
    """Within this block all reads see one instant, nobody waits for them, and nothing can be written.

    Inside a transaction there is nothing to begin; it is read from as it is.
    """
    if connection.in_atomic_block:
        yield
        return
    _run(_BEGIN[connection.vendor])
    try:
        yield
    finally:
        _run(_END[connection.vendor])


def _run(statements: tuple[str, ...]) -> None:
    with connection.cursor() as cursor:
        for statement in statements:
            cursor.execute(statement)
