"""Filling an empty, migrated database: the company, then everything else in a few statements.

Indexes and triggers are taken away meanwhile and made again at the end, as one would for a large import.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

from django.db import connection, transaction

from bench.generator.company import PROCESS, found
from bench.generator.dialects import Dialect
from bench.generator.rows import Facts, inserts
from bench.generator.staging import ENTRIES, plan
from opportune.identity.models import User
from opportune.ledger.models import Change, ChangeSet
from opportune.opportunities.tallying import make_anew
from opportune.process.queries import process_by_key
from opportune.reference.queries import all_reasons

SEED = 20_261_128
LARGE = (
    "opportunities_opportunity", "opportunities_entry", "ledger_change", "ledger_changeset", "search_searchentry",
    "activities_task", "customers_account", "customers_contact", "identity_share",
)  # fmt: skip
Say = Callable[[str], None]


def fill(size: int, say: Say = lambda line: None, *, seed: int = SEED) -> None:
    """Make `size` deals with all that belongs to them. Raises ValueError for a size that is too small."""
    if size < 1000:
        raise ValueError("a bench begins at 1000 deals")
    today = datetime.now(UTC).replace(hour=12, minute=0, second=0, microsecond=0)
    found(today.date())
    dialect = Dialect(connection.vendor)
    process = process_by_key(PROCESS)
    reasons = all_reasons()
    facts = Facts(
        dialect=dialect,
        seed=seed,
        size=size,
        noon=int(today.timestamp()),
        process_id=process.id,
        first_user=User.objects.order_by("id").values_list("id", flat=True)[0],
        reasons={
            outcome: next(reason.id for reason in reasons if reason.outcome == outcome)
            for outcome in ("won", "lost")
        },
        change_sets=ChangeSet.objects.order_by("-id").values_list("id", flat=True)[0],
        changes=Change.objects.order_by("-id").values_list("id", flat=True)[0],
    )
    with connection.cursor() as cursor:
        if dialect.is_sqlite:
            for pragma in (
                "synchronous = OFF",
                "temp_store = FILE",
                "cache_size = -400000",
                "foreign_keys = OFF",
            ):
                cursor.execute(f"PRAGMA {pragma}")
        with transaction.atomic():
            if not dialect.is_sqlite:
                cursor.execute("SET LOCAL session_replication_role = replica")
                cursor.execute("SET LOCAL work_mem = '256MB'")
                cursor.execute("SET LOCAL maintenance_work_mem = '512MB'")
            again = _without_indexes(cursor, dialect)
            for statement in (*plan(dialect, seed, size, facts.noon, process.id), *inserts(facts)):
                _run(cursor, statement, say)
            for statement in again:
                _run(cursor, statement, say)
            if not dialect.is_sqlite:
                _set_sequences(cursor)
        make_anew()
        _run(cursor, "ANALYZE" if dialect.is_sqlite else "VACUUM ANALYZE", say)
        if dialect.is_sqlite:
            cursor.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    say(f"{size} deals with {ENTRIES} entries each")


def _run(cursor: Any, statement: str, say: Say) -> None:
    begun = time.monotonic()
    cursor.execute(statement)
    spent = time.monotonic() - begun
    if spent > 1:
        say(f"{spent:6.1f} s  {' '.join(statement.split())[:90]}")


def _without_indexes(cursor: Any, dialect: Dialect) -> list[str]:
    """Drop what slows large inserts down; returns the statements that make it again."""
    names = ", ".join(f"'{name}'" for name in LARGE)
    if dialect.is_sqlite:
        cursor.execute(
            f"""SELECT type, name, sql FROM sqlite_master
            WHERE tbl_name IN ({names}) AND sql IS NOT NULL AND type IN ('index', 'trigger')"""
        )
        found = cursor.fetchall()
        for kind, name, _ in found:
            cursor.execute(f'DROP {kind} "{name}"')
        rebuilt = "INSERT INTO search_trigrams (search_trigrams) VALUES ('rebuild')"
        return [rebuilt, *(sql for _, _, sql in found)]
    cursor.execute(
        f"""SELECT indexname, indexdef FROM pg_indexes WHERE schemaname = 'public' AND tablename IN ({names})
        AND indexname NOT IN (SELECT conname FROM pg_constraint)"""
    )
    found = cursor.fetchall()
    for name, _ in found:
        cursor.execute(f'DROP INDEX "{name}"')
    # of a table of parts PostgreSQL tells the index without theirs
    return [sql.replace(" ON ONLY ", " ON ") for _, sql in found]


def _set_sequences(cursor: Any) -> None:
    for table in LARGE:
        cursor.execute(
            f"SELECT setval(pg_get_serial_sequence('{table}', 'id'), (SELECT max(id) FROM {table}))"
        )
