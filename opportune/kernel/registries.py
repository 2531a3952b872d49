"""The five registries through which a lower package is served by a higher one (wiring.py fills them).

* facts: a question asked below, answered above ("has this deal an open quote?");
* reactions: what else happens in the same transaction when an event does;
* consumers: who is told of change sets after they are committed;
* handlers: what a kind of record can do when reached by its reference alone;
* jobs: how a long command of a kind does some of its records, whoever works on it.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Protocol, TypeVar, runtime_checkable

from opportune.kernel.errors import OpportuneError
from opportune.kernel.records import RecordRef
from opportune.kernel.sentences import Sentence

Event = TypeVar("Event")


class RecordHandler(Protocol):
    """What the ledger and the doors ask of a kind of record they know by reference only."""

    def facets(self) -> dict[str, tuple[str, ...]]:
        """The named groups of fields that are undone together; any other field is undone alone."""

    def lock(self, actor: Any, ids: Iterable[int]) -> dict[int, Any]:
        """The records this actor may change, locked, by id; those it may not are left out."""

    def restore_fields(self, actor: Any, record: Any, values: dict[str, Any]) -> None:
        """Give fields their former values, with all that follows from it."""

    def remove(self, actor: Any, record: Any) -> None:
        """Undo a creation."""

    def bring_back(self, actor: Any, record: Any) -> None:
        """Undo a removal."""

    def depended_upon(self, record: Any) -> bool:
        """Whether something made later stands on this record, so that its creation must stay."""

    def visible(self, actor: Any, ids: Iterable[int]) -> set[int]:
        """Those of the ids that the actor may see."""


@runtime_checkable
class ConsequenceHandler(Protocol):
    """What a handler adds whose records other commands change as a consequence, whoever may change them."""

    def lock_consequences(self, ids: Iterable[int]) -> dict[int, Any]:
        """The records, locked, by id: who may undo the command may undo what followed from it."""


@runtime_checkable
class AdditionHandler(Protocol):
    """What a handler adds whose records may be added to by people who may not change them otherwise."""

    def lock_additions(self, actor: Any, ids: Iterable[int]) -> dict[int, Any]:
        """The records the actor may add to, locked, by id: who added to them may take that back."""


@runtime_checkable
class SetHandler(Protocol):
    """What a handler adds whose records are given back many at once, in as few queries as one, with the same verdicts.

    Its records do not stand on each other: none is `depended_upon` by another of its kind.
    """

    def restore_many(self, actor: Any, given: Sequence[tuple[Any, dict[str, Any]]]) -> None:
        """As `restore_fields` of each."""

    def remove_many(self, actor: Any, records: Sequence[Any]) -> None:
        """As `remove` of each."""

    def bring_back_many(self, actor: Any, records: Sequence[Any]) -> None:
        """As `bring_back` of each."""


@dataclass(frozen=True, slots=True)
class RowRefused:
    """A record that a job left as it was, and why."""

    ref: RecordRef
    error: OpportuneError


class JobHandler(Protocol):
    """What is asked of a kind of job: to do some of its records at a time, and to name them."""

    @property
    def title(self) -> Sentence:
        """What it does, as a name."""

    @property
    def rows(self) -> str:
        """The kind of record that its rows are."""

    @property
    def largest_chunk(self) -> int:
        """How many of them are done in one change set at the most."""

    def do(self, actor: Any, job: Any, number: int, ids: Sequence[int]) -> Sequence[RowRefused]:
        """Do these records as the job's chunk of this number; those that were left, with why."""

    def names(self, actor: Any, job: Any, refs: Iterable[RecordRef]) -> Mapping[RecordRef, str]:
        """What the records are called, of those that the actor may see."""


facts: dict[str, Callable[..., Any]] = {}
reactions: dict[type, list[Callable[[Any, Any], None]]] = {}
consumers: dict[str, Callable[[int], None]] = {}
handlers: dict[str, RecordHandler] = {}
jobs: dict[str, JobHandler] = {}


def react(actor: Any, event: object) -> None:
    """Run what is registered for an event, in order, in the caller's transaction."""
    for reaction in reactions.get(type(event), ()):
        reaction(actor, event)
