"""The plan of every deal, in temporary tables: who it is for, where it has got to, and its six entries.

A deal that has reached stage s has gone there evenly: entry j stands in stage 1 + (s − 1)(j − 1)/5. Where an entry
stays in its stage, the value grew. Every figure follows from the number of the deal and the seed.
"""

from __future__ import annotations

from collections.abc import Iterator

from bench.generator.dialects import Dialect, drawn
from bench.generator.words import FIRST, KINDS, LAST, PLACES, RARE, RARE_DEALS, THINGS, TRADES, among

ENTRIES = 6
DAY = 86_400


def account_name(seed: int, n: str) -> str:
    """The name of account `n`."""
    place = among(PLACES, drawn(seed, "place", n, len(PLACES)))
    trade = among(TRADES, drawn(seed, "trade", n, len(TRADES)))
    return f"(({place}) || ' ' || ({trade}) || ' ' || ({n}))"


def first_name(seed: int, n: str) -> str:
    """The first name of contact `n`."""
    return f"({among(FIRST, drawn(seed, 'first', n, len(FIRST)))})"


def last_name(seed: int, n: str) -> str:
    """The last name of contact `n`."""
    return f"(({among(LAST, drawn(seed, 'last', n, len(LAST)))}) || ({n}))"


def plan(dialect: Dialect, seed: int, size: int, noon: int, process_id: int) -> Iterator[str]:
    """The statements that make the plan. `noon` is that of today, in seconds since 1970."""

    def draw(name: str, below: int | str, n: str = "n") -> str:
        return drawn(seed, name, n, below)

    yield "CREATE TEMPORARY TABLE bench_number (n bigint PRIMARY KEY)"
    yield f"""INSERT INTO bench_number WITH RECURSIVE counted (n) AS (
        SELECT CAST(1 AS bigint) UNION ALL SELECT n + 1 FROM counted WHERE n < {size}) SELECT n FROM counted"""
    yield "CREATE TEMPORARY TABLE bench_stage (place bigint PRIMARY KEY, id bigint, chance bigint, completed bigint)"
    yield f"""INSERT INTO bench_stage SELECT row_number() OVER (ORDER BY position, id), id, chance, completed
        FROM process_stage WHERE process_id = {process_id} AND deleted_at IS NULL"""
    yield """CREATE TEMPORARY TABLE bench_deal (n bigint PRIMARY KEY, outcome text, reached bigint, account bigint,
        contact bigint, customer text, owner bigint, currency text, rate bigint, cents bigint, begun bigint,
        gap bigint, close bigint, subject text)"""
    age = f"(20 + {draw('age', 700)})"
    close = f"""CASE WHEN {draw("no close", 10)} = 0 THEN NULL
        WHEN outcome = 'open' THEN {noon} + ({draw("close", 140)} - 20) * {DAY}
        ELSE begun + 5 * gap + ({draw("close", 30)} - 15) * {DAY} END"""
    outcome = f"""CASE {draw("outcome", 10)} WHEN 0 THEN 'won' WHEN 1 THEN 'won' WHEN 2 THEN 'lost'
        WHEN 3 THEN 'lost' ELSE 'open' END"""
    drawing = f"""SELECT n, {outcome} AS outcome,
        CASE WHEN {draw("private", 5)} = 0 THEN NULL ELSE 1 + {draw("account", size // 5)} END AS account,
        1 + {draw("contact", 2 * size // 5)} AS contact, {noon} + n % 3600 - {age} * {DAY} AS begun,
        {age} * {DAY} / {ENTRIES} AS gap FROM bench_number"""
    yield f"""INSERT INTO bench_deal SELECT n, outcome,
        CASE WHEN outcome = 'open' AND {draw("not begun", 8)} = 0 THEN 0 ELSE 1 + {draw("reached", 6)} END,
        account, CASE WHEN account IS NULL THEN contact END,
        CASE WHEN account IS NULL THEN {first_name(seed, "contact")} || ' ' || {last_name(seed, "contact")}
            ELSE {account_name(seed, "account")} END,
        {draw("owner", 20)}, CASE WHEN {draw("currency", 5)} = 0 THEN 'USD' ELSE 'EUR' END,
        CASE WHEN {draw("currency", 5)} = 0 THEN 108000000 ELSE 100000000 END,
        50000 + {draw("euros", 250_000)} * 100 + CASE {draw("cents", 4)} WHEN 0 THEN 25 WHEN 1 THEN 75 ELSE 0 END,
        begun, gap, {close},
        CASE WHEN {draw("rare", size // RARE_DEALS)} = 0 THEN '{RARE} ' ELSE '' END
            || ({among(KINDS, draw("kind", len(KINDS)))}) || ' ' || ({among(THINGS, draw("thing", len(THINGS)))})
            || ', ' || (1 + {draw("pieces", 90)}) || ' pieces'
        FROM ({drawing}) AS drawn"""
    yield from _life()


def _life() -> Iterator[str]:
    yield """CREATE TEMPORARY TABLE bench_life (n bigint, j bigint, place bigint, status text, cents bigint,
        at bigint, move text, since bigint, PRIMARY KEY (n, j))"""
    yield f"""INSERT INTO bench_life
        SELECT n, j, place, CASE WHEN j = {ENTRIES} AND outcome <> 'open' THEN outcome
                WHEN place = 0 THEN 'not_started' ELSE 'in_progress' END,
            cents + 25000 * ((j - 1) - CASE WHEN place > 0 THEN place - 1 ELSE 0 END
                - CASE WHEN j = {ENTRIES} AND outcome <> 'open' THEN 1 ELSE 0 END),
            begun + (j - 1) * gap,
            CASE WHEN j = 1 THEN 'created' WHEN j = {ENTRIES} AND outcome <> 'open' THEN outcome
                WHEN place > before THEN 'next' ELSE 'edited' END,
            CASE WHEN place = 0 THEN NULL WHEN place = 1 THEN begun
                ELSE begun + gap * (((place - 1) * 5 + reached - 2) / (reached - 1)) END
        FROM (SELECT n, j, outcome, reached, cents, begun, gap,
                CASE WHEN reached = 0 THEN 0 ELSE 1 + (reached - 1) * (upto - 1) / 5 END AS place,
                CASE WHEN reached = 0 THEN 0 ELSE 1 + (reached - 1) * (j - 2) / 5 END AS before
            FROM (SELECT bench_deal.*, j, CASE WHEN j = {ENTRIES} AND outcome <> 'open' THEN j - 1 ELSE j END AS upto
                FROM bench_deal, (SELECT 1 AS j UNION ALL SELECT 2 UNION ALL SELECT 3 UNION ALL SELECT 4
                    UNION ALL SELECT 5 UNION ALL SELECT 6) AS steps) AS stepped) AS placed
        ORDER BY n, j"""
