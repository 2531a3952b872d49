"""What happened to an account or contact, as its page tells it: its own changes, and deals that came and went."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from opportune.identity.actor import Actor
from opportune.kernel.records import RecordRef
from opportune.ledger.queries import HistoryItem, history_of
from opportune.opportunities.queries import CustomerChange, customer_changes


@dataclass(frozen=True, slots=True)
class Line:
    """One line: who did what when. `fields` are the names of what was changed; `deal` a deal that came or left."""

    at: datetime
    by: str
    what: str
    fields: tuple[str, ...] = ()
    deal: CustomerChange | None = None


def lines_of(actor: Actor, ref: RecordRef, names: Mapping[str, str], *, limit: int = 50) -> Sequence[Line]:
    """The latest lines, the newest first. The caller has checked that the record may be seen."""
    own = changes_of(ref, names, limit=limit)
    deals = [
        Line(change.at, change.by, "came" if change.came else "left", deal=change)
        for change in customer_changes(actor, ref, limit=limit)
    ]
    return sorted([*own, *deals], key=lambda line: line.at, reverse=True)[:limit]


def changes_of(ref: RecordRef, names: Mapping[str, str], *, limit: int = 50) -> Sequence[Line]:
    """The latest changes of a record of any kind. The caller has checked that the record may be seen."""
    return [_line(item, names) for item in history_of(ref, limit=limit)]


def _line(item: HistoryItem, names: Mapping[str, str]) -> Line:
    changed = tuple(names.get(field, field) for field in item.after)
    return Line(item.at, item.by, item.operation, changed if item.operation == "update" else ())
