"""What happened to an account or contact, as its page tells it: its own changes, and deals that came and went."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from opportune.customers.queries import told
from opportune.identity.actor import Actor
from opportune.kernel.records import RecordRef
from opportune.ledger.queries import history_of
from opportune.opportunities.queries import CustomerChange, customer_changes
from opportune.web.changes import FieldChange, field_changes


@dataclass(frozen=True, slots=True)
class Line:
    """One line: who did what when. `fields` are what was changed; `deal` a deal that came or left."""

    at: datetime
    by: str
    what: str
    fields: Sequence[FieldChange] = ()
    deal: CustomerChange | None = None


def lines_of(
    actor: Actor, ref: RecordRef, now: Mapping[str, Any], fields: Collection[str], *, limit: int = 50
) -> Sequence[Line]:
    """The latest lines, the newest first, as `changes_of` and of deals. The caller has checked that it may be seen."""
    own = changes_of(actor, ref, now, fields, limit=limit)
    deals = [
        Line(change.at, change.by, "came" if change.came else "left", deal=change)
        for change in customer_changes(actor, ref, limit=limit)
    ]
    return sorted([*own, *deals], key=lambda line: line.at, reverse=True)[:limit]


def changes_of(
    actor: Actor, ref: RecordRef, now: Mapping[str, Any], fields: Collection[str], *, limit: int = 50
) -> Sequence[Line]:
    """The latest changes of a record of any kind; `now` is what it names, which its page shows by name.

    The caller has checked that the record may be seen.
    """
    items = history_of(ref, limit=limit)
    changes = told(actor, ref.kind, items, now, fields)
    return [
        Line(item.at, item.by, item.operation, field_changes(change))
        for item, change in zip(items, changes, strict=True)
    ]
