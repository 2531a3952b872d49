"""Whom a picker offers, and finding accounts and contacts by what is known of them."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db.models import Case, QuerySet, Value, When

from opportune.customers.models import Account, Contact, CustomerQuerySet
from opportune.identity.actor import Actor
from opportune.kernel.records import RecordRef
from opportune.kernel.text import fold, storable
from opportune.storage.prepared import prepared

NAMESAKES = 20
LONGEST = 640


@dataclass(frozen=True, slots=True)
class CustomerChoice:
    """What a picker offers: an account with its city, a contact with the name of the account."""

    ref: RecordRef
    name: str
    subtitle: str


def find_customers(
    actor: Actor, text: str, *, kind: str | None = None, limit: int = 20
) -> Sequence[CustomerChoice]:
    """The accounts and contacts (or those of one kind) whose name has all the words: beginnings first."""
    found: list[tuple[int, str, CustomerChoice]] = []
    if kind in (None, "account"):
        rows = _by_name(Account.objects.visible_to(actor), text, limit)
        for key, rank, pk, name, city in rows.values_list("sort_key", "rank", "id", "name", "city"):
            found.append((rank, key, CustomerChoice(RecordRef("account", pk), name, city)))
    if kind in (None, "contact"):
        people = _by_name(Contact.objects.visible_to(actor), text, limit)
        columns = ("sort_key", "rank", "id", "first_name", "last_name", "account__name")
        for key, rank, pk, first, last, account in people.values_list(*columns):
            choice = CustomerChoice(RecordRef("contact", pk), f"{first} {last}".strip(), account or "")
            found.append((rank, key, choice))
    found.sort(key=lambda entry: (entry[0], entry[1], entry[2].ref))
    return [choice for _, _, choice in found[:limit]]


def customers_named(
    actor: Actor, name: str, *, kind: str | None = None, limit: int = NAMESAKES
) -> Sequence[CustomerChoice]:
    """The accounts and contacts (or those of one kind) that the actor sees and that have this name, the oldest first.

    Case and accents do not count, nor which of a person's names comes first.
    """
    folded = fold(storable(name))
    # no name is longer, and the ways to part one into two grow with its words
    if not folded or len(folded) > LONGEST:
        return []
    found: list[CustomerChoice] = []
    if kind in (None, "account"):
        rows = Account.objects.visible_to(actor).filter(sort_key=folded[:160]).order_by("id")
        for pk, named, city in rows.values_list("id", "name", "city")[:limit]:
            if fold(named) == folded:
                found.append(CustomerChoice(RecordRef("account", pk), named, city))
    if kind in (None, "contact"):
        words = folded.split()
        orders = {" ".join((*words[at:], *words[:at]))[:160] for at in range(len(words))}
        people = Contact.objects.visible_to(actor).filter(sort_key__in=orders).order_by("id")
        columns = ("id", "first_name", "last_name", "account__name")
        for pk, first, last, account in people.values_list(*columns)[:limit]:
            if folded in (fold(f"{first} {last}"), fold(f"{last} {first}")):
                choice = CustomerChoice(RecordRef("contact", pk), f"{first} {last}".strip(), account or "")
                found.append(choice)
    return found[:limit]


def customer_choices(
    actor: Actor, refs: Iterable[RecordRef], *, kind: str | None = None
) -> Sequence[CustomerChoice]:
    """Those of the customers (or those of one kind) the actor may see, as a picker offers them, in their order."""
    asked = [ref for ref in dict.fromkeys(refs) if kind in (None, ref.kind)]
    account_ids = [ref.id for ref in asked if ref.kind == "account"]
    contact_ids = [ref.id for ref in asked if ref.kind == "contact"]
    found: dict[RecordRef, CustomerChoice] = {}
    if account_ids:
        rows = Account.objects.visible_to(actor).filter(pk__in=account_ids).values_list("id", "name", "city")
        for pk, name, city in rows:
            found[RecordRef("account", pk)] = CustomerChoice(RecordRef("account", pk), name, city)
    if contact_ids:
        people = Contact.objects.visible_to(actor).filter(pk__in=contact_ids)
        columns = ("id", "first_name", "last_name", "account__name")
        for pk, first, last, account in people.values_list(*columns):
            ref = RecordRef("contact", pk)
            found[ref] = CustomerChoice(ref, f"{first} {last}".strip(), account or "")
    return [found[ref] for ref in asked if ref in found]


def newest_customers(actor: Actor, *, kind: str | None = None, limit: int = 10) -> Sequence[RecordRef]:
    """The accounts and contacts of the actor's own that were added last, the newest first."""
    found: list[tuple[datetime, RecordRef]] = []
    for model in (Account, Contact):
        if kind in (None, model.kind):
            own: QuerySet[Any] = model.objects.visible_to(actor).filter(owner_id=actor.person_id)
            newest = own.order_by("-created_at", "-id").values_list("created_at", "id")[:limit]
            found += [(at, RecordRef(model.kind, pk)) for at, pk in newest]
    return [ref for _, ref in sorted(found, reverse=True)[:limit]]


def customer_names(refs: Iterable[RecordRef]) -> dict[RecordRef, str]:
    """The names of customers, seen or not: who sees a deal sees its customer's name (domain.md §7)."""
    asked = set(refs)
    account_ids = [ref.id for ref in asked if ref.kind == "account"]
    contact_ids = [ref.id for ref in asked if ref.kind == "contact"]
    named = {}
    if account_ids:
        for pk, name in Account.objects.filter(pk__in=account_ids).values_list("id", "name"):
            named[RecordRef("account", pk)] = name
    if contact_ids:
        people = Contact.objects.filter(pk__in=contact_ids).values_list("id", "first_name", "last_name")
        for pk, first, last in people:
            named[RecordRef("contact", pk)] = f"{first} {last}".strip()
    return named


def visible_customers(actor: Actor, refs: Iterable[RecordRef]) -> set[RecordRef]:
    """Those of the references that are accounts or contacts the actor may see, and so may sell to."""
    asked = set(refs)
    seen = set()
    for model in (Account, Contact):
        ids = [ref.id for ref in asked if ref.kind == model.kind]
        if ids:
            seen |= {RecordRef(model.kind, pk) for pk in _visible(sorted(ids), model=model, actor=actor)}
    return seen


@prepared
def _visible(ids: Sequence[int], *, model: type[Account] | type[Contact], actor: Actor) -> QuerySet[Any, int]:
    visible: QuerySet[Any] = model.objects.visible_to(actor).filter(pk__in=ids)
    return visible.values_list("id", flat=True)


def accounts_by_name(actor: Actor, names: Iterable[str]) -> dict[str, int]:
    """The oldest visible account of each name, without regard to case and accents; by the name as given."""
    asked = {name: fold(name)[:160] for name in names}
    rows = Account.objects.visible_to(actor).filter(sort_key__in=set(asked.values())).order_by("-id")
    ids = dict(rows.values_list("sort_key", "id"))
    return {name: ids[key] for name, key in asked.items() if key in ids}


def ids_by_external_id(actor: Actor, kind: str, external_ids: Iterable[str]) -> dict[str, int]:
    """The visible accounts or contacts that have these external ids."""
    model: type[Account] | type[Contact] = Account if kind == "account" else Contact
    asked = {external_id for external_id in external_ids if external_id}
    rows: QuerySet[Any] = model.objects.visible_to(actor).filter(external_id__in=asked)
    return dict(rows.values_list("external_id", "id"))


def _by_name(rows: CustomerQuerySet[Any], text: str, limit: int) -> QuerySet[Any]:
    folded = fold(storable(text))
    for word in folded.split():
        rows = rows.filter(sort_key__contains=word)
    if not folded:
        return rows.annotate(rank=Value(0)).order_by("sort_key", "id")[:limit]
    begins = Case(When(sort_key__startswith=folded, then=Value(0)), default=Value(1))
    return rows.annotate(rank=begins).order_by("rank", "sort_key", "id")[:limit]
