"""What an undo would do to one record, calculated from plain values (domain.md §9).

A facet is a group of fields that only make sense together. It is restored whole, or kept whole when any of its
fields has changed since.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True, slots=True)
class FieldsUndo:
    """The values to put back, the facets they belong to, and the facets that stay because they changed since."""

    values: dict[str, Any]
    restored: tuple[str, ...]
    kept: tuple[str, ...]


def facet_of(field: str, facets: Mapping[str, tuple[str, ...]]) -> str:
    """The facet a field belongs to; a field of no facet is one by itself."""
    return next((name for name, fields in facets.items() if field in fields), field)


def touched_facets(fields: Iterable[str], facets: Mapping[str, tuple[str, ...]]) -> set[str]:
    """The facets that a set of fields belongs to."""
    return {facet_of(field, facets) for field in fields}


def plan_fields(
    before: Mapping[str, Any],
    after: Mapping[str, Any],
    changed_since: Iterable[str],
    facets: Mapping[str, tuple[str, ...]],
) -> FieldsUndo:
    """Which of the fields a change set gave from `before` to `after` go back.

    `changed_since` are the fields of the record that differ now from what they were right after it.
    """
    values: dict[str, Any] = {}
    taken = touched_facets(changed_since, facets)
    restored, kept = [], []
    for facet in sorted(touched_facets(after, facets)):
        if facet in taken:
            kept.append(facet)
            continue
        restored.append(facet)
        values.update({field: before[field] for field in after if facet_of(field, facets) == facet})
    return FieldsUndo(values, tuple(restored), tuple(kept))


def collapse(
    steps: Iterable[tuple[Mapping[str, Any], Mapping[str, Any]]],
) -> tuple[dict[str, Any], dict[str, Any]]:
    """Several steps of one record as one: the first value before and the last after, of what differs in the end."""
    before: dict[str, Any] = {}
    after: dict[str, Any] = {}
    for old, new in steps:
        for name, value in new.items():
            before.setdefault(name, old.get(name))
            after[name] = value
    same = [name for name in after if after[name] == before[name]]
    for name in same:
        del before[name], after[name]
    return before, after
