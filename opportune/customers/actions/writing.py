"""Adding accounts and contacts and changing their fields; what undo asks of them."""

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any, TypeVar

from django.db.models import QuerySet

from opportune.customers import values
from opportune.customers.duplicates import demand_no_duplicates
from opportune.customers.models import Account, AnyCustomer, Contact, Customer
from opportune.customers.queries import is_depended_upon
from opportune.customers.surroundings import by_code, faults, taken_external_ids
from opportune.identity.actor import Actor
from opportune.identity.visibility import obtain
from opportune.kernel import clock
from opportune.kernel.checking import Check
from opportune.kernel.errors import Invalid, NotPermitted, Refused
from opportune.kernel.records import RecordRef
from opportune.kernel.sentences import Sentence, sentence
from opportune.ledger.merging import check_version
from opportune.ledger.models import Change
from opportune.ledger.recording import action, recording
from opportune.storage.prepared import prepared, prepared_to_lock
from opportune.storage.saving import save_many

Fields = Mapping[str, Any]
Outcome = TypeVar("Outcome")


@action("create_account")
def create_account(actor: Actor, fields: Fields, *, confirm_duplicates: bool = False) -> Account:
    """Add an account; its owner is the actor unless `owner_id` says who (D-019).

    Raises NotPermitted, Invalid, or Refused `duplicates_found` unless `confirm_duplicates`.
    """
    return _single(_create(actor, Account, [fields], values.ACCOUNT, asking=not confirm_duplicates))


@action("create_contact")
def create_contact(actor: Actor, fields: Fields, *, confirm_duplicates: bool = False) -> Contact:
    """Add a contact; its owner is the actor unless `owner_id` says who (D-019).

    Raises NotPermitted, Invalid, or Refused `duplicates_found` unless `confirm_duplicates`.
    """
    return _single(_create(actor, Contact, [fields], values.CONTACT, asking=not confirm_duplicates))


@action("create_account")
def create_accounts(
    actor: Actor, rows: Sequence[Fields], *, inactive_owners: bool = False
) -> list[Account | Invalid]:
    """Add many accounts: for each row its account, or what is wrong with it. Raises NotPermitted.

    Duplicates are not looked for: an import finds what is there by name, before it adds the rest.
    `inactive_owners` lets records keep an owner who has left, as imports of the past need it.
    """
    return _create(actor, Account, rows, values.ACCOUNT, inactive_owners=inactive_owners)


@action("create_contact")
def create_contacts(
    actor: Actor, rows: Sequence[Fields], *, inactive_owners: bool = False
) -> list[Contact | Invalid]:
    """Add many contacts: for each row its contact, or what is wrong with it. Raises NotPermitted."""
    return _create(actor, Contact, rows, values.CONTACT, inactive_owners=inactive_owners)


@action("edit_account")
def edit_account(
    actor: Actor,
    account_id: int,
    changes: Fields,
    *,
    version: int | None = None,
    confirm_duplicates: bool = False,
) -> Account:
    """Change fields of an account. `version` is the one the caller looked at (D-019).

    Raises NotFound, NotPermitted, Invalid, Conflict if someone changed the same since that version, or Refused
    `duplicates_found` if the changes make it one, unless `confirm_duplicates`.
    """
    account = obtain(Account, actor, account_id, "write")
    _edit(actor, account, changes, values.ACCOUNT, version, asking=not confirm_duplicates)
    return account


@action("edit_contact")
def edit_contact(
    actor: Actor,
    contact_id: int,
    changes: Fields,
    *,
    version: int | None = None,
    confirm_duplicates: bool = False,
) -> Contact:
    """Change fields of a contact. `version` is the one the caller looked at (D-019).

    Raises NotFound, NotPermitted, Invalid, Conflict if someone changed the same since that version, or Refused
    `duplicates_found` if the changes make it one, unless `confirm_duplicates`.
    """
    contact = obtain(Contact, actor, contact_id, "write")
    _edit(actor, contact, changes, values.CONTACT, version, asking=not confirm_duplicates)
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


@action("mark_as_customers")
def mark_as_customers(actor: Actor, bought: Mapping[RecordRef, date]) -> None:
    """Note since when customers have bought, if that is earlier than what is known (domain.md §5).

    For a contact of an account it is the account that buys. The command that found this out has checked the
    actor's right to it; it needs none on the customer, and undoing it takes this back too.
    """
    first = _by_buyer(bought)
    for model in (Account, Contact):
        ids = [ref.id for ref in first if ref.kind == model.kind]
        rows = _buyers(ids, model=model) if ids else []
        save_many([row for row in rows if _note_bought(row, first[row.ref])], ["customer_since", "version"])


@prepared_to_lock
def _buyers(ids: Sequence[int], *, model: type[Customer]) -> QuerySet[Any]:
    rows: QuerySet[Any] = model._default_manager.filter(pk__in=ids)
    return rows.order_by("pk").select_for_update(of=("self",))


def _by_buyer(bought: Mapping[RecordRef, date]) -> dict[RecordRef, date]:
    contact_ids = [ref.id for ref in bought if ref.kind == "contact"]
    accounts = dict(_employers(contact_ids)) if contact_ids else {}
    first: dict[RecordRef, date] = {}
    for ref, on in bought.items():
        above = accounts.get(ref.id) if ref.kind == "contact" else None
        buyer = ref if above is None else RecordRef("account", above)
        first[buyer] = min(on, first.get(buyer, on))
    return first


@prepared
def _employers(contact_ids: Sequence[int]) -> QuerySet[Contact, Any]:
    return Contact.objects.filter(pk__in=contact_ids, account_id__isnull=False).values_list(
        "pk", "account_id"
    )


def _note_bought(customer: Customer, on: date) -> bool:
    if customer.customer_since is not None and customer.customer_since <= on:
        return False
    recording().consequences.add(customer.ref)
    return recording().step(customer, {"customer_since": on})


def _single(outcomes: list[Outcome | Invalid]) -> Outcome:
    if isinstance(outcomes[0], Invalid):
        raise outcomes[0]
    return outcomes[0]


def _create(
    actor: Actor,
    model: type[AnyCustomer],
    rows: Sequence[Fields],
    checks: Mapping[str, Check],
    *,
    inactive_owners: bool = False,
    asking: bool = False,
) -> list[AnyCustomer | Invalid]:
    actor.demand(model.kind, "create")
    drafts = [_draft(actor, model, row, checks) for row in rows]
    sound = [draft for draft, wrong in drafts if not wrong]
    by_code(sound)
    if any(draft["owner_id"] != actor.person_id for draft in sound):
        actor.demand(model.kind, "assign")
    around = iter(faults(actor, model, sound, inactive_owners=inactive_owners))
    unsound = [draft for draft, wrong in drafts if wrong]
    more = iter(faults(actor, model, unsound, inactive_owners=inactive_owners) if unsound else ())
    outcomes = [
        Invalid({**next(more), **wrong}) if wrong else _made(model, draft, next(around))
        for draft, wrong in drafts
    ]
    made = [outcome for outcome in outcomes if not isinstance(outcome, Invalid)]
    if asking:
        for record in made:
            demand_no_duplicates(actor, record)
    recording().create_many(made)
    return outcomes


def _draft(
    actor: Actor, model: type[AnyCustomer], row: Fields, checks: Mapping[str, Check]
) -> tuple[dict[str, Any], dict[str, Sentence]]:
    kept, wrong = values.sorted_values({model.required: "", **row}, checks)
    return {**kept, "owner_id": kept.get("owner_id") or actor.person_id}, wrong


def _made(
    model: type[AnyCustomer], draft: dict[str, Any], wrong: dict[str, Sentence]
) -> AnyCustomer | Invalid:
    return Invalid(wrong) if wrong else model(created_at=clock.now(), **draft)


def _edit(
    actor: Actor,
    customer: Customer,
    changes: Fields,
    checks: Mapping[str, Check],
    version: int | None,
    *,
    asking: bool,
) -> None:
    kept, wrong = values.sorted_values(changes, checks)
    by_code([kept])
    differing = {name: value for name, value in kept.items() if getattr(customer, name) != value}
    if wrong:
        [around] = faults(actor, type(customer), [differing], of=customer)
        raise Invalid({**around, **wrong})
    if differing:
        check_version(customer, version, differing)
        _write(actor, customer, differing, asking=asking)


def _write(
    actor: Actor,
    customer: Customer,
    changes: dict[str, Any],
    *,
    restoring: bool = False,
    asking: bool = False,
) -> None:
    model = type(customer)
    assignable = model.objects.reached_by(actor, "assign").filter(pk=customer.pk)
    if "owner_id" in changes and not assignable.exists():
        raise NotPermitted(sentence("You do not have the right to give this record to someone else."))
    [wrong] = faults(actor, model, [changes], of=customer, inactive_owners=restoring, whatever_seen=restoring)
    if wrong:
        raise Invalid(wrong)
    if asking:
        demand_no_duplicates(actor, customer, changes)
    recording().update(customer, changes)
