"""The steps of a stage, in its flyout on a deal's page: ticked, or filled in, each on its own."""

from collections.abc import Collection, Mapping
from typing import Any

from django.http import HttpResponse
from django.urls import reverse
from django.utils.translation import gettext
from django.views.decorators.http import require_http_methods, require_POST

from opportune.kernel.errors import Conflict, NotFound
from opportune.opportunities.queries import OpportunityRecord, opportunity
from opportune.process.queries import StepPicture
from opportune.web.opportunities.record import record_context, show_again, whole_context
from opportune.web.opportunities.step_rows import OwnSaves, Row, kept_rows, shown_in_rows, stage_of
from opportune.web.opportunities.step_saving import Outcome, save_rows, typed_rows
from opportune.web.pages import SignedIn, go, is_htmx, page, signed_in, tell


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


def saved_before_moving(
    request: SignedIn, record: OpportunityRecord, stage_id: int
) -> OwnSaves | HttpResponse:
    """Save what is typed in the panel from which a deal is moved, or say why the deal stays.

    Raises NotPermitted, NotFound.
    """
    steps = [one.step for one in stage_of(record, stage_id).steps]
    try:
        outcome = save_rows(request, record, stage_id, steps)
    except Conflict as conflict:
        return _closed(request, record.row.id, stage_id, conflict)
    if not outcome.is_refused:
        return outcome.own
    stays = gettext("The opportunity stays where it is until this is saved.")
    return _refused(request, record.row.id, stage_id, steps, outcome, refusal=stays)


def _save(
    request: SignedIn, record: OpportunityRecord, stage_id: int, asked: Collection[StepPicture]
) -> HttpResponse:
    try:
        outcome = save_rows(request, record, stage_id, asked)
    except Conflict as conflict:
        return _closed(request, record.row.id, stage_id, conflict)
    if outcome.is_refused:
        return _refused(request, record.row.id, stage_id, asked, outcome)
    message = gettext("Saved.") if request.change_sets else ""
    if is_htmx(request):
        return show_again(
            request, record.row.id, None, message, stage_id=stage_id, fresh=asked, own=outcome.own
        )
    if message:
        tell(request, message)
    if outcome.rows:
        return _page(request, record.row.id, stage_id, outcome.rows, status=200)
    return go(request, f"{reverse('opportunity', args=[record.row.id])}?stage={stage_id}")


def _closed(request: SignedIn, opportunity_id: int, stage_id: int, conflict: Conflict) -> HttpResponse:
    """The deal as it was closed meanwhile; the stage stays open with what was typed, and says that it is not saved."""
    if conflict.code != "closed":
        raise conflict
    record = opportunity(request.actor, opportunity_id)
    rows, refusal = typed_rows(request, record, stage_id), conflict.message
    if not rows:
        raise conflict
    if is_htmx(request):
        return show_again(
            request, opportunity_id, None, "", stage_id=stage_id, refusal=refusal, is_frozen=True
        )
    frozen = {"refusal": refusal, "is_frozen": True}
    return _page(request, opportunity_id, stage_id, rows, status=409, **frozen)


def _refused(
    request: SignedIn,
    opportunity_id: int,
    stage_id: int,
    asked: Collection[StepPicture],
    outcome: Outcome,
    *,
    refusal: str = "",
) -> HttpResponse:
    rows = outcome.rows
    status = 409 if any(row.message for row in rows.values()) else 422
    if not is_htmx(request):
        return _page(request, opportunity_id, stage_id, rows, status=status, refusal=refusal)
    if request.change_sets:
        return show_again(
            request,
            opportunity_id,
            None,
            gettext("Saved."),
            stage_id=stage_id,
            fresh=asked,
            own=outcome.own,
            refusal=refusal,
            rows=rows,
            status=status,
        )
    record = opportunity(request.actor, opportunity_id)
    kept = kept_rows(request.actor, request.POST.dict(), record, stage_id)
    fresh = {one.id for one in asked}
    context: dict[str, Any] = {
        **record_context(record),
        "opened": stage_of(record, stage_id),
        "shown": shown_in_rows(record),
        "rows": rows,
        "kept": [step_id for step_id in kept if step_id not in fresh],
        "refusal": refusal,
    }
    return page(request, "opportunities/flyout.html", context, status=status)


def _page(
    request: SignedIn,
    opportunity_id: int,
    stage_id: int,
    rows: Mapping[int, Row],
    *,
    status: int,
    **more: Any,
) -> HttpResponse:
    """The page of the deal with the flyout open, and in it what was typed and is not saved."""
    record = opportunity(request.actor, opportunity_id)
    opened = {"opened": stage_of(record, stage_id), "rows": rows, **more}
    context = {**whole_context(request, record), **opened}
    return page(request, "opportunities/record.html", context, status=status)
