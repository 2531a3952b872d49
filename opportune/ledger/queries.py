"""Reading the ledger. What a record's history shows is asked for by the package that may show the record."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from django.db.models import Exists, OuterRef

from opportune.kernel.records import RecordRef
from opportune.kernel.registries import handlers
from opportune.ledger.models import Change, ChangeSet


@dataclass(frozen=True, slots=True)
class HistoryItem:
    """One change of a record, as its history shows it."""

    change_set_id: int
    verb: str
    by: str
    door: str
    at: datetime
    effective_at: datetime
    on: date | None
    operation: str
    before: dict[str, Any]
    after: dict[str, Any]
    detail: dict[str, Any]
    undone: bool


def history_of(ref: RecordRef, *, limit: int = 100) -> Sequence[HistoryItem]:
    """The latest changes of one record, newest first. The caller has checked that it may be seen."""
    rows = (
        Change.objects.filter(kind=ref.kind, record_id=ref.id)
        .select_related("change_set", "change_set__undone_by")
        .order_by("-version")[:limit]
    )
    return [
        HistoryItem(
            change_set_id=row.change_set_id,
            verb=row.change_set.verb,
            by=row.change_set.actor_label,
            door=row.change_set.door,
            at=row.change_set.at,
            effective_at=row.at,
            on=row.on,
            operation=row.operation,
            before=row.before,
            after=row.after,
            detail=row.detail,
            undone=hasattr(row.change_set, "undone_by"),
        )
        for row in rows
    ]


def last_undoable(person_id: int) -> int | None:
    """The person's latest change set that is not undone and is no undo itself, for Ctrl Z.

    What has no handler is passed over: signing in, passwords and tokens are never undone.
    """
    undoable = Change.objects.filter(change_set=OuterRef("pk"), kind__in=list(handlers))
    return (
        ChangeSet.objects.filter(
            Exists(undoable),
            person_id=person_id,
            undone_by__isnull=True,
            undoes__isnull=True,
            job__isnull=True,
        )
        .order_by("-id")
        .values_list("id", flat=True)
        .first()
    )
