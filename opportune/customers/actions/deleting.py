"""Deleting accounts and contacts, with what goes along, and bringing them back (domain.md §2, E-35)."""

from typing import Any

from django.db.models import QuerySet

from opportune.customers.actions.writing import bring_back_customer
from opportune.customers.events import CustomerRemoved
from opportune.customers.models import Account, Contact, Customer
from opportune.customers.queries.standing import KINDS, deals_of, segments_with, why_not_deletable
from opportune.identity.actor import Actor
from opportune.identity.visibility import obtain
from opportune.kernel import clock
from opportune.kernel.errors import NotFound, NotPermitted, Refused
from opportune.kernel.records import RecordRef
from opportune.kernel.registries import react
from opportune.kernel.sentences import sentence
from opportune.ledger.merging import check_version
from opportune.ledger.models import Change
from opportune.ledger.recording import action, recording
from opportune.ledger.undo import origin_of, undo
from opportune.process.holding import hold_processes

DELETING = ("delete_account", "delete_contact")


@action("delete_account")
def delete_account(actor: Actor, account_id: int, *, version: int | None = None) -> Account:
    """Put an account into the bin with its deals; its contacts and the accounts below it stay, on their own.

    Raises NotFound, NotPermitted, Conflict, or Refused (E-35): `on_segments`, or `open_deals` unless deleting
    open deals is allowed.
    """
    hold_processes()  # before the account is locked, as its deals are afterwards (decision 33)
    account = obtain(Account, actor, account_id, "delete")
    _delete(actor, account, version)
    return account


@action("delete_contact")
def delete_contact(actor: Actor, contact_id: int, *, version: int | None = None) -> Contact:
    """Put a contact into the bin with its deals; open deals that only name it name nobody any more.

    Raises NotFound, NotPermitted, Conflict, or Refused (E-35): `on_segments`, or `open_deals` unless deleting
    open deals is allowed.
    """
    hold_processes()
    contact = obtain(Contact, actor, contact_id, "delete")
    _delete(actor, contact, version)
    return contact


def restore_account(actor: Actor, account_id: int) -> None:
    """Take an account out of the bin with what fell with it. Raises NotFound, NotPermitted, Refused `not_in_bin`."""
    _restore(actor, RecordRef("account", account_id))


def restore_contact(actor: Actor, contact_id: int) -> None:
    """Take a contact out of the bin with what fell with it. Raises NotFound, NotPermitted, Refused `not_in_bin`."""
    _restore(actor, RecordRef("contact", contact_id))


def _delete(actor: Actor, customer: Customer, version: int | None) -> None:
    check_version(customer, version, customer.recorded_fields())
    deals, segments = deals_of(actor, customer.ref), segments_with(actor, customer.ref)
    refusal = why_not_deletable(customer.full_name, deals, segments)
    if refusal is not None:
        raise refusal
    react(actor, CustomerRemoved(customer.ref))
    if isinstance(customer, Account):
        _let_go(Contact.objects.live(), "account_id", customer)
        _let_go(Account.objects.live(), "parent_id", customer)
    recording().update(customer, {"deleted_at": clock.now()}, operation=Change.Operation.BIN)


def _let_go(rows: QuerySet[Any], column: str, account: Account) -> None:
    """Take records off the account, whoever may change them."""
    for record in rows.filter(**{column: account.pk}).order_by("pk").select_for_update(of=("self",)):
        recording().consequences.add(record.ref)
        recording().update(record, {column: None})


def _restore(actor: Actor, ref: RecordRef) -> None:
    rows: QuerySet[Any] = KINDS[ref.kind].objects.reached_by(actor, "read").filter(pk=ref.id)
    customer = rows.first()
    if customer is None:
        raise NotFound(ref.kind)
    if not rows.reached_by(actor, "delete").exists():  # type: ignore[attr-defined]  # a queryset of customers
        raise NotPermitted(kind=ref.kind, verb="delete")
    if customer.deleted_at is None:
        raise Refused("not_in_bin", sentence("{name} is not in the bin.", name=customer.full_name))
    gone = Change.objects.filter(kind=ref.kind, record_id=ref.id, operation=Change.Operation.BIN)
    deleted = gone.select_related("change_set").latest("version").change_set
    if origin_of(deleted).verb in DELETING:  # or the redo of it
        undo(actor, deleted.pk)
    else:
        _bring_back_alone(actor, ref)


@action("restore_customer")
def _bring_back_alone(actor: Actor, ref: RecordRef) -> None:
    """What an undone creation or import put into the bin comes back by itself."""
    rows: QuerySet[Any] = KINDS[ref.kind].objects.select_for_update(of=("self",))
    bring_back_customer(actor, rows.get(pk=ref.id))
