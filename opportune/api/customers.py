"""Accounts and contacts, and the opportunities of each."""

from django.http import HttpResponse
from ninja import Query, Router

from opportune.api.answers import answer, made
from opportune.api.asking import Request, filtered, language_of, version_seen, wanted
from opportune.api.openapi import VERSION_SEEN
from opportune.api.opportunities import page_of
from opportune.customers import actions, queries
from opportune.customers.filters import AccountFilter, ContactFilter
from opportune.kernel.records import RecordRef
from opportune.opportunities.filters import OpportunityFilter
from opportune.schemas.account import (
    AccountChanges,
    AccountGiven,
    AccountListed,
    AccountPage,
    AccountShown,
    account_shown,
)
from opportune.schemas.contact import (
    ContactChanges,
    ContactGiven,
    ContactListed,
    ContactPage,
    ContactShown,
    contact_shown,
)
from opportune.schemas.customer import (
    BinShown,
    CustomerHistory,
    DeletionShown,
    bin_shown,
    deletion_shown,
    history_shown,
)
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
    """Add an account. Refused if it seems to be there already, unless `confirm_duplicates`."""
    account = actions.create_account(
        request.auth, given.given("confirm_duplicates"), confirm_duplicates=given.confirm_duplicates
    )
    return made(_account(request, account.pk), f"accounts/{account.pk}")


@accounts.get("{int:account_id}", response=AccountShown)
def show_account(request: Request, account_id: int) -> HttpResponse:
    """One account; its ETag is its version."""
    return _account(request, account_id)


@accounts.patch("{int:account_id}", response=AccountShown)
def change_account(request: Request, account_id: int, given: AccountChanges) -> HttpResponse:
    """Change fields of an account. Changes made meanwhile to other fields are kept."""
    seen = version_seen(request, given.version)
    fields = given.given("version", "confirm_duplicates")
    actions.edit_account(
        request.auth, account_id, fields, version=seen, confirm_duplicates=given.confirm_duplicates
    )
    return _account(request, account_id)


@accounts.get("{int:account_id}/opportunities", response=OpportunityPage)
@filtered(OpportunityFilter)
def list_opportunities_of_account(request: Request, account_id: int, paging: Query[Paging]) -> HttpResponse:
    """An account's opportunities, its contacts' included (B-006)."""
    queries.account_record(request.auth, account_id)
    return page_of(request, paging, account=account_id)


@accounts.get("{int:account_id}/history", response=CustomerHistory)
def show_history_of_account(request: Request, account_id: int) -> HttpResponse:
    """What was changed on an account, and which opportunities came to it and left it (C-112)."""
    return answer(history_shown(request.auth, RecordRef("account", account_id), language_of(request)))


@accounts.get("bin", response=BinShown)
def list_deleted_accounts(request: Request) -> HttpResponse:
    """The accounts in the bin that you may bring back, the latest first."""
    request.auth.demand("account", "read")
    return answer(bin_shown(queries.bin_of(request.auth, "account")))


@accounts.get("{int:account_id}/deletion", response=DeletionShown)
def preview_deletion_of_account(request: Request, account_id: int) -> HttpResponse:
    """What deleting an account would take along, and why it is refused, if it is."""
    found = queries.deletion(request.auth, RecordRef("account", account_id))
    return answer(deletion_shown(found, language_of(request)))


@accounts.delete("{int:account_id}", response={204: None}, openapi_extra={"parameters": [VERSION_SEEN]})
def delete_account(request: Request, account_id: int) -> HttpResponse:
    """Put an account with its opportunities into the bin; refused while some are open, unless a setting allows it."""
    actions.delete_account(request.auth, account_id, version=version_seen(request))
    return HttpResponse(status=204)


@accounts.post("{int:account_id}/restoration", response=AccountShown)
def restore_account(request: Request, account_id: int) -> HttpResponse:
    """Take an account out of the bin with all that fell with it."""
    actions.restore_account(request.auth, account_id)
    return _account(request, account_id)


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
    """Add a contact. Refused if it seems to be there already, unless `confirm_duplicates`."""
    contact = actions.create_contact(
        request.auth, given.given("confirm_duplicates"), confirm_duplicates=given.confirm_duplicates
    )
    return made(_contact(request, contact.pk), f"contacts/{contact.pk}")


@contacts.get("{int:contact_id}", response=ContactShown)
def show_contact(request: Request, contact_id: int) -> HttpResponse:
    """One contact; its ETag is its version."""
    return _contact(request, contact_id)


@contacts.patch("{int:contact_id}", response=ContactShown)
def change_contact(request: Request, contact_id: int, given: ContactChanges) -> HttpResponse:
    """Change fields of a contact. Changes made meanwhile to other fields are kept."""
    seen = version_seen(request, given.version)
    fields = given.given("version", "confirm_duplicates")
    actions.edit_contact(
        request.auth, contact_id, fields, version=seen, confirm_duplicates=given.confirm_duplicates
    )
    return _contact(request, contact_id)


@contacts.get("{int:contact_id}/opportunities", response=OpportunityPage)
@filtered(OpportunityFilter)
def list_opportunities_of_contact(request: Request, contact_id: int, paging: Query[Paging]) -> HttpResponse:
    """A contact's opportunities (B-007)."""
    queries.contact_record(request.auth, contact_id)
    return page_of(request, paging, contact=contact_id)


@contacts.get("{int:contact_id}/history", response=CustomerHistory)
def show_history_of_contact(request: Request, contact_id: int) -> HttpResponse:
    """What was changed on a contact, and which opportunities came to it and left it (C-112)."""
    return answer(history_shown(request.auth, RecordRef("contact", contact_id), language_of(request)))


@contacts.get("bin", response=BinShown)
def list_deleted_contacts(request: Request) -> HttpResponse:
    """The contacts in the bin that you may bring back, the latest first."""
    request.auth.demand("contact", "read")
    return answer(bin_shown(queries.bin_of(request.auth, "contact")))


@contacts.get("{int:contact_id}/deletion", response=DeletionShown)
def preview_deletion_of_contact(request: Request, contact_id: int) -> HttpResponse:
    """What deleting a contact would take along, and why it is refused, if it is."""
    found = queries.deletion(request.auth, RecordRef("contact", contact_id))
    return answer(deletion_shown(found, language_of(request)))


@contacts.delete("{int:contact_id}", response={204: None}, openapi_extra={"parameters": [VERSION_SEEN]})
def delete_contact(request: Request, contact_id: int) -> HttpResponse:
    """Put a contact with its opportunities into the bin; refused while some are open, unless a setting allows it."""
    actions.delete_contact(request.auth, contact_id, version=version_seen(request))
    return HttpResponse(status=204)


@contacts.post("{int:contact_id}/restoration", response=ContactShown)
def restore_contact(request: Request, contact_id: int) -> HttpResponse:
    """Take a contact out of the bin with all that fell with it."""
    actions.restore_contact(request.auth, contact_id)
    return _contact(request, contact_id)


def _account(request: Request, account_id: int) -> HttpResponse:
    shown = account_shown(request.auth, account_id)
    return answer(shown, version=shown.version)


def _contact(request: Request, contact_id: int) -> HttpResponse:
    shown = contact_shown(request.auth, contact_id)
    return answer(shown, version=shown.version)
