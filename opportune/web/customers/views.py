"""Accounts and contacts: lists, records, forms."""

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from django.http import HttpResponse
from django.urls import reverse
from django.utils.translation import gettext
from django.views.decorators.http import require_GET, require_http_methods

from opportune.customers import actions, queries
from opportune.customers.filters import AccountFilter, ContactFilter
from opportune.identity.queries import people
from opportune.kernel.errors import Conflict, Invalid
from opportune.kernel.records import RecordRef
from opportune.opportunities.filters import OpportunityFilter
from opportune.opportunities.queries import opportunities, totals
from opportune.process.queries import processes
from opportune.web.formats import typed_amount
from opportune.web.pages import SignedIn, go, is_htmx, page, signed_in, tell
from opportune.web.settings.categories import category_context, category_filter
from opportune.web.typed import Typed

ADDRESS = ("street", "postal_code", "city", "country")
ACCOUNT_TEXTS = ("name", "phone", "email", "website", *ADDRESS, "industry", "description")
CONTACT_TEXTS = ("first_name", "last_name", "job_title", "phone", "mobile", "email", *ADDRESS, "description")


@dataclass(frozen=True, slots=True)
class Kind:
    """What differs between the screens of accounts and of contacts."""

    name: str
    list_name: str
    texts: tuple[str, ...]
    create: Callable[..., Any]
    edit: Callable[..., Any]
    record: Callable[..., Any]


ACCOUNT = Kind(
    "account", "accounts", ACCOUNT_TEXTS, actions.create_account, actions.edit_account, queries.account_record
)
CONTACT = Kind(
    "contact", "contacts", CONTACT_TEXTS, actions.create_contact, actions.edit_contact, queries.contact_record
)


@require_GET
@signed_in
def accounts_list(request: SignedIn) -> HttpResponse:
    """The accounts, by pages."""
    asked = request.GET.dict()
    after = asked.pop("after", None)
    wanted = AccountFilter.read(asked, request.actor)
    shown = queries.accounts(request.actor, wanted, after=after)
    context = {"page": shown, "wanted": wanted, "parameters": wanted.parameters(), "kind": ACCOUNT}
    if not (after and is_htmx(request)):
        context["count"] = queries.count_accounts(request.actor, wanted)
        context |= category_filter(wanted.category)
    return page(request, "customers/rows.html" if "count" not in context else "customers/list.html", context)


@require_GET
@signed_in
def contacts_list(request: SignedIn) -> HttpResponse:
    """The contacts, by pages."""
    asked = request.GET.dict()
    after = asked.pop("after", None)
    wanted = ContactFilter.read(asked, request.actor)
    shown = queries.contacts(request.actor, wanted, after=after)
    context = {"page": shown, "wanted": wanted, "parameters": wanted.parameters(), "kind": CONTACT}
    if not (after and is_htmx(request)):
        context["count"] = queries.count_contacts(request.actor, wanted)
        context |= category_filter(wanted.category)
    return page(request, "customers/rows.html" if "count" not in context else "customers/list.html", context)


@require_GET
@signed_in
def account(request: SignedIn, account_id: int) -> HttpResponse:
    """An account with its contacts and its deals, those of its contacts included (B-006)."""
    record = queries.account_record(request.actor, account_id)
    wanted = OpportunityFilter.read({"account": str(account_id)}, request.actor)
    context = {
        **_deals(request, wanted),
        "record": record,
        "kind": ACCOUNT,
        **category_context(request.actor, "account", account_id),
        "contacts": queries.contacts(
            request.actor, ContactFilter.read({"account": str(account_id)}, request.actor), limit=20
        ),
    }
    return page(request, "customers/account.html", context)


@require_GET
@signed_in
def contact(request: SignedIn, contact_id: int) -> HttpResponse:
    """A contact with the deals it is the customer of."""
    record = queries.contact_record(request.actor, contact_id)
    wanted = OpportunityFilter.read({"contact": str(contact_id)}, request.actor)
    marks = category_context(request.actor, "contact", contact_id)
    context = {**_deals(request, wanted), **marks, "record": record, "kind": CONTACT}
    return page(request, "customers/contact.html", context)


def _deals(request: SignedIn, wanted: OpportunityFilter) -> dict[str, Any]:
    return {
        "deals": opportunities(request.actor, wanted, limit=20),
        "totals": totals(request.actor, wanted),
        "deal_parameters": wanted.parameters(),
        "stages": {stage.id: (stage, process) for process in processes() for stage in process.stages},
    }


@require_http_methods(["GET", "POST"])
@signed_in
def account_new(request: SignedIn) -> HttpResponse:
    """A new account."""
    return _new(request, ACCOUNT)


@require_http_methods(["GET", "POST"])
@signed_in
def contact_new(request: SignedIn) -> HttpResponse:
    """A new contact."""
    return _new(request, CONTACT)


@require_http_methods(["GET", "POST"])
@signed_in
def account_edit(request: SignedIn, account_id: int) -> HttpResponse:
    """All fields of an account."""
    return _edit(request, ACCOUNT, account_id)


@require_http_methods(["GET", "POST"])
@signed_in
def contact_edit(request: SignedIn, contact_id: int) -> HttpResponse:
    """All fields of a contact."""
    return _edit(request, CONTACT, contact_id)


def _new(request: SignedIn, kind: Kind) -> HttpResponse:
    request.actor.demand(kind.name, "create")
    if request.method == "GET":
        values = dict.fromkeys((*kind.texts, "employees", "annual_revenue", "account", "account_name"), "")
        values |= {name: request.GET[name] for name in values if name in request.GET}
        _name_account(request, values)
        return _form(request, kind, {**values, "owner_id": str(request.actor.person_id or "")}, {})
    typed = Typed(request.POST.dict())
    fields = _read(kind, typed)
    try:
        typed.demand()
        made = kind.create(request.actor, fields)
    except Invalid as invalid:
        return _form(request, kind, request.POST.dict(), invalid.fields)
    text = gettext("Account created.") if kind is ACCOUNT else gettext("Contact created.")
    tell(request, text)
    return go(request, reverse(kind.name, args=[made.pk]))


def _name_account(request: SignedIn, values: dict[str, str]) -> None:
    try:
        ref = RecordRef.parse(values["account"])
    except ValueError:
        return
    if queries.visible_customers(request.actor, [ref]):
        values["account_name"] = queries.customer_names([ref])[ref]


def _edit(request: SignedIn, kind: Kind, record_id: int) -> HttpResponse:
    record = kind.record(request.actor, record_id)
    if request.method == "GET":
        values = {name: getattr(record, name) or "" for name in kind.texts}
        values |= {"version": str(record.version), "owner_id": str(record.owner_id)}
        above = record.parent_id if kind is ACCOUNT else record.account_id
        name = record.parent_name if kind is ACCOUNT else record.account_name
        values |= {"account": f"account:{above}" if above else "", "account_name": name or ""}
        if kind is ACCOUNT:
            values |= {
                "employees": "" if record.employees is None else str(record.employees),
                "annual_revenue": typed_amount(record.annual_revenue),
            }
        values["was"] = json.dumps({name: value for name, value in values.items() if name != "version"})
        return _form(request, kind, values, {}, record=record)
    typed = Typed(request.POST.dict()).only_changed()
    changes, version = _read(kind, typed), typed.whole("version")
    try:
        typed.demand()
        kind.edit(request.actor, record_id, changes, version=version)
    except Invalid as invalid:
        return _form(request, kind, request.POST.dict(), invalid.fields, record=record)
    except Conflict as conflict:
        return _form(request, kind, request.POST.dict(), {}, record=record, conflict=conflict)
    if request.change_sets:
        tell(request, gettext("Saved."))
    return go(request, reverse(kind.name, args=[record_id]))


def _read(kind: Kind, typed: Typed) -> dict[str, Any]:
    read: dict[str, Any] = {name: typed.text(name) for name in kind.texts if name in typed.given}
    if typed.text("owner_id"):
        read["owner_id"] = typed.whole("owner_id")
    if "account" in typed.given:
        above = "parent_id" if kind is ACCOUNT else "account_id"
        read[above] = typed.customer("account")["account_id"]
    if "employees" in typed.given:
        read["employees"] = typed.text("employees") or None
    if "annual_revenue" in typed.given:
        read["annual_revenue"] = typed.amount("annual_revenue")
    return read


def _form(
    request: SignedIn,
    kind: Kind,
    values: Mapping[str, Any],
    errors: Mapping[str, Any],
    *,
    record: Any = None,
    conflict: Conflict | None = None,
) -> HttpResponse:
    context = {
        "kind": kind,
        "values": values,
        "errors": errors,
        "record": record,
        "conflict": conflict,
        "people": people(),
    }
    status = 409 if conflict else (422 if errors else 200)
    return page(request, "customers/form.html", context, status=status)
