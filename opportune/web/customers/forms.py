"""The forms of accounts and contacts: adding one, and all its fields."""

from dataclasses import dataclass
from functools import partial
from typing import Any

from django.http import HttpResponse
from django.utils.translation import gettext
from django.views.decorators.http import require_http_methods

from opportune.customers import actions, queries
from opportune.kernel.records import RecordRef
from opportune.reference.queries import choices_of
from opportune.web import picked, record_forms
from opportune.web.conflicts import Reading, as_shown, names_of
from opportune.web.customers.names import field_names
from opportune.web.formats import typed_amount
from opportune.web.pages import SignedIn, signed_in
from opportune.web.record_forms import RecordForm
from opportune.web.templating import named
from opportune.web.typed import Typed

ADDRESS = ("street", "postal_code", "city", "country")
REACHED = ("type", "phone", "email", "contact_method", *ADDRESS, "description")
DELIVERY = tuple(f"delivery_{name}" for name in ADDRESS)
ACCOUNT_TEXTS = ("name", "account_number", "website", "industry", "payment_terms", *DELIVERY, *REACHED)
CONTACT_TEXTS = ("first_name", "last_name", "job_title", "mobile", *REACHED)
CONFIRMS = {"duplicates_found": "confirm_duplicates"}
FLAGS = ("do_not_call", "do_not_email", "do_not_write")


@dataclass(frozen=True, slots=True)
class Kind:
    """What differs between the screens of accounts and of contacts; `above` names the account one belongs to."""

    name: str
    list_name: str
    texts: tuple[str, ...]
    lists: tuple[str, ...]
    above: str


ACCOUNT = Kind(
    "account",
    "accounts",
    ACCOUNT_TEXTS,
    ("account_type", "contact_method", "payment_terms", "industry"),
    "parent_id",
)
CONTACT = Kind("contact", "contacts", CONTACT_TEXTS, ("contact_type", "contact_method"), "account_id")


def _blank(kind: Kind, request: SignedIn) -> dict[str, str]:
    values = dict.fromkeys((*kind.texts, "employees", "annual_revenue", "account", "account_name"), "")
    values |= {name: request.GET[name] for name in values if name in request.GET}
    try:
        ref = RecordRef.parse(values["account"])
    except ValueError:
        return values
    if queries.visible_customers(request.actor, [ref]):
        values["account_name"] = queries.customer_names([ref])[ref]
    return values


def _values_of(kind: Kind, record: Any) -> dict[str, Any]:
    values = {name: getattr(record, name) or "" for name in kind.texts}
    values |= {name: "on" if getattr(record, name) else "" for name in FLAGS}
    above = record.parent_id if kind is ACCOUNT else record.account_id
    name = record.parent_name if kind is ACCOUNT else record.account_name
    values |= {
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
    return as_shown(values, record.version)


def industry_name(kept: str) -> str:
    """An industry as people read it: the name of a choice, or what was typed."""
    offered = {choice.code: named(choice) for choice in choices_of(["industry"])["industry"]} if kept else {}
    return offered.get(kept, kept)


def _read(kind: Kind, typed: Typed) -> dict[str, Any]:
    read = record_forms.texts(typed, kind.texts)
    if "account" in typed.given:
        above = "parent_id" if kind is ACCOUNT else "account_id"
        read[above] = typed.customer("account")["account_id"]
    if "employees" in typed.given:
        read["employees"] = typed.text("employees") or None
    if "annual_revenue" in typed.given:
        read["annual_revenue"] = typed.figure("annual_revenue")
    return read


def _around(kind: Kind) -> dict[str, Any]:
    return {"kind": kind, "names": field_names(), "lists": choices_of(kind.lists)}


CHOSEN = {"contact_method": "contact_method", "payment_terms": "payment_terms"}


ACCOUNT_FORM = RecordForm(
    name="account",
    template="customers/form.html",
    create=actions.create_account,
    edit=actions.edit_account,
    record=queries.account_record,
    blank=partial(_blank, ACCOUNT),
    values=partial(_values_of, ACCOUNT),
    read=partial(_read, ACCOUNT),
    around=partial(_around, ACCOUNT),
    reading=Reading(
        money=("annual_revenue",), names=partial(names_of, FLAGS, {**CHOSEN, "type": "account_type"})
    ),
    flags=FLAGS,
    confirms=CONFIRMS,
    pickers={"account": picked.ACCOUNT},
)
CONTACT_FORM = RecordForm(
    name="contact",
    template="customers/form.html",
    create=actions.create_contact,
    edit=actions.edit_contact,
    record=queries.contact_record,
    blank=partial(_blank, CONTACT),
    values=partial(_values_of, CONTACT),
    read=partial(_read, CONTACT),
    around=partial(_around, CONTACT),
    reading=Reading(names=partial(names_of, FLAGS, {**CHOSEN, "type": "contact_type"})),
    flags=FLAGS,
    confirms=CONFIRMS,
    pickers={"account": picked.ACCOUNT},
)


@require_http_methods(["GET", "POST"])
@signed_in
def account_new(request: SignedIn) -> HttpResponse:
    """A new account."""
    return record_forms.new(request, ACCOUNT_FORM, gettext("Account created."))


@require_http_methods(["GET", "POST"])
@signed_in
def contact_new(request: SignedIn) -> HttpResponse:
    """A new contact."""
    return record_forms.new(request, CONTACT_FORM, gettext("Contact created."))


@require_http_methods(["GET", "POST"])
@signed_in
def account_edit(request: SignedIn, account_id: int) -> HttpResponse:
    """All fields of an account."""
    return record_forms.edit(request, ACCOUNT_FORM, account_id)


@require_http_methods(["GET", "POST"])
@signed_in
def contact_edit(request: SignedIn, contact_id: int) -> HttpResponse:
    """All fields of a contact."""
    return record_forms.edit(request, CONTACT_FORM, contact_id)
