"""What the ledger and the doors may do with an account or a contact of which they know the reference only."""

from collections.abc import Iterable
from typing import Any, ClassVar, Generic

from opportune.customers import actions
from opportune.customers.models import Account, AnyCustomer, Contact
from opportune.customers.queries import is_depended_upon
from opportune.identity.actor import Actor


class CustomerHandler(Generic[AnyCustomer]):
    """An account's or a contact's `RecordHandler`. Those in the bin count: an undo may bring them back."""

    model: type[AnyCustomer]
    further_facets: ClassVar[dict[str, tuple[str, ...]]] = {}

    def facets(self) -> dict[str, tuple[str, ...]]:
        """An address only makes sense as a whole."""
        return {"address": ("street", "postal_code", "city", "country"), **self.further_facets}

    def lock(self, actor: Actor, ids: Iterable[int]) -> dict[int, AnyCustomer]:
        """The records the actor may change, locked in the order of their ids."""
        rows = self.model.objects.reached_by(actor, "read").reached_by(actor, "write")
        asked = rows.filter(pk__in=list(ids)).order_by("pk").select_for_update(of=("self",))
        return {row.pk: row for row in asked}

    def lock_consequences(self, ids: Iterable[int]) -> dict[int, AnyCustomer]:
        """The records that a won deal made customers, locked, whoever may change them."""
        asked = self.model.objects.filter(pk__in=list(ids)).order_by("pk").select_for_update(of=("self",))
        return {row.pk: row for row in asked}

    def restore_fields(self, actor: Actor, record: AnyCustomer, values: dict[str, Any]) -> None:
        """Give fields their former values."""
        actions.restore_fields(actor, record, values)

    def remove(self, actor: Actor, record: AnyCustomer) -> None:
        """Undo a creation: into the bin."""
        actions.remove_customer(actor, record)

    def bring_back(self, actor: Actor, record: AnyCustomer) -> None:
        """Undo a removal."""
        actions.bring_back_customer(actor, record)

    def depended_upon(self, record: AnyCustomer) -> bool:
        """Whether contacts, accounts or opportunities belong to it."""
        return is_depended_upon(record)

    def visible(self, actor: Actor, ids: Iterable[int]) -> set[int]:
        """Those of the ids the actor may see, in the bin or not."""
        rows = self.model.objects.reached_by(actor, "read").filter(pk__in=list(ids))
        return set(rows.values_list("pk", flat=True))


class AccountHandler(CustomerHandler[Account]):
    """The handler of the kind `account`."""

    model = Account
    further_facets: ClassVar[dict[str, tuple[str, ...]]] = {
        "delivery_address": ("delivery_street", "delivery_postal_code", "delivery_city", "delivery_country")
    }


class ContactHandler(CustomerHandler[Contact]):
    """The handler of the kind `contact`."""

    model = Contact
