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
from opportune.web.conflicts import Meanwhile, Reading, as_shown, meanwhile, status_of
from opportune.web.pages import SignedIn, go, is_htmx, page, signed_in, tell
from opportune.web.picked import CUSTOMER, read_picked
from opportune.web.typed import Typed

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
        return _form(request, record, line, _values_of(line), {})
    whole = read_picked(request.actor, request.POST.dict(), PICKERS)
    typed = whole.only_changed()
    changes, version = _read(typed), typed.whole("version")
    try:
        typed.demand()
        actions.change_line(request.actor, segment_id, line_id, changes, version=version)
    except Invalid as invalid:
        return _form(request, record, line, whole.all_values(), invalid.fields)
    except Refused as refusal:
        return _form(request, record, line, whole.all_values(), {"customer": refusal.message})
    except Conflict as conflict:
        line = queries.line(request.actor, segment_id, line_id)
        seen = meanwhile(conflict, whole.given, _values_of(line), Reading())
        return _form(request, record, line, seen.values, {}, conflict=seen)
    return _back(request, segment_id, gettext("Saved."))


@require_POST
@signed_in
def remove(request: SignedIn, segment_id: int, line_id: int) -> HttpResponse:
    """Take a line off."""
    actions.remove_line(request.actor, segment_id, line_id)
    return _back(request, segment_id, gettext("Line removed."))


def _values_of(line: LineRow) -> dict[str, Any]:
    customer = {"customer": str(line.customer or ""), "customer_name": line.customer_name}
    return as_shown({**customer, "note": line.note}, line.version)


def _read(typed: Typed) -> dict[str, Any]:
    read: dict[str, Any] = typed.customer() if "customer" in typed.given else {}
    return read | ({"note": typed.text("note")} if "note" in typed.given else {})


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
    *,
    conflict: Meanwhile | None = None,
) -> HttpResponse:
    context = {"record": record, "line": line, "values": values, "errors": errors, "conflict": conflict}
    template = "campaigns/line_form.html" if is_htmx(request) else "campaigns/line_page.html"
    return page(request, template, context, status=status_of(errors, conflict))
