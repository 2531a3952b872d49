"""The steps of a stage, in its flyout on a deal's page: ticked, or filled in, each on its own."""

from collections.abc import Collection, Mapping
from typing import Any

from django.http import HttpResponse
from django.urls import reverse
from django.utils.translation import gettext
from django.views.decorators.http import require_http_methods, require_POST

from opportune.kernel.errors import Conflict, Invalid, NotFound
from opportune.opportunities import actions
from opportune.opportunities.queries import OpportunityRecord, opportunity
from opportune.process.queries import StepPicture
from opportune.web.opportunities.record import demand_changeable, record_context, show_again, whole_context
from opportune.web.opportunities.step_rows import (
    TICK,
    Row,
    in_words,
    is_unsaved,
    kept_rows,
    shown_in_rows,
    stage_of,
    step_changes,
    typed_in,
)
from opportune.web.pages import SignedIn, go, is_htmx, page, signed_in, tell
from opportune.web.typed import Kept, Typed


@require_http_methods(["GET", "POST"])
@signed_in
def flyout(request: SignedIn, opportunity_id: int, stage_id: int) -> HttpResponse:
    """GET: what is to be done in one stage. POST: all that was filled in there, each step on its own."""
    record = opportunity(request.actor, opportunity_id)
    opened = stage_of(record, stage_id)
    if request.method == "POST":
        return _save(request, record, stage_id, [one.step for one in opened.steps])
    context = {**record_context(record), "opened": opened, "shown": shown_in_rows(record)}
    return page(request, "opportunities/flyout.html", context)


@require_POST
@signed_in
def step(request: SignedIn, opportunity_id: int, step_id: int) -> HttpResponse:
    """Tick a step, take the tick away, or fill in the field a step asks for; with `theirs` show what is there.

    The other steps of the stage stay as they are typed, and not yet saved.
    """
    record = opportunity(request.actor, opportunity_id)
    for state in record.stages:
        for one in state.steps:
            if one.step.id == step_id:
                return _save(request, record, state.stage.id, [one.step])
    raise NotFound("step")


def refused_flyout(request: SignedIn, record: OpportunityRecord, stage_id: int, refusal: str) -> HttpResponse:
    """The flyout of a stage with why a move was refused; what was typed in its steps stays."""
    opened = stage_of(record, stage_id)
    context = {
        **record_context(record),
        "opened": opened,
        "shown": shown_in_rows(record),
        "refusal": refusal,
        "kept": [one.step.id for one in opened.steps],
    }
    return page(request, "opportunities/flyout.html", context, status=422)


def _save(
    request: SignedIn, record: OpportunityRecord, stage_id: int, asked: Collection[StepPicture]
) -> HttpResponse:
    demand_changeable(request.actor, record)
    given = request.POST.dict()
    rows: dict[int, Row] = {}
    is_refused = False
    for one in stage_of(record, stage_id).steps:
        typed = typed_in(request.actor, given, one.step)
        if one.step in asked:
            row = None if "theirs" in given else _save_row(request, record.row.id, one.step, typed)
            is_refused |= row is not None
        else:
            row = Row(typed.all_values()) if is_unsaved(typed) else None
        if row is not None:
            rows[one.step.id] = row
    if is_refused:
        return _refused(request, record.row.id, stage_id, asked, rows)
    message = gettext("Saved.") if request.change_sets else ""
    if is_htmx(request):
        return show_again(request, record.row.id, None, message, stage_id=stage_id, fresh=asked)
    if message:
        tell(request, message)
    if rows:
        return _page(request, record.row.id, stage_id, rows, status=200)
    return go(request, f"{reverse('opportunity', args=[record.row.id])}?stage={stage_id}")


def _save_row(request: SignedIn, opportunity_id: int, asked: StepPicture, typed: Typed) -> Row | None:
    """Save what is filled in for one step; what stands in the way, if something does."""
    try:
        is_typed = is_unsaved(typed) or "was" not in typed.given
        if asked.what == "tick" and is_typed:
            actions.mark_step(request.actor, opportunity_id, asked.id, is_done=typed.ticked(TICK))
        elif asked.what == "field" and is_typed:
            changes, version = step_changes(typed, asked.field), typed.whole("version")
            typed.demand()
            actions.edit(request.actor, opportunity_id, changes, version=version)
    except Invalid as invalid:
        why = invalid.fields.get(asked.field) or next(iter(invalid.fields.values()))
        return Row(typed.all_values(), Kept({asked.field: why}))
    except Conflict as conflict:
        if conflict.code != "conflict":
            raise
        now = opportunity(request.actor, opportunity_id)
        # saving again overwrites knowingly what is shown, and nothing newer
        seen = {name: shown_in_rows(now)[asked.id][name] for name in ("version", "was")}
        return Row(typed.all_values() | seen, message=conflict.message, theirs=in_words(now, asked))
    return None


def _refused(
    request: SignedIn,
    opportunity_id: int,
    stage_id: int,
    asked: Collection[StepPicture],
    rows: Mapping[int, Row],
) -> HttpResponse:
    status = 409 if any(row.message for row in rows.values()) else 422
    if not is_htmx(request):
        return _page(request, opportunity_id, stage_id, rows, status=status)
    record = opportunity(request.actor, opportunity_id)
    kept = kept_rows(request.actor, request.POST.dict(), record, stage_id)
    fresh = {one.id for one in asked}
    context: dict[str, Any] = {
        **record_context(record),
        "opened": stage_of(record, stage_id),
        "shown": shown_in_rows(record),
        "rows": rows,
        "kept": [step_id for step_id in kept if step_id not in fresh],
    }
    return page(request, "opportunities/flyout.html", context, status=status)


def _page(
    request: SignedIn, opportunity_id: int, stage_id: int, rows: Mapping[int, Row], *, status: int
) -> HttpResponse:
    """The page of the deal with the flyout open, and in it what was typed and is not saved."""
    record = opportunity(request.actor, opportunity_id)
    opened = {"opened": stage_of(record, stage_id), "rows": rows}
    context = {**whole_context(request, record), **opened}
    return page(request, "opportunities/record.html", context, status=status)
