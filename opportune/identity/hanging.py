"""Records that hang on another one, a tick or a competitor on a deal, and have its rights and no others."""

from collections.abc import Iterable
from typing import Any, ClassVar, Generic, TypeVar

from opportune.identity.actor import Actor
from opportune.identity.visibility import scope
from opportune.ledger.binning import put_into_bin, take_out_of_bin
from opportune.ledger.models import Binnable
from opportune.ledger.recording import recording

R = TypeVar("R", bound=Binnable)


class HangingHandler(Generic[R]):
    """The `RecordHandler` of a kind that hangs on records of the kind `above` by the foreign key `by`.

    Who may change the record above may undo what was done to this one.
    """

    model: type[R]
    above: ClassVar[str]
    by: ClassVar[str]

    def demand_changeable(self, record: R) -> None:
        """Raise what forbids any change to it, such as the deal above being closed."""

    def facets(self) -> dict[str, tuple[str, ...]]:
        """Every field is undone alone."""
        return {}

    def lock(self, actor: Actor, ids: Iterable[int]) -> dict[int, R]:
        """Those on records the actor may change, in the bin or not, locked in the order of their ids."""
        rows = self.model._default_manager.filter(self._reached(actor, "write"), pk__in=list(ids))
        return {row.pk: row for row in rows.order_by("pk").select_for_update(of=("self",))}

    def restore_fields(self, actor: Actor, record: R, values: dict[str, Any]) -> None:
        """Give fields their former values."""
        self.demand_changeable(record)
        recording().update(record, values)

    def remove(self, actor: Actor, record: R) -> None:
        """Undo a creation."""
        self.demand_changeable(record)
        put_into_bin(record)

    def bring_back(self, actor: Actor, record: R) -> None:
        """Undo a removal."""
        self.demand_changeable(record)
        take_out_of_bin(record)

    def depended_upon(self, record: R) -> bool:
        """Nothing stands on what hangs."""
        return False

    def visible(self, actor: Actor, ids: Iterable[int]) -> set[int]:
        """Those on records the actor may see."""
        rows = self.model._default_manager.filter(self._reached(actor, "read"), pk__in=list(ids))
        return set(rows.values_list("pk", flat=True))

    def _reached(self, actor: Actor, verb: str) -> Any:
        return scope(actor, self.above, verb, owner=f"{self.by}__owner_id", record=f"{self.by}_id")
