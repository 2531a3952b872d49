"""Accounts: organisations we sell to."""

from datetime import date, datetime

from opportune.schemas.shapes import Day, Exact, Given, Id, Number, Shown, Text, Verbs, Whole


class AccountListed(Shown):
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


class AccountPage(Shown):
    """A page of accounts."""

    items: list[AccountListed]
    next: str | None


class AccountShown(AccountListed):
    """All of an account, and the verbs the reader may use on it."""

    version: int
    parent_id: int | None
    parent_name: str | None
    street: str
    postal_code: str
    employees: int | None
    annual_revenue: Exact | None
    description: str
    external_id: str
    may: Verbs


class AccountFields(Given):
    """What may be written on an account; none empties a field."""

    parent_id: Id | None = None
    owner_id: Id | None = None
    website: Text | None = None
    industry: Text | None = None
    employees: Whole | None = None
    annual_revenue: Number | None = None
    phone: Text | None = None
    email: Text | None = None
    street: Text | None = None
    postal_code: Text | None = None
    city: Text | None = None
    country: Text | None = None
    description: Text | None = None
    customer_since: Day | None = None
    external_id: Text | None = None


class AccountGiven(AccountFields):
    """An account to add; its owner is who adds it unless said otherwise."""

    name: Text


class AccountChanges(AccountFields):
    """Fields of an account to change; what is left out stays. `version` is the one that was looked at."""

    name: Text | None = None
    version: Id | None = None
