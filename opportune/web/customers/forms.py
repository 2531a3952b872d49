"""The forms of accounts and contacts: adding one, and all its fields."""

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from django.http import HttpResponse
from django.urls import reverse
from django.utils.translation import gettext
from django.views.decorators.http import require_http_methods

from opportune.customers import actions, queries
from opportune.identity.queries import people
from opportune.kernel.errors import Conflict, Invalid
from opportune.kernel.records import RecordRef
from opportune.reference.queries import choices_of
from opportune.web.customers.names import field_names
from opportune.web.formats import typed_amount
from opportune.web.pages import SignedIn, go, page, signed_in, tell
from opportune.web.templating import named
from opportune.web.typed import Typed

ADDRESS = ("street", "postal_code", "city", "country")
REACHED = ("type", "phone", "email", "contact_method", *ADDRESS, "description")
DELIVERY = tuple(f"delivery_{name}" for name in ADDRESS)
ACCOUNT_TEXTS = ("name", "account_number", "website", "industry", "payment_terms", *DELIVERY, *REACHED)
CONTACT_TEXTS = ("first_name", "last_name", "job_title", "mobile", *REACHED)
FLAGS = ("do_not_call", "do_not_email", "do_not_write")


@dataclass(frozen=True, slots=True)
class Kind:
    """What differs between the screens of accounts and of contacts."""

    name: str
    list_name: str
    texts: tuple[str, ...]
    lists: tuple[str, ...]
    create: Callable[..., Any]
    edit: Callable[..., Any]
    record: Callable[..., Any]


ACCOUNT = Kind(
    "account",
    "accounts",
    ACCOUNT_TEXTS,
    ("account_type", "contact_method", "payment_terms", "industry"),
    actions.create_account,
    actions.edit_account,
    queries.account_record,
)
CONTACT = Kind(
    "contact",
    "contacts",
    CONTACT_TEXTS,
    ("contact_type", "contact_method"),
    actions.create_contact,
    actions.edit_contact,
    queries.contact_record,
)


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
    fields = _read(kind, typed) | {flag: typed.ticked(flag) for flag in FLAGS}
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
        return _form(request, kind, _values_of(kind, record), {}, record=record)
    typed = Typed(request.POST.dict()).only_changed()
    changes, version = _read(kind, typed), typed.whole("version")
    changes |= _flags_changed(request.POST.dict())
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


def _values_of(kind: Kind, record: Any) -> dict[str, Any]:
    values = {name: getattr(record, name) or "" for name in kind.texts}
    values |= {name: "on" if getattr(record, name) else "" for name in FLAGS}
    above = record.parent_id if kind is ACCOUNT else record.account_id
    name = record.parent_name if kind is ACCOUNT else record.account_name
    values |= {
        "version": str(record.version),
        "owner_id": str(record.owner_id),
        "account": f"account:{above}" if above else "",
        "account_name": name or "",
    }
    if kind is ACCOUNT:
        values |= {
            "industry": industry_name(record.industry),
            "employees": "" if record.employees is None else str(record.employees),
            "annual_revenue": typed_amount(record.annual_revenue),
        }
    values["was"] = json.dumps({name: value for name, value in values.items() if name != "version"})
    return values


def industry_name(kept: str) -> str:
    """An industry as people read it: the name of a choice, or what was typed."""
    offered = {choice.code: named(choice) for choice in choices_of(["industry"])["industry"]} if kept else {}
    return offered.get(kept, kept)


def _flags_changed(given: Mapping[str, str]) -> dict[str, bool]:
    """The boxes that stand otherwise than the form showed them: what is not ticked is not sent."""
    was = Typed(given).shown()
    return {flag: flag in given for flag in FLAGS if (flag in given) != bool(was.get(flag))}


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
        "names": field_names(),
        "lists": choices_of(kind.lists),
    }
    status = 409 if conflict else (422 if errors else 200)
    return page(request, "customers/form.html", context, status=status)
