"""Editing one field of a deal where it stands: in the list, or in the header of its record."""

from collections.abc import Callable, Mapping
from typing import Any

from django.http import HttpResponse
from django.utils.translation import gettext
from django.views.decorators.http import require_http_methods

from opportune.identity.queries import people
from opportune.kernel.errors import Conflict, Invalid, NotFound
from opportune.opportunities import actions
from opportune.opportunities.probability import typed_field
from opportune.opportunities.queries import OpportunityRow, changeable_row, opportunity_row
from opportune.process.queries import process_by_id
from opportune.reference.queries import every_choice_of
from opportune.web.conflicts import status_of
from opportune.web.formats import typed_amount
from opportune.web.opportunities.fields import READING
from opportune.web.opportunities.record import show_again
from opportune.web.opportunities.rows import again
from opportune.web.opportunities.step_rows import OwnSaves
from opportune.web.pages import SignedIn, page, signed_in
from opportune.web.typed import Typed

Reader = Callable[[Typed, str], Any]
CELLS: Mapping[str, tuple[str, Reader]] = {
    "subject": ("subject", Typed.text),
    "value": ("estimated_value", Typed.amount),
    "probability": ("probability", Typed.amount),
    "close": ("estimated_close_on", Typed.day),
    "forecast": ("forecast_category", Typed.text),
    "owner": ("owner_id", Typed.whole),
}


@require_http_methods(["GET", "POST"])
@signed_in
def cell(request: SignedIn, opportunity_id: int, name: str) -> HttpResponse:
    """GET: the field as a form in its cell. POST: its surroundings anew, or the form with what is wrong with it.

    `place` says where the cell is: on the `record`, or in a list, whose address `query` is.
    """
    if name not in CELLS:
        raise NotFound()
    try:
        deal = changeable_row(request.actor, opportunity_id)
    except Conflict as conflict:
        if request.method == "GET":
            raise
        return _closed(request, opportunity_id, name, conflict)
    field, read = _field(deal, name)
    if request.method == "GET":
        place = {asked: request.GET.get(asked, "") for asked in ("query", "place")}
        return _form(request, deal, name, {field: _as_typed(deal, field), **place})
    typed = Typed(request.POST.dict())
    value, version = read(typed, field), typed.whole("version")
    try:
        typed.demand()
        edited = actions.edit(request.actor, opportunity_id, {field: value}, version=version)
    except Invalid as invalid:
        return _form(request, deal, name, typed.given, message=next(iter(invalid.fields.values())))
    except Conflict as conflict:
        if conflict.code == "closed":
            return _closed(request, opportunity_id, name, conflict)
        if conflict.code != "conflict":
            raise
        now = changeable_row(request.actor, opportunity_id)
        return _form(request, now, name, typed.given, conflict=conflict)
    message = gettext("Saved.") if request.change_sets else ""
    if typed.text("place") != "record":
        return again(request, opportunity_id, typed.text("query"), message)
    own = OwnSaves(deal.version)
    if request.change_sets:
        own.saved(edited.version)
    return show_again(request, opportunity_id, typed.text("query"), message, own=own)


def _closed(request: SignedIn, opportunity_id: int, name: str, conflict: Conflict) -> HttpResponse:
    """What was typed stays in the cell of a deal that was closed meanwhile, and why it is not saved."""
    deal = opportunity_row(request.actor, opportunity_id)
    response = _form(request, deal, name, request.POST.dict(), message=conflict.message)
    response.status_code = 409
    return response


def _field(deal: OpportunityRow, name: str) -> tuple[str, Reader]:
    field, read = CELLS[name]
    if field == "probability":
        field = typed_field(process_by_id(deal.process_id).method)
    return field, read


def _as_typed(deal: OpportunityRow, field: str) -> str:
    if field == "estimated_value":
        return typed_amount(deal.value)
    value = getattr(deal, field)
    if field in ("probability", "chance"):
        return typed_amount(value)
    if field == "estimated_close_on":
        return value.isoformat() if value else ""
    return str(value)


def _in_words(deal: OpportunityRow, field: str) -> str:
    return READING.of(field, {field: _as_typed(deal, field), "currency": deal.currency}, READING.names())


def _form(
    request: SignedIn,
    deal: OpportunityRow,
    name: str,
    values: Mapping[str, Any],
    *,
    message: Any = "",
    conflict: Conflict | None = None,
) -> HttpResponse:
    field, _ = _field(deal, name)
    context = {
        "deal": deal,
        "name": name,
        "field": field,
        "values": values,
        "theirs": _in_words(deal, field) if conflict else "",
        "message": message,
        "conflict": conflict,
        "version": deal.version if conflict or "version" not in values else values["version"],
        "people": people() if name == "owner" else (),
        "choices": every_choice_of(["forecast_category"])["forecast_category"] if name == "forecast" else (),
    }
    status = status_of(message, conflict)
    response = page(request, "opportunities/cell.html", context, status=status)
    response["HX-Retarget"], response["HX-Reswap"] = "closest [data-cell]", "innerHTML"
    return response
