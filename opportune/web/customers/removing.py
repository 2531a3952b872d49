"""Deleting accounts and contacts, after showing what goes along, and bringing them back from the bin."""

from collections.abc import Callable
from typing import Any

from django.http import HttpResponse
from django.urls import reverse
from django.utils.translation import gettext
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from opportune.customers import actions, queries
from opportune.kernel.errors import Conflict, Refused
from opportune.kernel.records import RecordRef
from opportune.web.conflicts import status_of, version_of
from opportune.web.customers.forms import ACCOUNT, CONTACT, Kind
from opportune.web.pages import SignedIn, go, is_htmx, page, signed_in, tell
from opportune.web.urls_of import with_parameters


@require_http_methods(["GET", "POST"])
@signed_in
def account_delete(request: SignedIn, account_id: int) -> HttpResponse:
    """What deleting an account would take along; then the deletion."""
    return _delete(request, ACCOUNT, account_id, actions.delete_account)


@require_http_methods(["GET", "POST"])
@signed_in
def contact_delete(request: SignedIn, contact_id: int) -> HttpResponse:
    """What deleting a contact would take along; then the deletion."""
    return _delete(request, CONTACT, contact_id, actions.delete_contact)


@require_GET
@signed_in
def accounts_bin(request: SignedIn) -> HttpResponse:
    """The accounts that were deleted and can come back."""
    return _bin(request, ACCOUNT)


@require_GET
@signed_in
def contacts_bin(request: SignedIn) -> HttpResponse:
    """The contacts that were deleted and can come back."""
    return _bin(request, CONTACT)


@require_POST
@signed_in
def account_restore(request: SignedIn, account_id: int) -> HttpResponse:
    """Take an account out of the bin with all that fell with it."""
    return _restore(request, ACCOUNT, account_id, actions.restore_account)


@require_POST
@signed_in
def contact_restore(request: SignedIn, contact_id: int) -> HttpResponse:
    """Take a contact out of the bin with all that fell with it."""
    return _restore(request, CONTACT, contact_id, actions.restore_contact)


def _delete(request: SignedIn, kind: Kind, record_id: int, delete: Callable[..., Any]) -> HttpResponse:
    found = queries.deletion(request.actor, RecordRef(kind.name, record_id))
    if request.method == "POST":
        version = version_of(request)
        try:
            delete(request.actor, record_id, version=version)
        except Refused as refusal:
            return _show_deletion(request, kind, found, refusal.message)
        except Conflict as conflict:
            found = queries.deletion(request.actor, RecordRef(kind.name, record_id))
            return _show_deletion(request, kind, found, None, conflict=conflict)
        tell(request, gettext("Deleted."))
        return go(request, reverse(kind.list_name))
    return _show_deletion(request, kind, found, found.refusal.message if found.refusal else None)


def _show_deletion(
    request: SignedIn, kind: Kind, found: queries.Deletion, refusal: Any, *, conflict: Conflict | None = None
) -> HttpResponse:
    context = {"kind": kind, "found": found, "refusal": refusal, "conflict": conflict}
    template = "customers/deletion_form.html" if is_htmx(request) else "customers/deletion_page.html"
    return page(request, template, context, status=status_of(refusal and request.method == "POST", conflict))


def _bin(request: SignedIn, kind: Kind) -> HttpResponse:
    return go(request, with_parameters(reverse("bin"), {"kind": kind.name}))


def _restore(request: SignedIn, kind: Kind, record_id: int, restore: Callable[..., None]) -> HttpResponse:
    restore(request.actor, record_id)
    tell(request, gettext("It is back, with all that fell with it."))
    return go(request, reverse(kind.name, args=[record_id]))
