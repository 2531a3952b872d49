"""Commands on accounts and contacts."""

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any, TypeVar

from opportune.customers import values
from opportune.customers.models import Account, AnyCustomer, Contact, Customer
from opportune.customers.queries import is_depended_upon
from opportune.customers.surroundings import faults, taken_external_ids
from opportune.identity.actor import Actor
from opportune.identity.visibility import obtain
from opportune.kernel import clock
from opportune.kernel.errors import Invalid, NotPermitted, Refused
from opportune.kernel.records import RecordRef
from opportune.kernel.sentences import Sentence, sentence
from opportune.ledger.merging import check_version
from opportune.ledger.models import Change
from opportune.ledger.recording import action, recording

Fields = Mapping[str, Any]
Outcome = TypeVar("Outcome")


def create_account(actor: Actor, fields: Fields) -> Account:
    """Add an account; its owner is the actor unless `owner_id` says who. Raises NotPermitted, Invalid."""
    return _single(create_accounts(actor, [fields]))


def create_contact(actor: Actor, fields: Fields) -> Contact:
    """Add a contact; its owner is the actor unless `owner_id` says who. Raises NotPermitted, Invalid."""
    return _single(create_contacts(actor, [fields]))


@action("create_account")
def create_accounts(
    actor: Actor, rows: Sequence[Fields], *, inactive_owners: bool = False
) -> list[Account | Invalid]:
    """Add many accounts: for each row its account, or what is wrong with it. Raises NotPermitted.

    `inactive_owners` lets records keep an owner who has left, as imports of the past need it.
    """
    return _create(actor, Account, rows, values.ACCOUNT, inactive_owners)


@action("create_contact")
def create_contacts(
    actor: Actor, rows: Sequence[Fields], *, inactive_owners: bool = False
) -> list[Contact | Invalid]:
    """Add many contacts: for each row its contact, or what is wrong with it. Raises NotPermitted."""
    return _create(actor, Contact, rows, values.CONTACT, inactive_owners)


@action("edit_account")
def edit_account(actor: Actor, account_id: int, changes: Fields, *, version: int | None = None) -> Account:
    """Change fields of an account. `version` is the one the caller looked at.

    Raises NotFound, NotPermitted, Invalid, or Conflict if someone changed the same since that version.
    """
    account = obtain(Account.objects.live(), actor, "account", account_id, "write")
    _edit(actor, account, values.checked(changes, values.ACCOUNT), version)
    return account


@action("edit_contact")
def edit_contact(actor: Actor, contact_id: int, changes: Fields, *, version: int | None = None) -> Contact:
    """Change fields of a contact. `version` is the one the caller looked at.

    Raises NotFound, NotPermitted, Invalid, or Conflict if someone changed the same since that version.
    """
    contact = obtain(Contact.objects.live(), actor, "contact", contact_id, "write")
    _edit(actor, contact, values.checked(changes, values.CONTACT), version)
    return contact


@action("restore_fields")
def restore_fields(actor: Actor, customer: Customer, former: Fields) -> None:
    """Give a locked account or contact former values back. Raises NotPermitted, Invalid."""
    _write(actor, customer, dict(former), restoring=True)


@action("remove_customer")
def remove_customer(actor: Actor, customer: Customer) -> None:
    """Put a locked account or contact into the bin. Refused while another record stands on it."""
    if customer.deleted_at is not None:
        return
    if is_depended_upon(customer):
        raise Refused(
            "depended_upon",
            sentence("{name} cannot be removed: other records belong to it.", name=customer.full_name),
        )
    recording().update(customer, {"deleted_at": clock.now()}, operation=Change.Operation.BIN)


@action("bring_back_customer")
def bring_back_customer(actor: Actor, customer: Customer) -> None:
    """Take a locked account or contact out of the bin. Refused if its external id was given away since."""
    if customer.deleted_at is None:
        return
    if taken_external_ids(type(customer), [customer.external_id]):
        raise Refused(
            "external_id_taken",
            sentence(
                "{name} cannot come back: another record has its external id “{id}” now.",
                name=customer.full_name,
                id=customer.external_id,
            ),
        )
    recording().update(customer, {"deleted_at": None}, operation=Change.Operation.RESTORE)


@action("mark_as_customer")
def mark_as_customer(actor: Actor, ref: RecordRef, *, since: date) -> None:
    """Note since when a customer has bought, if it has not bought before (domain.md §5).

    For a contact of an account it is the account that buys. The command that found this out has checked the
    actor's right to it.
    """
    customer: Customer
    if ref.kind == "account":
        customer = Account.objects.select_for_update().get(pk=ref.id)
    else:
        contact = Contact.objects.select_for_update().get(pk=ref.id)
        customer = contact
        if contact.account_id is not None:
            customer = Account.objects.select_for_update().get(pk=contact.account_id)
    if customer.customer_since is None:
        recording().update(customer, {"customer_since": since})


def _single(outcomes: list[Outcome | Invalid]) -> Outcome:
    if isinstance(outcomes[0], Invalid):
        raise outcomes[0]
    return outcomes[0]


def _create(
    actor: Actor,
    model: type[AnyCustomer],
    rows: Sequence[Fields],
    checks: Mapping[str, values.Check],
    inactive_owners: bool,
) -> list[AnyCustomer | Invalid]:
    actor.demand(model.kind, "create")
    drafts = [_draft(actor, model, row, checks) for row in rows]
    sound = [draft for draft in drafts if not isinstance(draft, Invalid)]
    if any(draft["owner_id"] != actor.person_id for draft in sound):
        actor.demand(model.kind, "assign")
    wrong = iter(faults(actor, model, sound, inactive_owners=inactive_owners))
    outcomes = [draft if isinstance(draft, Invalid) else _made(model, draft, next(wrong)) for draft in drafts]
    recording().create_many([made for made in outcomes if not isinstance(made, Invalid)])
    return outcomes


def _draft(
    actor: Actor, model: type[AnyCustomer], row: Fields, checks: Mapping[str, values.Check]
) -> dict[str, Any] | Invalid:
    try:
        kept = values.checked({model.required: "", **row}, checks)
    except Invalid as invalid:
        return invalid
    return {**kept, "owner_id": kept.get("owner_id") or actor.person_id}


def _made(
    model: type[AnyCustomer], draft: dict[str, Any], wrong: dict[str, Sentence]
) -> AnyCustomer | Invalid:
    return Invalid(wrong) if wrong else model(created_at=clock.now(), **draft)


def _edit(actor: Actor, customer: Customer, kept: dict[str, Any], version: int | None) -> None:
    differing = {name: value for name, value in kept.items() if getattr(customer, name) != value}
    if differing:
        check_version(customer, version, differing)
        _write(actor, customer, differing)


def _write(actor: Actor, customer: Customer, changes: dict[str, Any], *, restoring: bool = False) -> None:
    model = type(customer)
    assignable = model.objects.reached_by(actor, "assign").filter(pk=customer.pk)
    if "owner_id" in changes and not assignable.exists():
        raise NotPermitted(sentence("You do not have the right to give this record to someone else."))
    [wrong] = faults(actor, model, [changes], of=customer, inactive_owners=restoring, whatever_seen=restoring)
    if wrong:
        raise Invalid(wrong)
    recording().update(customer, changes)
