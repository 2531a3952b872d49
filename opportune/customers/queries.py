"""Reading accounts and contacts: whole screens as plain rows, and whom a picker offers."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, fields
from datetime import date, datetime
from decimal import Decimal
from typing import Any, NamedTuple, TypeVar

from django.db.models import Case, Exists, F, OuterRef, Q, QuerySet, Value, When

from opportune.customers.filters import AccountFilter, ContactFilter, CustomerFilter
from opportune.customers.models import Account, AnyCustomer, Contact, Customer, CustomerQuerySet
from opportune.identity.actor import Actor
from opportune.kernel.errors import NotFound
from opportune.kernel.paging import Page
from opportune.kernel.records import RecordRef
from opportune.kernel.registries import facts
from opportune.kernel.text import fold, storable
from opportune.reference.queries import marked_with
from opportune.storage.keyset import instant, read_page

R = TypeVar("R")


@dataclass(frozen=True, slots=True)
class AccountRow:
    """An account in a list."""

    id: int
    name: str
    city: str
    country: str
    industry: str
    phone: str
    email: str
    website: str
    owner_id: int
    owner_name: str
    customer_since: date | None
    created_at: datetime


@dataclass(frozen=True, slots=True)
class ContactRow:
    """A contact in a list. The account's name is shown even if `account_visible` says it cannot be opened."""

    id: int
    first_name: str
    last_name: str
    job_title: str
    account_id: int | None
    account_name: str | None
    account_visible: bool
    city: str
    country: str
    phone: str
    mobile: str
    email: str
    owner_id: int
    owner_name: str
    customer_since: date | None
    created_at: datetime

    @property
    def name(self) -> str:
        return f"{self.first_name} {self.last_name}".strip()


@dataclass(frozen=True, slots=True, kw_only=True)
class AccountRecord(AccountRow):
    """All of an account, and the verbs the actor may use on it (`write`, `delete`, `assign`, `share`)."""

    version: int
    parent_id: int | None
    parent_name: str | None
    parent_visible: bool
    street: str
    postal_code: str
    employees: int | None
    annual_revenue: Decimal | None
    description: str
    external_id: str
    may: frozenset[str]


@dataclass(frozen=True, slots=True, kw_only=True)
class ContactRecord(ContactRow):
    """All of a contact, and the verbs the actor may use on it (`write`, `delete`, `assign`, `share`)."""

    version: int
    street: str
    postal_code: str
    description: str
    external_id: str
    may: frozenset[str]


@dataclass(frozen=True, slots=True)
class CustomerChoice:
    """What a picker offers: an account with its city, a contact with the name of the account."""

    ref: RecordRef
    name: str
    subtitle: str


class _Order(NamedTuple):
    column: str
    read: Callable[[str], Any] = str
    may_be_empty: bool = False


_ORDERS = {
    "name": _Order("sort_key"),
    "city": _Order("city_key", may_be_empty=True),
    "created": _Order("created_at", instant),
}
_CHANGING = ("write", "delete", "assign", "share")


def accounts(
    actor: Actor, wanted: AccountFilter, *, after: str | None = None, limit: int = 50
) -> Page[AccountRow]:
    """A page of the accounts the actor may see. Raises Invalid for a bad cursor."""
    return _page(
        _matching(Account.objects.visible_to(actor), wanted), AccountRow, actor, wanted, after, limit
    )


def contacts(
    actor: Actor, wanted: ContactFilter, *, after: str | None = None, limit: int = 50
) -> Page[ContactRow]:
    """A page of the contacts the actor may see. Raises Invalid for a bad cursor."""
    return _page(
        _matching(Contact.objects.visible_to(actor), wanted), ContactRow, actor, wanted, after, limit
    )


def count_accounts(actor: Actor, wanted: AccountFilter) -> int:
    """How many accounts the list has in all."""
    return _matching(Account.objects.visible_to(actor), wanted).count()


def count_contacts(actor: Actor, wanted: ContactFilter) -> int:
    """How many contacts the list has in all."""
    return _matching(Contact.objects.visible_to(actor), wanted).count()


def account_record(actor: Actor, account_id: int) -> AccountRecord:
    """One account with everything on it. Raises NotFound."""
    return _record(Account.objects.visible_to(actor), AccountRecord, actor, account_id)


def contact_record(actor: Actor, contact_id: int) -> ContactRecord:
    """One contact with everything on it. Raises NotFound."""
    return _record(Contact.objects.visible_to(actor), ContactRecord, actor, contact_id)


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
            visible: QuerySet[Any] = model.objects.visible_to(actor).filter(pk__in=ids)
            seen |= {RecordRef(model.kind, pk) for pk in visible.values_list("id", flat=True)}
    return seen


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


def is_depended_upon(customer: Customer) -> bool:
    """Whether records that are not in the bin belong to it: contacts, accounts below it, opportunities."""
    if isinstance(customer, Account) and (
        Account.objects.live().filter(parent_id=customer.pk).exists()
        or Contact.objects.live().filter(account_id=customer.pk).exists()
    ):
        return True
    has_opportunities = facts.get("customer_has_opportunities")
    return has_opportunities is not None and bool(has_opportunities(customer.ref))


def _matching(rows: CustomerQuerySet[AnyCustomer], wanted: CustomerFilter) -> CustomerQuerySet[AnyCustomer]:
    if wanted.owner_ids:
        rows = rows.filter(owner_id__in=wanted.owner_ids)
    if wanted.account_id is not None:
        rows = rows.filter(**{rows.model.above: wanted.account_id})
    if wanted.category:
        rows = rows.filter(pk__in=marked_with(wanted.category, rows.model.kind))
    for word in fold(wanted.text).split():
        rows = rows.filter(Q(sort_key__contains=word) | Q(city_key__contains=word) | Q(email__icontains=word))
    return rows


def _columns(
    rows: CustomerQuerySet[AnyCustomer], row: Callable[..., R], actor: Actor, *more: str
) -> QuerySet[Any, Any]:
    """The rows as dicts of the columns that the fields of a row class ask for."""
    visible_above = Account.objects.visible_to(actor).filter(pk=OuterRef(rows.model.above))
    reached = {
        "owner_name": F("owner__name"),
        "account_name": F("account__name"),
        "parent_name": F("parent__name"),
        "account_visible": Exists(visible_above),
        "parent_visible": Exists(visible_above),
    }
    asked = [field.name for field in fields(row) if field.name != "may"]  # type: ignore[arg-type]
    plain = [name for name in asked if name not in reached]
    return rows.values(*{*plain, *more}, **{name: reached[name] for name in asked if name in reached})


def _page(
    rows: CustomerQuerySet[AnyCustomer],
    row: Callable[..., R],
    actor: Actor,
    wanted: CustomerFilter,
    after: str | None,
    limit: int,
) -> Page[R]:
    order = _ORDERS[wanted.sort]
    found, following = read_page(
        _columns(rows, row, actor, order.column),
        order.column,
        descending=wanted.descending,
        cursor=after,
        limit=limit,
        read=order.read,
        may_be_empty=order.may_be_empty,
    )
    names = [field.name for field in fields(row)]  # type: ignore[arg-type]
    return Page([row(**{name: one[name] for name in names}) for one in found], following)


def _record(rows: CustomerQuerySet[AnyCustomer], row: Callable[..., R], actor: Actor, record_id: int) -> R:
    found = _columns(rows, row, actor).filter(pk=record_id).first()
    if found is None:
        raise NotFound(rows.model.kind)
    one = rows.filter(pk=record_id)
    may = frozenset(verb for verb in _CHANGING if one.reached_by(actor, verb).exists())
    return row(**found, may=may)


def _by_name(rows: CustomerQuerySet[Any], text: str, limit: int) -> QuerySet[Any]:
    folded = fold(storable(text))
    for word in folded.split():
        rows = rows.filter(sort_key__contains=word)
    if not folded:
        return rows.annotate(rank=Value(0)).order_by("sort_key", "id")[:limit]
    begins = Case(When(sort_key__startswith=folded, then=Value(0)), default=Value(1))
    return rows.annotate(rank=begins).order_by("rank", "sort_key", "id")[:limit]
