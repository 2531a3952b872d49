"""The lines of a segment: adding a customer or a blank one, filling it in, taking it off."""

from collections.abc import Mapping
from typing import Any

from django.http import HttpResponse
from django.urls import reverse
from django.utils.translation import gettext
from django.views.decorators.http import require_http_methods, require_POST

from opportune.campaigns import actions, queries
from opportune.campaigns.queries import LineRow, SegmentRecord
from opportune.kernel.errors import Conflict, Invalid, NotPermitted, Refused
from opportune.web.pages import SignedIn, go, is_htmx, page, signed_in, tell
from opportune.web.picked import CUSTOMER, read_picked

PICKERS = {"customer": CUSTOMER}


@require_http_methods(["GET", "POST"])
@signed_in
def add(request: SignedIn, segment_id: int) -> HttpResponse:
    """Add a line; without a customer it is one to be filled in."""
    record = _record(request, segment_id)
    if request.method == "GET":
        return _form(request, record, None, {}, {})
    typed = read_picked(request.actor, request.POST.dict(), PICKERS)
    fields = {**typed.customer(), "note": typed.text("note")}
    try:
        typed.demand()
        actions.add_line(request.actor, segment_id, fields)
    except Invalid as invalid:
        return _form(request, record, None, typed.all_values(), invalid.fields)
    except Refused as refusal:
        return _form(request, record, None, typed.all_values(), {"customer": refusal.message})
    return _back(request, segment_id, gettext("Line added."))


@require_http_methods(["GET", "POST"])
@signed_in
def change(request: SignedIn, segment_id: int, line_id: int) -> HttpResponse:
    """Fill a line in, or change its customer or note."""
    record = _record(request, segment_id)
    line = queries.line(request.actor, segment_id, line_id)
    if request.method == "GET":
        values = {
            "customer": str(line.customer or ""),
            "customer_name": line.customer_name,
            "note": line.note,
            "version": str(line.version),
        }
        return _form(request, record, line, values, {})
    typed = read_picked(request.actor, request.POST.dict(), PICKERS)
    fields, version = {**typed.customer(), "note": typed.text("note")}, typed.whole("version")
    try:
        typed.demand()
        actions.change_line(request.actor, segment_id, line_id, fields, version=version)
    except Invalid as invalid:
        return _form(request, record, line, typed.all_values(), invalid.fields)
    except (Refused, Conflict) as refusal:
        return _form(request, record, line, typed.all_values(), {"customer": refusal.message})
    return _back(request, segment_id, gettext("Saved."))


@require_POST
@signed_in
def remove(request: SignedIn, segment_id: int, line_id: int) -> HttpResponse:
    """Take a line off."""
    actions.remove_line(request.actor, segment_id, line_id)
    return _back(request, segment_id, gettext("Line removed."))


def _record(request: SignedIn, segment_id: int) -> SegmentRecord:
    record = queries.segment_record(request.actor, segment_id)
    if "write" not in record.may:
        raise NotPermitted(kind="segment", verb="write")
    return record


def _back(request: SignedIn, segment_id: int, text: str) -> HttpResponse:
    if request.change_sets:
        tell(request, text)
    return go(request, reverse("segment", args=[segment_id]))


def _form(
    request: SignedIn,
    record: SegmentRecord,
    line: LineRow | None,
    values: Mapping[str, Any],
    errors: Mapping[str, Any],
) -> HttpResponse:
    context = {"record": record, "line": line, "values": values, "errors": errors}
    template = "campaigns/line_form.html" if is_htmx(request) else "campaigns/line_page.html"
    return page(request, template, context, status=422 if errors else 200)
