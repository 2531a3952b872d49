"""Contacts: people we sell to."""

from datetime import date, datetime

from opportune.customers.queries import contact_record
from opportune.identity.actor import Actor
from opportune.opportunities.filters import OpportunityFilter
from opportune.opportunities.queries import totals
from opportune.schemas.shapes import Exact, Given, Id, Shown, Text, Verbs


class ContactListed(Shown):
    """A contact in a list. The account's name is there even if `account_visible` says it cannot be opened."""

    id: int
    name: str
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


class ContactPage(Shown):
    """A page of contacts."""

    items: list[ContactListed]
    next: str | None


class ContactShown(ContactListed):
    """All of a contact, and the verbs the reader may use on it.

    `open_opportunities` counts the open ones the reader sees; `open_value` is their sum in base currency.
    """

    version: int
    open_opportunities: int
    open_value: Exact
    street: str
    postal_code: str
    contact_method: str
    do_not_call: bool
    do_not_email: bool
    do_not_write: bool
    description: str
    external_id: str
    may: Verbs


class ContactFields(Given):
    """What may be written on a contact; none empties a field."""

    first_name: Text | None = None
    type: Text | None = None
    job_title: Text | None = None
    account_id: Id | None = None
    owner_id: Id | None = None
    phone: Text | None = None
    mobile: Text | None = None
    email: Text | None = None
    contact_method: Text | None = None
    do_not_call: bool = False
    do_not_email: bool = False
    do_not_write: bool = False
    street: Text | None = None
    postal_code: Text | None = None
    city: Text | None = None
    country: Text | None = None
    description: Text | None = None
    external_id: Text | None = None


class ContactGiven(ContactFields):
    """A contact to add; its owner is who adds it unless said otherwise.

    `confirm_duplicates` adds it although others seem to be the same.
    """

    last_name: Text
    confirm_duplicates: bool = False


class ContactChanges(ContactFields):
    """Fields of a contact to change; what is left out stays. `version` is the one that was looked at.

    `confirm_duplicates` saves them although others seem to be the same then.
    """

    last_name: Text | None = None
    confirm_duplicates: bool = False
    version: Id | None = None


def contact_shown(actor: Actor, contact_id: int) -> ContactShown:
    """All of a contact, with what is open for it. Raises NotFound."""
    record = contact_record(actor, contact_id)
    open_ones = totals(actor, OpportunityFilter(contact_id=contact_id, status="open")).all
    plain = {name: getattr(record, name) for name in ContactShown.model_fields if hasattr(record, name)}
    return ContactShown(**plain, open_opportunities=open_ones.count, open_value=open_ones.value)
