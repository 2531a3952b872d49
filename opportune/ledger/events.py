"""What the ledger tells in the transaction of a command."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from opportune.kernel.records import RecordRef


@dataclass(frozen=True, slots=True)
class RecordsChanged:
    """A command is about to commit these records' changes; `fields` are those that differ, by record."""

    change_set_id: int
    refs: tuple[RecordRef, ...]
    fields: Mapping[RecordRef, frozenset[str]] = field(default_factory=dict, hash=False)


@dataclass(frozen=True, slots=True)
class UndoBegins:
    """An undo or redo is about to lock records: what comes before all records is taken now.

    `fields` are those that the steps to be undone have touched, by the kind of record; all that were filled in, of what
    is taken back as a whole.
    """

    fields: Mapping[str, frozenset[str]]


@dataclass(frozen=True, slots=True)
class ValuesGivenBack:
    """An undo or redo gave fields of these records former values; what those name must be there."""

    given: tuple[tuple[Any, frozenset[str]], ...]


@dataclass(frozen=True, slots=True)
class JobWaiting:
    """A job has rows to be worked through, and waits for somebody who does."""

    job_id: int
