"""Stakeholders and connections on the pages of deals, accounts and contacts."""

from collections.abc import Mapping
from typing import Any

from django.http import HttpResponse
from django.urls import reverse
from django.utils.translation import gettext
from django.views.decorators.http import require_http_methods, require_POST

from opportune.customers import actions, queries
from opportune.identity.actor import Actor
from opportune.kernel.errors import Conflict, Invalid, Refused
from opportune.kernel.records import RecordRef
from opportune.schemas.connection import record_written
from opportune.web.conflicts import Meanwhile, Reading, as_shown, meanwhile, status_of
from opportune.web.pages import SignedIn, go, is_htmx, page, signed_in, tell
from opportune.web.picked import CUSTOMER, read_picked
from opportune.web.templating import named
from opportune.web.typed import Typed

NAMES = ("role", "own_role", "description", "started_on", "ended_on")


def category_names() -> dict[str, str]:
    """The categories of roles in the reader's language."""
    return {
        "stakeholder": gettext("Stakeholder"),
        "business": gettext("Business"),
        "family": gettext("Family"),
        "social": gettext("Social"),
        "sales": gettext("Sales"),
        "service": gettext("Service"),
        "other": gettext("Other"),
    }


def connections_context(actor: Actor, ref: RecordRef) -> dict[str, Any]:
    """What the sections on a record's page show: a deal's stakeholders apart from its other connections."""
    found = queries.connections_of(actor, ref)
    is_deal = ref.kind == "opportunity"
    return {
        "connected": ref,
        "stakeholders": [row for row in found if is_deal and row.is_stakeholder],
        "connections": [row for row in found if not (is_deal and row.is_stakeholder)],
    }


@require_http_methods(["GET", "POST"])
@signed_in
def connect(request: SignedIn, kind: str, record_id: int) -> HttpResponse:
    """Connect a record to another one, chosen by typing or made in place."""
    record = RecordRef(kind, record_id)
    queries.connections_of(request.actor, record)
    if request.method == "GET":
        first = {"role": "stakeholder:stakeholder"} if kind == "opportunity" else {}
        return _form(request, record, first, {})
    typed = read_picked(request.actor, request.POST.dict(), {"to": CUSTOMER})
    fields = _read(typed)
    try:
        typed.demand()
        actions.connect(request.actor, record, record_written(typed.text("to")), fields)
    except Invalid as invalid:
        return _form(request, record, typed.all_values(), invalid.fields)
    except Refused as refusal:
        return _form(request, record, typed.all_values(), {"role": refusal.message})
    tell(request, gettext("Connected."))
    return go(request, reverse(kind, args=[record_id]))


@require_http_methods(["GET", "POST"])
@signed_in
def change(request: SignedIn, kind: str, record_id: int, connection_id: int) -> HttpResponse:
    """Change the roles, the description or the dates of a connection."""
    record = RecordRef(kind, record_id)
    row = queries.connection(request.actor, record, connection_id)
    if request.method == "GET":
        return _form(request, record, _values_of(row), {}, row=row)
    whole = Typed(request.POST.dict())
    typed = whole.only_changed()
    changes, version = _read(typed), typed.whole("version")
    try:
        typed.demand()
        actions.change_connection(request.actor, record, connection_id, changes, version=version)
    except Invalid as invalid:
        return _form(request, record, whole.given, invalid.fields, row=row)
    except Refused as refusal:
        return _form(request, record, whole.given, {"role": refusal.message}, row=row)
    except Conflict as conflict:
        if conflict.code != "conflict":
            raise
        row = queries.connection(request.actor, record, connection_id)
        seen = meanwhile(conflict, whole.given, _values_of(row), READING)
        return _form(request, record, seen.values, {}, row=row, conflict=seen)
    if request.change_sets:
        tell(request, gettext("Saved."))
    return go(request, reverse(kind, args=[record_id]))


@require_POST
@signed_in
def disconnect(request: SignedIn, kind: str, record_id: int, connection_id: int) -> HttpResponse:
    """Take a connection away."""
    actions.disconnect(request.actor, RecordRef(kind, record_id), connection_id)
    tell(request, gettext("Disconnected."))
    return go(request, reverse(kind, args=[record_id]))


def _values_of(row: queries.ConnectionRow) -> dict[str, Any]:
    values = {
        "role": str(row.role),
        "own_role": str(row.own_role),
        "description": row.description,
        "started_on": row.started_on.isoformat() if row.started_on else "",
        "ended_on": row.ended_on.isoformat() if row.ended_on else "",
    }
    return as_shown(values, row.version)


def _role_names() -> dict[str, dict[str, str]]:
    offered = queries.all_roles(retired=True).items()
    names = {f"{category}:{one.code}": named(one) for category, roles in offered for one in roles}
    return {"role": names, "own_role": names}


READING = Reading(days=("started_on", "ended_on"), names=_role_names)


def _read(typed: Typed) -> dict[str, Any]:
    read: dict[str, Any] = {name: typed.text(name) for name in NAMES[:3] if name in typed.given}
    return read | {name: typed.text(name) for name in NAMES[3:] if name in typed.given}


def _form(
    request: SignedIn,
    record: RecordRef,
    values: Mapping[str, Any],
    errors: Mapping[str, Any],
    *,
    row: queries.ConnectionRow | None = None,
    conflict: Meanwhile | None = None,
) -> HttpResponse:
    context = {
        "connected": record,
        "name": queries.names_of(request.actor, [record])[record],
        "values": values,
        "errors": errors,
        "conflict": conflict,
        "row": row,
        "roles": queries.all_roles(),
        "categories": category_names(),
    }
    template = "customers/connection_form.html" if is_htmx(request) else "customers/connection_page.html"
    return page(request, template, context, status=status_of(errors, conflict))
