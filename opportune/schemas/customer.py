"""What accounts and contacts have in common: what deleting them does, the bin, and their history."""

from collections.abc import Iterable
from datetime import datetime

from opportune.customers.queries import HIDDEN, Binned, Deletion, customer_history
from opportune.identity.actor import Actor
from opportune.kernel.records import RecordRef
from opportune.opportunities.queries import customer_changes
from opportune.schemas.change_set import ChangeShown
from opportune.schemas.language import spoken
from opportune.schemas.shapes import Shown


class DealNamed(Shown):
    """An opportunity by its number and subject."""

    id: int
    number: str
    subject: str


class DeletionShown(Shown):
    """What deleting would do: the opportunities that go along, the records that stay without it.

    `code` and `refusal` say why it is refused now, nothing if it is not. `opportunities_naming` are the open ones
    of other customers that name the contact.
    """

    name: str
    open_opportunities: list[DealNamed]
    closed_opportunities: int
    opportunities_naming: int
    contacts: int
    accounts: int
    code: str
    refusal: str


class BinnedShown(Shown):
    """An account or contact in the bin."""

    id: int
    name: str
    deleted_at: datetime


class BinShown(Shown):
    """The accounts or contacts in the bin that the reader may bring back, the latest first."""

    items: list[BinnedShown]


class CustomerChangeShown(Shown):
    """An opportunity that got this customer (`came`) or lost it; `other_*` is the customer before or after.

    `other_id` is null for a customer that the reader may not see.
    """

    opportunity_id: int
    subject: str
    at: datetime
    by: str
    change_set_id: int
    came: bool
    other_kind: str
    other_id: int | None
    other_name: str


class CustomerHistory(Shown):
    """What was changed on an account or contact, and the opportunities that came and went; the newest first."""

    items: list[ChangeShown]
    opportunities: list[CustomerChangeShown]


def deletion_shown(found: Deletion, language: str) -> DeletionShown:
    """What deleting would do, in a reader's language."""
    return DeletionShown(
        name=found.name,
        open_opportunities=[DealNamed.model_validate(deal) for deal in found.deals.open],
        closed_opportunities=found.deals.closed,
        opportunities_naming=found.deals.named,
        contacts=found.contacts,
        accounts=found.accounts,
        code=found.refusal.code if found.refusal else "",
        refusal=spoken(found.refusal.message, language) if found.refusal else "",
    )


def bin_shown(found: Iterable[Binned]) -> BinShown:
    """What is in the bin."""
    return BinShown(items=[BinnedShown.model_validate(row) for row in found])


def history_shown(actor: Actor, ref: RecordRef, language: str) -> CustomerHistory:
    """The history of an account or contact, in a reader's language. Raises NotFound."""
    changes = customer_history(actor, ref)
    moved = [
        CustomerChangeShown(
            opportunity_id=row.opportunity_id,
            subject=row.subject,
            at=row.at,
            by=row.by,
            change_set_id=row.change_set_id,
            came=row.came,
            other_kind=row.other.kind if row.other else "",
            other_id=row.other.id if row.other else None,
            other_name=row.other_name if row.other else spoken(HIDDEN, language),
        )
        for row in customer_changes(actor, ref)
    ]
    return CustomerHistory(
        items=[ChangeShown.model_validate(change) for change in changes],
        opportunities=moved,
    )
