"""Deleting for good: rows, and what hangs on them; the one place where records are deleted (domain.md §9)."""

from collections.abc import Iterable, Sequence
from datetime import timedelta
from typing import Any

from django.db.models import CASCADE, Model, Q, QuerySet

from opportune.activities.models import Task
from opportune.customers.models import Connection
from opportune.deleted.sources import KEPT_FOR, SOURCES
from opportune.identity.models import Share
from opportune.kernel import clock
from opportune.ledger.models import Recorded
from opportune.ledger.purging import note_purged
from opportune.opportunities.models import Opportunity
from opportune.reference.models import CategoryMark

BATCH = 500
REFERRING: Sequence[tuple[type[Recorded], str]] = (
    (Task, "about"),
    (Share, "record"),
    (CategoryMark, "record"),
    (Connection, "first"),
    (Connection, "second"),
)
"""What refers to any record by kind and id, and goes with it; search entries follow by themselves."""


def named_elsewhere(kind: str, ids: Iterable[int]) -> set[int]:
    """Those of the records that others still name, which are not deleted with them: a past customer of a deal."""
    asked = list(ids)
    named: set[int] = set()
    for relation in _relations(SOURCES[kind].model):
        if relation.on_delete is not CASCADE:
            rows = relation.related_model._default_manager.filter(**{f"{relation.field.name}__in": asked})
            named |= set(rows.order_by().values_list(relation.field.attname, flat=True).distinct())
    begun = Opportunity.objects.filter(initiated_by_kind=kind, initiated_by_id__in=asked).order_by()
    return named | {pk for pk in begun.values_list("initiated_by_id", flat=True) if pk is not None}


def overdue_in_bin(grace: timedelta) -> int:
    """How many records are due to be purged for longer than that, and could be."""
    until = clock.now() - KEPT_FOR - grace
    overdue = 0
    for kind, source in SOURCES.items():
        rows: QuerySet[Any] = source.model._default_manager.filter(deleted_at__lte=until)
        ids = list(rows.values_list("pk", flat=True))
        for start in range(0, len(ids), BATCH):
            some = ids[start : start + BATCH]
            overdue += len(set(some) - named_elsewhere(kind, some))
    return overdue


def purge_rows(kind: str, ids: Sequence[int]) -> None:
    """Delete locked records, with all that hangs on them, in the running command."""
    model = SOURCES[kind].model
    records: QuerySet[Any] = model._default_manager.filter(pk__in=ids)
    note_purged([*records, *(row for rows in _hanging(model, kind, ids) for row in rows)])
    for referring, name in REFERRING:
        _referring(referring, name, kind, ids).delete()
    records.delete()


def _hanging(model: type[Model], kind: str, ids: Sequence[int]) -> list[QuerySet[Any]]:
    """The recorded rows that go with the records, each in one set only."""
    rows = [
        relation.related_model._default_manager.filter(**{f"{relation.field.name}__in": ids})
        for relation in _relations(model)
        if relation.on_delete is CASCADE and issubclass(relation.related_model, Recorded)
    ]
    by_reference: dict[type[Recorded], Q] = {}
    for referring, name in REFERRING:
        condition = Q(**{f"{name}_kind": kind, f"{name}_id__in": ids})
        by_reference[referring] = by_reference.get(referring, Q(pk__in=())) | condition
    return [*rows, *(each._default_manager.filter(condition) for each, condition in by_reference.items())]


def _referring(model: type[Recorded], name: str, kind: str, ids: Sequence[int]) -> QuerySet[Any]:
    rows: QuerySet[Any] = model._default_manager.filter(**{f"{name}_kind": kind, f"{name}_id__in": ids})
    return rows


def _relations(model: type[Model]) -> list[Any]:
    """The foreign keys that lead to a model."""
    fields = model._meta.get_fields(include_hidden=True)
    return [each for each in fields if (each.one_to_many or each.one_to_one) and each.auto_created]
