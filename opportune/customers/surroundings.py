"""What must hold around an account or contact that is written: owner, account above, lists, external id."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from django.db.models import QuerySet

from opportune.customers.models import Account, AnyCustomer, Contact, Customer
from opportune.identity.actor import Actor
from opportune.identity.models import User
from opportune.kernel.records import RecordRef
from opportune.kernel.sentences import Sentence, sentence
from opportune.kernel.text import fold
from opportune.reference.queries import Choice, choices_of

LISTS: Mapping[str, Mapping[str, str]] = {
    "account": {"type": "account_type", "payment_terms": "payment_terms", "contact_method": "contact_method"},
    "contact": {"type": "contact_type", "contact_method": "contact_method"},
}
INDUSTRY = "industry"
"""The one list that is an offer only: another text is kept as it was typed."""
Rows = Sequence[Mapping[str, Any]]


def faults(
    actor: Actor,
    model: type[AnyCustomer],
    rows: Rows,
    *,
    of: Customer | None = None,
    inactive_owners: bool = False,
    whatever_seen: bool = False,
) -> list[dict[str, Sentence]]:
    """For each row of fields about to be written, what is wrong with it by field; empty if nothing is.

    `of` is the record the one row changes; none for new ones. `whatever_seen` admits an account above that
    the actor cannot see, as an undo may restore. The number of queries does not depend on the rows.
    """
    wrong: list[dict[str, Sentence]] = [{} for _ in rows]
    _check_owners(rows, wrong, inactive_owners)
    _check_above(actor, model, rows, wrong, whatever_seen)
    if not whatever_seen:
        _check_choices(LISTS[model.kind], rows, wrong)
    _check_external_ids(model, rows, wrong)
    if isinstance(of, Account) and not wrong[0]:
        _check_no_circle(of, rows[0].get("parent_id"), wrong[0])
    return wrong


def by_code(rows: Iterable[dict[str, Any]]) -> None:
    """Write industries by the codes of their list, where what was typed is the name of one in any language."""
    typed = [row for row in rows if row.get(INDUSTRY)]
    if not typed:
        return
    offered = choices_of([INDUSTRY])[INDUSTRY]
    codes = {fold(name): choice.code for choice in reversed(offered) for name in _names(choice)}
    for row in typed:
        row[INDUSTRY] = codes.get(fold(row[INDUSTRY]), row[INDUSTRY])


def _names(choice: Choice) -> tuple[str, ...]:
    return choice.name_fr, choice.name_en, choice.code


def _check_choices(lists: Mapping[str, str], rows: Rows, wrong: list[dict[str, Sentence]]) -> None:
    asked = {key for name, key in lists.items() if any(row.get(name) for row in rows)}
    if not asked:
        return
    offered = {key: {choice.code for choice in found} for key, found in choices_of(sorted(asked)).items()}
    for row, faulty in zip(rows, wrong, strict=True):
        for name, key in lists.items():
            if row.get(name) and row[name] not in offered[key]:
                faulty[name] = sentence("“{value}” is not in this list.", value=row[name])


def taken_external_ids(model: type[AnyCustomer], ids: Iterable[str]) -> set[str]:
    """Those of the external ids that a record has which is not in the bin."""
    asked = [external_id for external_id in ids if external_id]
    if not asked:
        return set()
    return set(model.objects.live().filter(external_id__in=asked).values_list("external_id", flat=True))


def held_customers(refs: Iterable[RecordRef]) -> set[RecordRef]:
    """Those of the references that are not in the bin, and will not be before the running command ends.

    They are locked, so that none is thrown away while something is being sold to it.
    """
    asked = set(refs)
    held = set()
    for model in (Account, Contact):
        ids = [ref.id for ref in asked if ref.kind == model.kind]
        if ids:
            live: QuerySet[Any] = model.objects.live().filter(pk__in=ids).order_by("pk")
            locked = live.select_for_update(of=("self",), no_key=True)
            held |= {RecordRef(model.kind, pk) for pk in locked.values_list("pk", flat=True)}
    return held


def _check_owners(rows: Rows, wrong: list[dict[str, Sentence]], inactive_owners: bool) -> None:
    asked = {row["owner_id"] for row in rows if row.get("owner_id")}
    people = User.objects.filter(pk__in=asked).only("name", "is_active")
    found = {user.pk: user for user in people} if asked else {}
    for row, faulty in zip(rows, wrong, strict=True):
        if "owner_id" not in row:
            continue
        owner = found.get(row["owner_id"])
        if owner is None:
            faulty["owner_id"] = sentence("Choose who is responsible.")
        elif not (owner.is_active or inactive_owners):
            faulty["owner_id"] = sentence("{name} is deactivated; choose someone else.", name=owner.name)


def _check_above(
    actor: Actor, model: type[AnyCustomer], rows: Rows, wrong: list[dict[str, Sentence]], whatever_seen: bool
) -> None:
    asked = {row[model.above] for row in rows if row.get(model.above)}
    if not asked:
        return
    accounts = Account.objects.live() if whatever_seen else Account.objects.visible_to(actor)
    # locked, so that none of them goes into the bin while something is put below it
    locked = accounts.filter(pk__in=asked).order_by("pk").select_for_update(of=("self",))
    found = set(locked.values_list("pk", flat=True))
    for row, faulty in zip(rows, wrong, strict=True):
        if row.get(model.above) and row[model.above] not in found:
            faulty[model.above] = sentence("This account does not exist, or you cannot see it.")


def _check_external_ids(model: type[AnyCustomer], rows: Rows, wrong: list[dict[str, Sentence]]) -> None:
    taken = taken_external_ids(model, (row.get("external_id", "") for row in rows))
    for row, faulty in zip(rows, wrong, strict=True):
        external_id = row.get("external_id", "")
        if external_id in taken:
            faulty["external_id"] = sentence("Another record has the external id “{id}”.", id=external_id)
        elif external_id and not faulty:
            taken.add(external_id)


def _check_no_circle(account: Account, parent_id: int | None, faulty: dict[str, Sentence]) -> None:
    """Walk up from the new parent, locking the way, so that two moves at once cannot close a circle."""
    above = parent_id
    while above is not None:
        if above == account.pk:
            faulty["parent_id"] = sentence("This account is above the chosen one already; choose another.")
            return
        above = Account.objects.select_for_update().values_list("parent_id", flat=True).get(pk=above)
