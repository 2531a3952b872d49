"""Accounts: organisations we sell to."""

from datetime import date, datetime

from opportune.customers.queries import account_record
from opportune.identity.actor import Actor
from opportune.opportunities.filters import OpportunityFilter
from opportune.opportunities.queries import totals
from opportune.schemas.shapes import Exact, Given, Id, Number, Shown, Text, Verbs, Whole


class AccountListed(Shown):
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


class AccountPage(Shown):
    """A page of accounts."""

    items: list[AccountListed]
    next: str | None


class AccountShown(AccountListed):
    """All of an account, and the verbs the reader may use on it.

    `open_opportunities` counts the open ones the reader sees, its contacts’ included; `open_value` is their sum
    in base currency.
    """

    version: int
    open_opportunities: int
    open_value: Exact
    parent_id: int | None
    parent_name: str | None
    street: str
    postal_code: str
    delivery_street: str
    delivery_postal_code: str
    delivery_city: str
    delivery_country: str
    employees: int | None
    annual_revenue: Exact | None
    payment_terms: str
    contact_method: str
    do_not_call: bool
    do_not_email: bool
    do_not_write: bool
    description: str
    external_id: str
    may: Verbs


class AccountFields(Given):
    """What may be written on an account; none empties a field."""

    parent_id: Id | None = None
    owner_id: Id | None = None
    type: Text | None = None
    account_number: Text | None = None
    website: Text | None = None
    industry: Text | None = None
    employees: Whole | None = None
    annual_revenue: Number | None = None
    payment_terms: Text | None = None
    phone: Text | None = None
    email: Text | None = None
    contact_method: Text | None = None
    do_not_call: bool = False
    do_not_email: bool = False
    do_not_write: bool = False
    street: Text | None = None
    postal_code: Text | None = None
    city: Text | None = None
    country: Text | None = None
    delivery_street: Text | None = None
    delivery_postal_code: Text | None = None
    delivery_city: Text | None = None
    delivery_country: Text | None = None
    description: Text | None = None
    external_id: Text | None = None


class AccountGiven(AccountFields):
    """An account to add; its owner is who adds it unless said otherwise.

    `confirm_duplicates` adds it although others seem to be the same.
    """

    name: Text
    confirm_duplicates: bool = False


class AccountChanges(AccountFields):
    """Fields of an account to change; what is left out stays. `version` is the one that was looked at.

    `confirm_duplicates` saves them although others seem to be the same then.
    """

    name: Text | None = None
    confirm_duplicates: bool = False
    version: Id | None = None


def account_shown(actor: Actor, account_id: int) -> AccountShown:
    """All of an account, with what is open for it. Raises NotFound."""
    record = account_record(actor, account_id)
    open_ones = totals(actor, OpportunityFilter(account_id=account_id, status="open")).all
    plain = {name: getattr(record, name) for name in AccountShown.model_fields if hasattr(record, name)}
    return AccountShown(**plain, open_opportunities=open_ones.count, open_value=open_ones.value)
