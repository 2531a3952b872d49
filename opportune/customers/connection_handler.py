"""What the ledger and the doors may do with a connection of which they know the reference only."""

from collections.abc import Iterable
from typing import Any

from opportune.customers import actions
from opportune.customers.models import Connection
from opportune.customers.queries.reaching import reached
from opportune.identity.actor import Actor
from opportune.kernel.records import RecordRef
from opportune.kernel.registries import handlers


class ConnectionHandler:
    """The handler of the kind `connection`. Who may change the first record may undo what was done to it."""

    def facets(self) -> dict[str, tuple[str, ...]]:
        """A category and its role are undone together."""
        return {side: (f"{side}_category", f"{side}_role") for side in ("first", "second")}

    def lock(self, actor: Actor, ids: Iterable[int]) -> dict[int, Connection]:
        """The connections, in the bin or not, made from records that the actor may change."""
        found = self.lock_consequences(ids)
        firsts: dict[str, set[int]] = {}
        for connection in found.values():
            firsts.setdefault(connection.first_kind, set()).add(connection.first_id)
        changeable = {
            RecordRef(kind, record_id)
            for kind, record_ids in sorted(firsts.items())
            for record_id in handlers[kind].lock(actor, record_ids)
        }
        return {pk: connection for pk, connection in found.items() if connection.first in changeable}

    def lock_consequences(self, ids: Iterable[int]) -> dict[int, Connection]:
        """The stakeholders that were only named on a deal, locked, whoever may change the deal."""
        rows = Connection.objects.filter(pk__in=list(ids)).order_by("pk").select_for_update(of=("self",))
        return {row.pk: row for row in rows}

    def restore_fields(self, actor: Actor, record: Connection, values: dict[str, Any]) -> None:
        """Give fields their former values."""
        actions.restore_connection(actor, record, values)

    def remove(self, actor: Actor, record: Connection) -> None:
        """Undo a connecting."""
        actions.remove_connection(actor, record)

    def bring_back(self, actor: Actor, record: Connection) -> None:
        """Undo a disconnecting."""
        actions.bring_back_connection(actor, record)

    def depended_upon(self, record: Connection) -> bool:
        """Nothing stands on a connection."""
        return False

    def visible(self, actor: Actor, ids: Iterable[int]) -> set[int]:
        """Those of the ids whose both records the actor may see."""
        rows = list(Connection.objects.filter(pk__in=list(ids)))
        seen = reached(actor, {end for row in rows for end in (row.first, row.second)}, "read")
        return {row.pk for row in rows if row.first in seen and row.second in seen}
