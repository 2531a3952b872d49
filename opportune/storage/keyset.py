"""Pages by keyset. `a <= x AND (a < x OR id < y)` uses an index on both engines; a row value does not on SQLite."""

from typing import Any

from django.db.models import Q


def after(column: str, value: Any, last_id: int, *, descending: bool) -> Q:
    """The rows that follow (value, id) when sorted by column, then id, in one direction.

    Empty values sort last in both directions: `value` none means the page ended among them.
    """
    beyond_id = Q(id__lt=last_id) if descending else Q(id__gt=last_id)
    if value is None:
        return Q(**{f"{column}__isnull": True}) & beyond_id
    within, beyond = ("lte", "lt") if descending else ("gte", "gt")
    follows = Q(**{f"{column}__{within}": value}) & (Q(**{f"{column}__{beyond}": value}) | beyond_id)
    return follows | Q(**{f"{column}__isnull": True})
