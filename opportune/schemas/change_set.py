"""What commands changed, and what an undo took back."""

from datetime import date, datetime
from typing import Any

from opportune.kernel.records import RecordRef
from opportune.ledger.undo import Undone
from opportune.schemas.shapes import Shown


class ChangeShown(Shown):
    """One change of a record: what was done, by whom, through which door, each field before and after.

    `hidden` are the fields that named a record which the reader may not see; their values are null here.
    """

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
    hidden: list[str] = []


class ChangeList(Shown):
    """A record's changes, the newest first."""

    items: list[ChangeShown]


class FacetShown(Shown):
    """A part of a record that is undone as a whole; `record` is the record itself."""

    kind: str
    id: int
    facet: str


class UndoneShown(Shown):
    """The change set that undid another, what it put back, and what it left because it has changed since."""

    change_set_id: int | None
    restored: list[FacetShown]
    kept: list[FacetShown]


def undone_shown(undone: Undone) -> UndoneShown:
    """An undo's outcome."""
    return UndoneShown(
        change_set_id=undone.change_set_id,
        restored=[_facet(ref, facet) for ref, facet in undone.restored],
        kept=[_facet(ref, facet) for ref, facet in undone.kept],
    )


def _facet(ref: RecordRef, facet: str) -> FacetShown:
    return FacetShown(kind=ref.kind, id=ref.id, facet=facet)
