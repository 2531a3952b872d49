"""Moving a deal: from the board by drag or menu, from the record by its process bar."""

from collections.abc import Sequence
from typing import Any
from urllib.parse import parse_qsl

from django.http import HttpResponse
from django.urls import reverse
from django.utils.translation import gettext
from django.views.decorators.http import require_http_methods

from opportune.kernel.errors import Conflict, Invalid, OpportuneError, Refused
from opportune.opportunities import actions
from opportune.opportunities.filters import OpportunityFilter
from opportune.opportunities.queries import (
    OpportunityRecord,
    StepState,
    Whereabouts,
    board,
    opportunity,
    whereabouts,
)
from opportune.process.queries import process_by_id
from opportune.web.conflicts import as_shown, meanwhile
from opportune.web.opportunities.board import board_filter, lanes_context
from opportune.web.opportunities.fields import PICKERS, READING, around
from opportune.web.opportunities.record import record_context, show_again
from opportune.web.opportunities.rows import again
from opportune.web.opportunities.shown import cards_in
from opportune.web.opportunities.step_rows import field_values, step_changes
from opportune.web.opportunities.step_saving import without_rows
from opportune.web.opportunities.steps import refused_flyout, saved_before_moving
from opportune.web.pages import SignedIn, go, is_htmx, page, signed_in, tell
from opportune.web.picked import read_picked
from opportune.web.templating import named, said
from opportune.web.typed import Typed

PLAIN = frozenset({"stage", "move", "version", "query", "most", "from", "opened", "csrfmiddlewaretoken"})


@require_http_methods(["GET", "POST"])
@signed_in
def move(request: SignedIn, opportunity_id: int) -> HttpResponse:
    """GET: the menu of stages. POST: move to `stage`, or as `move` says; what a gate asked for may come along."""
    if request.method == "GET":
        record = opportunity(request.actor, opportunity_id)
        template = "opportunities/move_menu.html" if is_htmx(request) else "opportunities/move_page.html"
        came = {name: request.GET.get(name, "") for name in ("query", "from")}
        return page(request, template, {**record_context(record), **came})
    given = request.POST.dict()
    typed = read_picked(request.actor, without_rows(given), PICKERS)
    version = typed.whole("version")
    if len(typed.given) < len(given):
        # from the panel of a stage: what is typed there is saved with the move
        opened = typed.whole("opened") or 0
        own = saved_before_moving(request, opportunity(request.actor, opportunity_id), opened)
        if isinstance(own, HttpResponse):
            return own
        version = own.version_of(version)
    unmeant = set(typed.errors)
    before = whereabouts(request.actor, opportunity_id)
    fields, ticked = _filled_in(before.process_id, typed.only_changed())
    stage_id = typed.whole("stage")
    wanted = _board_filter(request, typed)
    try:
        # the gate asks again for what it misses
        typed.demand(except_for=unmeant)
        moved = actions.complete_and_move(
            request.actor,
            opportunity_id,
            fields=fields,
            ticked=ticked,
            stage_id=stage_id,
            wish=typed.text("move") or None,
            version=version,
        )
    except (Refused, Invalid) as refusal:
        return _refused(request, opportunity(request.actor, opportunity_id), typed, refusal)
    except Conflict as conflict:
        if conflict.code != "conflict":
            raise
        if not typed.given.keys() <= PLAIN:
            return _refused(request, opportunity(request.actor, opportunity_id), typed, conflict)
        if typed.text("from") == "record" and is_htmx(request):
            return _again(request, opportunity(request.actor, opportunity_id), None, conflict, status=409)
        raise
    return _moved(
        request, before, Whereabouts(opportunity_id, moved.process_id, moved.stage_id), typed, wanted
    )


def _board_filter(request: SignedIn, typed: Typed) -> OpportunityFilter:
    """What the board shows that the move came from; all where it came from elsewhere."""
    query = "" if typed.text("from") == "list" else typed.text("query")
    return board_filter(dict(parse_qsl(query)), request.actor)


def _filled_in(process_id: int, typed: Typed) -> tuple[dict[str, object], list[int]]:
    """What the form of a gate was filled in with, besides the move itself."""
    fields: dict[str, object] = {}
    ticked: list[int] = []
    if typed.given.keys() <= PLAIN:
        return fields, ticked
    for stage in process_by_id(process_id).stages:
        for step in stage.steps:
            if step.what == "field" and step.field in typed.given and step.field not in typed.errors:
                fields |= step_changes(typed, step.field)
            if step.what == "tick" and typed.ticked(f"tick-{step.id}"):
                ticked.append(step.id)
    return fields, ticked


def _refused(
    request: SignedIn, record: OpportunityRecord, typed: Typed, refusal: OpportuneError
) -> HttpResponse:
    if typed.text("from") == "record" and record.row.stage_id is not None and is_htmx(request):
        if request.change_sets:
            return _again(request, record, record.row.stage_id, refusal, status=422)
        return refused_flyout(request, record, record.row.stage_id, said(refusal.message))
    missing = {entry["step"] for entry in refusal.data.get("missing", ())}
    steps = [one for state in record.stages for one in state.steps]
    if isinstance(refusal, Invalid | Conflict):
        missing = {
            one.step.id for one in steps if {one.step.field, f"tick-{one.step.id}"} & typed.given.keys()
        }
    asked = [one for one in steps if one.step.id in missing]
    present = _present(record, asked)
    values = {**present, **typed.all_values()}
    if "was" not in typed.given:
        values |= {name: present[name] for name in ("version", "was")}
    seen = None
    if isinstance(refusal, Conflict):
        seen = meanwhile(refusal, typed.given, present, READING)
        values = {**typed.all_values(), **seen.values}
    context = {
        **record_context(record),
        "message": said(refusal.message),
        "conflict": seen,
        "steps": asked,
        "typed": typed.all_values(),
        "values": values,
        "target": record.process.stage(typed.whole("stage")),
        "errors": {**getattr(refusal, "fields", {}), **typed.errors},
    }
    template = "opportunities/gate_dialog.html" if is_htmx(request) else "opportunities/gate_page.html"
    response = page(request, template, context, status=409 if seen else 422)
    if is_htmx(request):
        response["HX-Retarget"] = "#dialog-body"
        response["HX-Reswap"] = "innerHTML"
    return response


def _again(
    request: SignedIn, record: OpportunityRecord, stage_id: int | None, error: OpportuneError, *, status: int
) -> HttpResponse:
    """The record with a stage open, the one that is open if none is given, and why the deal was not moved."""
    is_saved = bool(request.change_sets)
    return show_again(
        request,
        record.row.id,
        None,
        gettext("Saved.") if is_saved else "",
        stage_id=stage_id,
        fresh=[one.step for state in record.stages for one in state.steps] if is_saved else (),
        refusal=said(error.message),
        status=status,
    )


def _present(record: OpportunityRecord, asked: Sequence[StepState]) -> dict[str, Any]:
    """What the form of a gate shows of the fields it asks for, and the version of the deal."""
    values, names = field_values(record), [one.step.field for one in asked if one.step.field]
    shown = {name: values[name] for name in names}
    labels = {f"{name}_name": values[f"{name}_name"] or "" for name in names if f"{name}_name" in values}
    return as_shown({**shown, **labels, **around(record)}, record.row.version)


def _moved(
    request: SignedIn, before: Whereabouts, after: Whereabouts, typed: Typed, wanted: OpportunityFilter
) -> HttpResponse:
    process = process_by_id(after.process_id)
    stage = process.stage(after.stage_id)
    text = gettext("Moved to {stage}.").format(stage=named(stage) if stage else gettext("Not started"))
    if typed.text("move") == "finish":
        text = gettext("The process is finished.")
    change_set = request.change_sets[-1] if request.change_sets else 0
    if is_htmx(request) and typed.text("from") == "list":
        return again(request, after.id, typed.text("query"), text)
    if not is_htmx(request) or typed.text("from") == "record" or "query" not in typed.given:
        tell(request, text)
        return go(request, reverse("opportunity", args=[after.id]))
    touched, limit = {before.stage_id, after.stage_id}, cards_in(typed.text("most"))
    drawn = board(request.actor, process, wanted, only=touched, limit=limit)
    context = {
        **lanes_context(drawn, wanted.parameters()),
        "message": text,
        "undo": change_set,
        "kind": "done",
    }
    response = page(request, "opportunities/moved.html", context)
    response["HX-Reswap"] = "none"
    response["HX-Trigger"] = "dialog:close"
    return response
