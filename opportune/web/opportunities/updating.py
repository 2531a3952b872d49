"""The form of every move: action, stage, date of change, value, chances, close date (B-035), and switching process."""

import json
from collections.abc import Mapping, Sequence
from typing import Any

from django.http import HttpResponse
from django.urls import reverse
from django.utils.translation import gettext
from django.views.decorators.http import require_http_methods, require_POST

from opportune.kernel.errors import Conflict, Invalid, Refused
from opportune.kernel.sentences import sentence
from opportune.opportunities import actions
from opportune.opportunities.queries import OfferedMove, OpportunityRecord, offered_moves, opportunity
from opportune.web.back import stays
from opportune.web.conflicts import Meanwhile, Reading, as_shown, meanwhile, status_of
from opportune.web.formats import typed_amount
from opportune.web.opportunities.fields import around
from opportune.web.opportunities.record import demand_changeable, record_context
from opportune.web.pages import SignedIn, go, is_htmx, page, signed_in, tell
from opportune.web.templating import named, said
from opportune.web.typed import Typed

TYPED = ("on", "chance", "estimated_value", "estimated_close_on")
OUTCOMES = ("won", "lost")
READING = Reading(days=("on", "estimated_close_on"), money=("estimated_value",), percents=("chance",))


@require_http_methods(["GET", "POST"])
@signed_in
def update(request: SignedIn, opportunity_id: int) -> HttpResponse:
    """GET: the form, with what the chosen action proposes. POST: the move."""
    record = opportunity(request.actor, opportunity_id)
    try:
        demand_changeable(request.actor, record)
    except Conflict as conflict:
        if request.method == "GET" or not is_htmx(request):
            raise
        return _closed(request, conflict)
    typed = Typed((request.POST if request.method == "POST" else request.GET).dict())
    if typed.text("move") in OUTCOMES:
        return _to_closing(request, opportunity_id, typed.text("move"))
    stage_id = typed.whole("stage") if typed.text("chosen") != "move" else None
    offered = offered_moves(request.actor, opportunity_id, stage_id=stage_id)
    chosen = next((one for one in offered if one.kind == typed.text("move")), offered[0] if offered else None)
    if chosen is None:
        raise Refused("no_stages", sentence("This process has no stages. Add one in the settings."))
    if request.method == "GET":
        return _form(request, record, offered, chosen, _proposed(record, chosen, typed))
    try:
        _move(request, opportunity_id, typed)
    except Invalid as invalid:
        return _form(request, record, offered, chosen, dict(typed.given), errors=invalid.fields)
    except Refused as refusal:
        message = said(refusal.message)
        return _form(request, record, offered, chosen, dict(typed.given), message=message)
    except Conflict as conflict:
        if conflict.code != "conflict":
            raise
        return _anew(request, opportunity_id, typed, conflict)
    stage = opportunity(request.actor, opportunity_id).stage
    if chosen.kind in ("update", "finish") or stage is None:
        text = gettext("The process is finished.") if chosen.kind == "finish" else gettext("Updated.")
    else:
        text = gettext("Moved to {stage}.").format(stage=named(stage))
    tell(request, text)
    return go(request, stays(request, reverse("opportunity", args=[opportunity_id])))


def _closed(request: SignedIn, conflict: Conflict) -> HttpResponse:
    """Why nothing is saved of a deal that was closed meanwhile, above what is typed: no move of it is offered."""
    response = page(request, "opportunities/closed_notice.html", {"refusal": conflict.message}, status=409)
    response["HX-Retarget"], response["HX-Reswap"] = "#dialog-body .told", "innerHTML"
    return response


def _anew(request: SignedIn, opportunity_id: int, typed: Typed, conflict: Conflict) -> HttpResponse:
    """The form after somebody else was first: what it offers by now, what was typed, and what they changed."""
    record = opportunity(request.actor, opportunity_id)
    demand_changeable(request.actor, record)
    offered = offered_moves(request.actor, opportunity_id, stage_id=typed.whole("stage"))
    chosen = next((one for one in offered if one.kind == typed.text("move")), offered[0])
    present = as_shown(_proposed_by(chosen, record), record.row.version)
    seen = meanwhile(conflict, typed.given, present, READING)
    return _form(request, record, offered, chosen, seen.values, conflict=seen)


def _move(request: SignedIn, opportunity_id: int, typed: Typed) -> None:
    # what the form only proposed is left to the action, whose date may be another
    changed = typed.only_changed()
    given: dict[str, Any] = {
        "on": typed.text("on"),
        "chance": changed.figure("chance"),
        "estimated_value": changed.figure("estimated_value"),
        "estimated_close_on": changed.text("estimated_close_on"),
    }
    # of these two both names the nearest stage, which is recorded as next or previous
    wish = typed.text("move")
    stage_id, version = typed.whole("stage"), typed.whole("version")
    typed.demand()
    actions.move(
        request.actor,
        opportunity_id,
        wish=wish or None,
        stage_id=stage_id,
        cancel_open_tasks=typed.ticked("cancel_open_tasks"),
        version=version,
        **given,
    )


def _proposed(record: OpportunityRecord, chosen: OfferedMove, typed: Typed) -> dict[str, Any]:
    """What the action proposes; what was typed before is kept, but for the chances (BC §3.5)."""
    proposed = _proposed_by(chosen, record)
    changed = typed.only_changed() if "was" in typed.given else Typed({})
    kept = {name: changed.given[name] for name in TYPED if name in changed.given and name != "chance"}
    return {
        **proposed,
        **kept,
        "was": json.dumps(proposed),
        "cancel_open_tasks": typed.given.get("cancel_open_tasks", ""),
        "version": typed.text("version") or str(record.row.version),
    }


def _proposed_by(chosen: OfferedMove, record: OpportunityRecord) -> dict[str, str]:
    """What an action proposes for a deal, and where that stands now."""
    return {
        "on": chosen.on.isoformat(),
        "chance": typed_amount(chosen.chance),
        "estimated_value": typed_amount(chosen.estimated_value),
        "estimated_close_on": chosen.estimated_close_on.isoformat() if chosen.estimated_close_on else "",
        **around(record),
    }


def _form(
    request: SignedIn,
    record: OpportunityRecord,
    offered: Sequence[OfferedMove],
    chosen: OfferedMove,
    values: Mapping[str, Any],
    *,
    errors: Mapping[str, Any] | None = None,
    message: str = "",
    conflict: Meanwhile | None = None,
) -> HttpResponse:
    context = {
        **record_context(record),
        "offered": offered,
        "chosen": chosen,
        "values": values,
        "errors": errors or {},
        "message": message,
        "conflict": conflict,
    }
    template = "opportunities/update_dialog.html" if is_htmx(request) else "opportunities/update_page.html"
    status = status_of(errors or message, conflict)
    return page(request, template, context, status=status)


def _to_closing(request: SignedIn, opportunity_id: int, outcome: str) -> HttpResponse:
    address = f"{reverse('opportunity_close', args=[opportunity_id])}?outcome={outcome}"
    if not is_htmx(request):
        return go(request, address)
    # the dialog that is open shows the other form
    return HttpResponse(
        status=204, headers={"HX-Location": json.dumps({"path": address, "target": "#dialog-body"})}
    )


@require_POST
@signed_in
def switch(request: SignedIn, opportunity_id: int) -> HttpResponse:
    """Run another process."""
    typed = Typed(request.POST.dict())
    process_id, version = typed.whole("process"), typed.whole("version")
    typed.demand()
    actions.switch_process(request.actor, opportunity_id, process_id or 0, version=version)
    record = opportunity(request.actor, opportunity_id)
    tell(request, gettext("Switched to {process}.").format(process=named(record.process)))
    return go(request, reverse("opportunity", args=[opportunity_id]))
