"""The steps of a stage, in its flyout on a deal's page: ticked, or filled in, each on its own."""

from typing import Any

from django.http import HttpResponse
from django.urls import reverse
from django.utils.translation import gettext
from django.views.decorators.http import require_GET, require_POST

from opportune.kernel.errors import Invalid, NotFound
from opportune.opportunities import actions
from opportune.opportunities.queries import OpportunityRecord, StageState, opportunity
from opportune.process.queries import StepPicture
from opportune.web.opportunities.record import record_context, show_again, whole_context
from opportune.web.pages import SignedIn, go, is_htmx, page, signed_in, tell
from opportune.web.picked import CONTACT, CUSTOMER, read_picked
from opportune.web.typed import Kept, Typed

STEP_PICKERS = {"customer": CUSTOMER, "primary_contact_id": CONTACT}


@require_GET
@signed_in
def flyout(request: SignedIn, opportunity_id: int, stage_id: int) -> HttpResponse:
    """What is to be done in one stage."""
    record = opportunity(request.actor, opportunity_id)
    context = {**record_context(record), "opened": _stage_of(record, stage_id)}
    return page(request, "opportunities/flyout.html", context)


def refused_flyout(request: SignedIn, record: OpportunityRecord, stage_id: int, refusal: str) -> HttpResponse:
    """The flyout of a stage with why a move was refused; what was typed in its steps stays."""
    opened = _stage_of(record, stage_id)
    context = {
        **record_context(record),
        "opened": opened,
        "refusal": refusal,
        "kept": [one.step.id for one in opened.steps],
    }
    return page(request, "opportunities/flyout.html", context, status=422)


@require_POST
@signed_in
def step(request: SignedIn, opportunity_id: int, step_id: int) -> HttpResponse:
    """Tick a step, take the tick away, or fill in the field a step asks for.

    The other steps of the stage stay as the browser has them, with what is typed there and not yet saved.
    """
    record = opportunity(request.actor, opportunity_id)
    opened = next((s for s in record.stages for one in s.steps if one.step.id == step_id), None)
    if opened is None:
        raise NotFound("step")
    steps = [one.step for one in opened.steps]
    asked = next(one for one in steps if one.id == step_id)
    typed = read_picked(request.actor, request.POST.dict(), STEP_PICKERS)
    try:
        _save(request, opportunity_id, asked, typed)
    except Invalid as invalid:
        return _refused_step(request, record, opened, asked, typed, invalid)
    message = gettext("Saved.") if request.change_sets else ""
    if is_htmx(request):
        kept = [one.id for one in steps if one != asked and not (one.field and one.field == asked.field)]
        return show_again(request, opportunity_id, None, message, stage_id=opened.stage.id, kept=kept)
    if message:
        tell(request, message)
    return go(request, f"{reverse('opportunity', args=[opportunity_id])}?stage={opened.stage.id}")


def _save(request: SignedIn, opportunity_id: int, asked: StepPicture, typed: Typed) -> None:
    if asked.what == "tick":
        actions.mark_step(request.actor, opportunity_id, asked.id, is_done=typed.ticked("done"))
        return
    changes = step_changes(typed, asked.field)
    typed.demand()
    actions.edit(request.actor, opportunity_id, changes)


def _refused_step(
    request: SignedIn,
    record: OpportunityRecord,
    opened: StageState,
    asked: StepPicture,
    typed: Typed,
    invalid: Invalid,
) -> HttpResponse:
    why = invalid.fields.get(asked.field) or next(iter(invalid.fields.values()))
    context: dict[str, Any] = {
        "opened": opened,
        "refused": {"step": asked.id, "typed": typed.all_values(), "errors": Kept({asked.field: why})},
        "kept": [one.step.id for one in opened.steps if one.step != asked],
    }
    if is_htmx(request):
        context |= record_context(record)
        return page(request, "opportunities/flyout.html", context, status=422)
    return page(request, "opportunities/record.html", context | whole_context(request, record), status=422)


def step_changes(typed: Typed, field: str) -> dict[str, Any]:
    """The change a field step's input asks for."""
    if field == "customer":
        return typed.customer()
    if field == "primary_contact_id":
        return {field: typed.customer(field)["contact_id"]}
    if field in ("budget", "estimated_value"):
        return {field: typed.figure(field)}
    return {field: typed.text(field)}


def _stage_of(record: OpportunityRecord, stage_id: int) -> StageState:
    found = next((state for state in record.stages if state.stage.id == stage_id), None)
    if found is None:
        raise NotFound("stage")
    return found
