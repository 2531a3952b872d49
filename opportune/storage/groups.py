"""The first rows of each of several groups, found in one query: the columns of a board.

Django composes no such query for both engines, so the query of one group is written once, and put together with itself
for the others.
"""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any

from django.core.exceptions import EmptyResultSet
from django.db import connections
from django.db.models import IntegerField, QuerySet, Value

from opportune.kernel.paging import Cursor
from opportune.storage.numbers import HALF, of_halves

_ANY = 8_765_432_109_876
_SUMS = -1
Row = tuple[int, Any]


def first_of_each(
    rows: QuerySet[Any], group: str, groups: Sequence[int | None], column: str, limit: int
) -> dict[int | None, tuple[list[int], str | None]]:
    """For each group the ids of its first rows by a column, then id, and the cursor of those that follow.

    Rows in which the column is empty come last, as in `keyset.read_page`. `rows` may have no order of its own.
    """
    found = _first(rows.filter(**{f"{column}__isnull": False}), group, groups, (column, "id"), limit + 1)
    short = [each for each in groups if len(found[each]) <= limit]
    if short:
        empty = _first(rows.filter(**{f"{column}__isnull": True}), group, short, ("id",), limit + 1)
        for each in short:
            found[each] += empty[each][: limit + 1 - len(found[each])]
    return {each: _page(found[each], limit) for each in groups}


def first_of_parts(
    parts: Mapping[str, QuerySet[Any]], column: str, limit: int
) -> dict[str, tuple[list[int], str | None]]:
    """As `first_of_each`, of parts that have conditions of their own instead of a column that tells them apart."""
    found: dict[str, list[Row]] = {key: [] for key in parts}
    if not parts:
        return {}
    pieces, filled = [], []
    for place, rows in enumerate(parts.values()):
        part = Value(place, output_field=IntegerField())
        chosen = (
            rows.order_by(column, "id").annotate(part=part).values_list("part", "id", column)[: limit + 1]
        )
        text, parameters = chosen.query.sql_with_params()
        pieces.append(f"SELECT * FROM ({text}) AS part{place}")  # noqa: S608
        filled += parameters
    keys = list(parts)
    with connections[next(iter(parts.values())).db].cursor() as cursor:
        cursor.execute(" UNION ALL ".join(pieces), filled)
        for place, row_id, value in cursor.fetchall():
            found[keys[place]].append((row_id, value))
    return {key: _page(rows, limit) for key, rows in found.items()}


def walked(
    rows: QuerySet[Any],
    group: str,
    groups: Sequence[int | None],
    column: str,
    limit: int,
    added: Sequence[str],
) -> tuple[dict[int | None, tuple[Any, ...]], dict[int | None, tuple[list[int], str | None]]]:
    """Number and sums of every group there is; and of these groups the first rows, as `first_of_each` finds them.

    All by one walk through the rows: for those that no index has in order, each group would be a walk of its own.
    `added` are scaled columns.
    """
    try:
        text, parameters = rows.order_by().values_list("id", group, column, *added).query.sql_with_params()
    except EmptyResultSet:  # nothing can be among them, so that Django writes no query
        return {}, {each: ([], None) for each in groups}
    names = [f"added{place}" for place in range(len(added))]
    parts, filled = [_added_up(names)], [*parameters]
    for place, each in enumerate(groups):
        parts.append(_ranked(place, names, limit, is_none=each is None))
        filled += [] if each is None else [each]
    heads = ", ".join(["id", "grouped", "sorted", *names])
    sums: dict[int | None, tuple[Any, ...]] = {}
    found: dict[int, list[Row]] = defaultdict(list)
    with connections[rows.db].cursor() as cursor:
        cursor.execute(f"WITH ground({heads}) AS MATERIALIZED ({text}) {' UNION ALL '.join(parts)}", filled)
        for place, each, number, value, *halves in cursor.fetchall():
            if place == _SUMS:
                pairs = zip(halves[::2], halves[1::2], strict=True)
                sums[each] = number, *(of_halves(high or 0, low or 0) for high, low in pairs)
            else:
                found[place].append((number, value))
    return sums, {each: _page(found[place], limit) for place, each in enumerate(groups)}


def _added_up(names: Sequence[str]) -> str:
    halves = "".join(f", SUM({name} / {HALF}), SUM({name} %% {HALF})" for name in names)
    return f"SELECT {_SUMS}, grouped, COUNT(*), NULL{halves} FROM ground GROUP BY grouped"  # noqa: S608


def _ranked(place: int, names: Sequence[str], limit: int, *, is_none: bool) -> str:
    nothing, chosen = ", 0" * 2 * len(names), "IS NULL" if is_none else "= %s"
    rows = f"SELECT {place}, grouped, id, sorted{nothing} FROM ground WHERE grouped {chosen}"  # noqa: S608
    return f"SELECT * FROM ({rows} ORDER BY sorted NULLS LAST, id LIMIT {limit + 1}) AS part{place}"  # noqa: S608


def _page(rows: Sequence[Row], limit: int) -> tuple[list[int], str | None]:
    ids = [row[0] for row in rows[:limit]]
    if len(rows) <= limit:
        return ids, None
    last, value = rows[limit - 1]
    key = value.isoformat() if isinstance(value, date) else value
    return ids, Cursor(key, last).encode()


def _first(
    rows: QuerySet[Any], group: str, groups: Sequence[int | None], order: tuple[str, ...], limit: int
) -> Mapping[int | None, list[Row]]:
    """As many rows of each group: id, and what they are sorted by first unless that is the id."""
    found: Mapping[int | None, list[Row]] = defaultdict(list)
    if not groups:
        return found
    written = {
        is_none: _written(rows, group, order, limit, is_none=is_none) for is_none in {None in groups, False}
    }
    pieces = [written[each is None] for each in groups]
    filled = [
        each if value == _ANY else value
        for each, (_, parameters) in zip(groups, pieces, strict=True)
        for value in parameters
    ]
    parts = (f"SELECT * FROM ({text}) AS part{place}" for place, (text, _) in enumerate(pieces))  # noqa: S608
    with connections[rows.db].cursor() as cursor:
        cursor.execute(" UNION ALL ".join(parts), filled)
        for each, row_id, value in cursor.fetchall():
            found[each].append((row_id, None if order[0] == "id" else value))
    return found


def _written(
    rows: QuerySet[Any], group: str, order: tuple[str, ...], limit: int, *, is_none: bool
) -> tuple[str, Sequence[Any]]:
    """The query of one group, with a place for which it is."""
    asked: dict[str, Any] = {f"{group}__isnull": True} if is_none else {group: _ANY}
    # PostgreSQL does not see that what is all null is all alike, and reads in the order of an index that names it only
    sorting = (group, *order) if is_none else order
    chosen = rows.filter(**asked).order_by(*sorting).values_list(group, "id", order[0])[:limit]
    text, parameters = chosen.query.sql_with_params()
    return text, parameters
