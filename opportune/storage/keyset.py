"""Pages by keyset.

`a <= x AND (a < x OR id < y)` uses an index on both engines; a row value does not on SQLite.
"""

from collections.abc import Callable
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any, TypeVar

from django.db.models import Q, QuerySet

from opportune.kernel.errors import Invalid
from opportune.kernel.money import LIMIT
from opportune.kernel.paging import Cursor
from opportune.kernel.sentences import sentence

R = TypeVar("R")


def after(column: str, value: Any, last_id: int, *, descending: bool) -> Q:
    """The rows that follow (value, id) when sorted by column, then id, in one direction.

    Empty values sort last in both directions: `value` none means the page ended among them.
    """
    if value is None:
        return Q(**{f"{column}__isnull": True}) & _beyond_id(last_id, descending)
    return _beyond(column, value, last_id, descending) | Q(**{f"{column}__isnull": True})


def read_page(
    rows: QuerySet[Any, dict[str, Any]],
    column: str,
    *,
    descending: bool,
    cursor: str | None,
    limit: int,
    read: Callable[[str], Any] = str,
    may_be_empty: bool = False,
) -> tuple[list[dict[str, Any]], str | None]:
    """One page of rows, and the cursor of the next one (none at the end).

    The rows are dicts with at least `id` and `column`, by which they are sorted; `read` turns a cursor's text
    back into the column's value. If the column `may_be_empty`, its empty rows come last, by a query of their
    own: one condition for both kinds would keep the index from being used. Raises Invalid for a bad cursor.
    """
    ended_at, value = _decoded(cursor, read)
    order = "-" if descending else ""
    found: list[dict[str, Any]] = []
    if ended_at is None or value is not None:
        filled = rows.filter(**{f"{column}__isnull": False}) if may_be_empty else rows
        if ended_at is not None:
            filled = filled.filter(_beyond(column, value, ended_at.id, descending))
        found += in_order(filled, column, descending=descending)[: limit + 1]
    if may_be_empty and len(found) <= limit:
        empty = rows.filter(**{f"{column}__isnull": True})
        if ended_at is not None and value is None:
            empty = empty.filter(_beyond_id(ended_at.id, descending))
        found += empty.order_by(f"{order}id")[: limit + 1 - len(found)]
    return cut(found, column, limit)


def in_order(rows: QuerySet[Any, R], column: str, *, descending: bool) -> QuerySet[Any, R]:
    """Rows without empty values in the column, in the order of `read_page`."""
    order = "-" if descending else ""
    return rows.order_by(f"{order}{column}", f"{order}id")


def cut(found: list[dict[str, Any]], column: str, limit: int) -> tuple[list[dict[str, Any]], str | None]:
    """A page of at most `limit` of the rows found, and the cursor of the next one: none unless more were found."""
    if len(found) <= limit:
        return found, None
    last = found[limit - 1]
    return found[:limit], Cursor(_as_text(last[column]), last["id"]).encode()


def beside(
    rows: QuerySet[Any], column: str, value: Any, row_id: int, *, descending: bool, limit: int
) -> tuple[list[int], list[int]]:
    """The ids before and after (value, row_id) in the order of `read_page`, nearest first, `limit` of each at most."""
    ids = []
    for backwards in (True, False):
        falling = descending is not backwards
        sign = "-" if falling else ""
        order = (f"{sign}{column}", f"{sign}id")
        empty = rows.filter(**{f"{column}__isnull": True})
        if value is not None:
            near = rows.filter(_beyond(column, value, row_id, falling)).order_by(*order)
            far = None if backwards else empty.order_by(order[1])
        else:
            near = empty.filter(_beyond_id(row_id, falling)).order_by(order[1])
            far = rows.filter(**{f"{column}__isnull": False}).order_by(*order) if backwards else None
        found = list(near.values_list("id", flat=True)[:limit])
        if far is not None and len(found) < limit and rows.model._meta.get_field(column).null:
            found += far.values_list("id", flat=True)[: limit - len(found)]
        ids.append(found)
    return ids[0], ids[1]


def instant(text: str) -> datetime:
    """A cursor's text as an instant. Raises ValueError or ArithmeticError for what no column holds."""
    read = datetime.fromisoformat(text)
    if read.tzinfo is None:
        raise ValueError("an instant must carry its time zone")
    return read.astimezone(UTC)


def exact(text: str) -> Decimal:
    """A cursor's text as an amount or a percentage. Raises ValueError or ArithmeticError likewise."""
    read = Decimal(text)
    if not abs(read) < LIMIT:
        raise ValueError("more than a column holds")
    return read


def _beyond(column: str, value: Any, last_id: int, descending: bool) -> Q:
    within, beyond = ("lte", "lt") if descending else ("gte", "gt")
    return Q(**{f"{column}__{within}": value}) & (
        Q(**{f"{column}__{beyond}": value}) | _beyond_id(last_id, descending)
    )


def _beyond_id(last_id: int, descending: bool) -> Q:
    return Q(id__lt=last_id) if descending else Q(id__gt=last_id)


def _decoded(cursor: str | None, read: Callable[[str], Any]) -> tuple[Cursor | None, Any]:
    if cursor is None:
        return None, None
    try:
        ended_at = Cursor.decode(cursor)
        return ended_at, None if ended_at.key is None else read(ended_at.key)
    except (ValueError, ArithmeticError):
        raise Invalid({"after": sentence("This page does not exist; begin with the first one.")}) from None


def _as_text(value: Any) -> str | None:
    if value is None:
        return None
    return value.isoformat() if hasattr(value, "isoformat") else str(value)
