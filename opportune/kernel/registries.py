"""The four registries through which a lower package is served by a higher one (wiring.py fills them).

* facts: a question asked below, answered above ("has this deal an open quote?");
* reactions: what else happens in the same transaction when an event does;
* consumers: who is told of change sets after they are committed;
* handlers: what a kind of record can do when reached by its reference alone.
"""

from collections.abc import Callable, Iterable
from typing import Any, Protocol, TypeVar, runtime_checkable

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


facts: dict[str, Callable[..., Any]] = {}
reactions: dict[type, list[Callable[[Any, Any], None]]] = {}
consumers: dict[str, Callable[[int], None]] = {}
handlers: dict[str, RecordHandler] = {}


def react(actor: Any, event: object) -> None:
    """Run what is registered for an event, in order, in the caller's transaction."""
    for reaction in reactions.get(type(event), ()):
        reaction(actor, event)
