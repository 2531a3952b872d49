"""Accounts and contacts, and the opportunities of each."""

from django.http import HttpResponse
from ninja import Query, Router

from opportune.api.answers import answer, made
from opportune.api.asking import Request, filtered, version_seen, wanted
from opportune.api.opportunities import page_of
from opportune.customers import actions, queries
from opportune.customers.filters import AccountFilter, ContactFilter
from opportune.opportunities.filters import OpportunityFilter
from opportune.schemas.account import AccountChanges, AccountGiven, AccountListed, AccountPage, AccountShown
from opportune.schemas.contact import ContactChanges, ContactGiven, ContactListed, ContactPage, ContactShown
from opportune.schemas.opportunity import OpportunityPage
from opportune.schemas.page import Paging

accounts = Router(tags=["accounts"])
contacts = Router(tags=["contacts"])


@accounts.get("", response=AccountPage)
@filtered(AccountFilter)
def list_accounts(request: Request, paging: Query[Paging]) -> HttpResponse:
    """The accounts that match, by pages. `account` asks for those below one."""
    request.auth.demand("account", "read")
    asked = wanted(request, AccountFilter)
    found = queries.accounts(request.auth, asked, after=paging.after, limit=paging.limit)
    rows = [AccountListed.model_validate(row) for row in found.rows]
    return answer(AccountPage(items=rows, next=found.next))


@accounts.post("", response={201: AccountShown})
def create_account(request: Request, given: AccountGiven) -> HttpResponse:
    """Add an account."""
    account = actions.create_account(request.auth, given.given())
    return made(_account(request, account.pk), f"accounts/{account.pk}")


@accounts.get("{int:account_id}", response=AccountShown)
def show_account(request: Request, account_id: int) -> HttpResponse:
    """One account; its ETag is its version."""
    return _account(request, account_id)


@accounts.patch("{int:account_id}", response=AccountShown)
def change_account(request: Request, account_id: int, given: AccountChanges) -> HttpResponse:
    """Change fields of an account. Changes made meanwhile to other fields are kept."""
    seen = version_seen(request, given.version)
    actions.edit_account(request.auth, account_id, given.given("version"), version=seen)
    return _account(request, account_id)


@accounts.get("{int:account_id}/opportunities", response=OpportunityPage)
@filtered(OpportunityFilter)
def list_opportunities_of_account(request: Request, account_id: int, paging: Query[Paging]) -> HttpResponse:
    """An account's opportunities, its contacts' included (B-006)."""
    queries.account_record(request.auth, account_id)
    return page_of(request, paging, account=account_id)


@contacts.get("", response=ContactPage)
@filtered(ContactFilter)
def list_contacts(request: Request, paging: Query[Paging]) -> HttpResponse:
    """The contacts that match, by pages. `account` asks for those of one account."""
    request.auth.demand("contact", "read")
    asked = wanted(request, ContactFilter)
    found = queries.contacts(request.auth, asked, after=paging.after, limit=paging.limit)
    rows = [ContactListed.model_validate(row) for row in found.rows]
    return answer(ContactPage(items=rows, next=found.next))


@contacts.post("", response={201: ContactShown})
def create_contact(request: Request, given: ContactGiven) -> HttpResponse:
    """Add a contact."""
    contact = actions.create_contact(request.auth, given.given())
    return made(_contact(request, contact.pk), f"contacts/{contact.pk}")


@contacts.get("{int:contact_id}", response=ContactShown)
def show_contact(request: Request, contact_id: int) -> HttpResponse:
    """One contact; its ETag is its version."""
    return _contact(request, contact_id)


@contacts.patch("{int:contact_id}", response=ContactShown)
def change_contact(request: Request, contact_id: int, given: ContactChanges) -> HttpResponse:
    """Change fields of a contact. Changes made meanwhile to other fields are kept."""
    seen = version_seen(request, given.version)
    actions.edit_contact(request.auth, contact_id, given.given("version"), version=seen)
    return _contact(request, contact_id)


@contacts.get("{int:contact_id}/opportunities", response=OpportunityPage)
@filtered(OpportunityFilter)
def list_opportunities_of_contact(request: Request, contact_id: int, paging: Query[Paging]) -> HttpResponse:
    """A contact's opportunities (B-007)."""
    queries.contact_record(request.auth, contact_id)
    return page_of(request, paging, contact=contact_id)


def _account(request: Request, account_id: int) -> HttpResponse:
    record = queries.account_record(request.auth, account_id)
    return answer(AccountShown.model_validate(record), version=record.version)


def _contact(request: Request, contact_id: int) -> HttpResponse:
    record = queries.contact_record(request.auth, contact_id)
    return answer(ContactShown.model_validate(record), version=record.version)
