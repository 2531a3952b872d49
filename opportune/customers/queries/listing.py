"""Accounts and contacts as lists and records show them."""

from collections.abc import Callable
from dataclasses import dataclass, fields
from datetime import date, datetime
from decimal import Decimal
from typing import Any, NamedTuple, TypeVar

from django.db.models import Exists, F, OuterRef, Q, QuerySet

from opportune.customers.filters import AccountFilter, ContactFilter, CustomerFilter
from opportune.customers.models import Account, AnyCustomer, Contact, CustomerQuerySet
from opportune.customers.models.connection import CATEGORIES
from opportune.customers.surroundings import INDUSTRY
from opportune.identity.actor import Actor
from opportune.kernel.errors import NotFound
from opportune.kernel.paging import Page
from opportune.kernel.text import fold
from opportune.reference.queries import marked_with
from opportune.storage.keyset import instant, read_page

R = TypeVar("R")
CUSTOMER_LISTS = (
    "account_type",
    "contact_type",
    "contact_method",
    "payment_terms",
    INDUSTRY,
    *(f"role_{category}" for category in CATEGORIES),
)
"""The lists of choices that accounts, contacts and connections draw on."""


@dataclass(frozen=True, slots=True)
class AccountRow:
    """An account in a list."""

    id: int
    name: str
    account_number: str
    type: str
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
    type: str
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
    delivery_street: str
    delivery_postal_code: str
    delivery_city: str
    delivery_country: str
    employees: int | None
    annual_revenue: Decimal | None
    payment_terms: str
    contact_method: str
    do_not_call: bool
    do_not_email: bool
    do_not_write: bool
    description: str
    external_id: str
    may: frozenset[str]

    @property
    def refused(self) -> tuple[str, ...]:
        """The ways of getting in touch that are not wanted."""
        return _refused(self)


@dataclass(frozen=True, slots=True, kw_only=True)
class ContactRecord(ContactRow):
    """All of a contact, and the verbs the actor may use on it (`write`, `delete`, `assign`, `share`)."""

    version: int
    street: str
    postal_code: str
    contact_method: str
    do_not_call: bool
    do_not_email: bool
    do_not_write: bool
    description: str
    external_id: str
    may: frozenset[str]

    @property
    def refused(self) -> tuple[str, ...]:
        """The ways of getting in touch that are not wanted."""
        return _refused(self)


def _refused(record: AccountRecord | ContactRecord) -> tuple[str, ...]:
    return tuple(name for name in ("do_not_call", "do_not_email", "do_not_write") if getattr(record, name))


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
