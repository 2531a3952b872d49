"""The steps of a stage: adding, editing, ordering, moving to another stage, deleting (C-080…C-093)."""

from collections.abc import Mapping
from typing import Any

from django.http import HttpResponse
from django.utils.translation import gettext
from django.views.decorators.http import require_http_methods, require_POST

from opportune.kernel.errors import Conflict, Invalid
from opportune.process import actions
from opportune.process.queries import (
    StagePicture,
    StepPicture,
    known_fields,
    stage_by_id,
    step_by_id,
    step_use,
)
from opportune.web.pages import SignedIn, go, signed_in, tell
from opportune.web.settings.forms import changed, dialog, shown_text
from opportune.web.settings.process import address_of, moved, way_of
from opportune.web.typed import Typed

TEXTS = ("name_en", "name_fr", "field", "delay_days", "reminder_days")
FLAGS = ("is_required",)


@require_http_methods(["GET", "POST"])
@signed_in
def new(request: SignedIn, stage_id: int) -> HttpResponse:
    """Add a step at the end of a stage."""
    request.actor.demand_right("customise")
    process, stage = stage_by_id(stage_id)
    if request.method == "GET":
        return _form(request, stage, None, {**dict.fromkeys(TEXTS, ""), "what": "tick"}, {})
    typed = Typed(request.POST.dict())
    given: dict[str, Any] = {name: typed.text(name) for name in (*TEXTS, "what")}
    try:
        actions.add_step(request.actor, stage_id, **given, is_required=typed.ticked("is_required"))
    except Invalid as invalid:
        return _form(request, stage, None, _typed_values(typed), invalid.fields)
    tell(request, gettext("Step added."))
    return go(request, address_of(process))


@require_http_methods(["GET", "POST"])
@signed_in
def edit(request: SignedIn, step_id: int) -> HttpResponse:
    """Change a step's names, its field, its delay and reminder, whether it is required."""
    request.actor.demand_right("customise")
    process, stage, step = step_by_id(step_id)
    if request.method == "GET":
        values: dict[str, Any] = {name: shown_text(getattr(step, name)) for name in TEXTS}
        values |= {"what": step.what, "is_required": step.is_required, "version": step.version}
        return _form(request, stage, step, values, {})
    typed = Typed(request.POST.dict())
    try:
        version = typed.whole("version")
        typed.demand()
        actions.change_step(request.actor, step_id, changed(typed, step, TEXTS, FLAGS), version=version)
    except Invalid as invalid:
        return _form(request, stage, step, _typed_values(typed), invalid.fields)
    except Conflict as conflict:
        return _form(request, stage, step, _typed_values(typed), {"conflict": conflict.message})
    tell(request, gettext("Step changed."))
    return go(request, address_of(process))


def _typed_values(typed: Typed) -> dict[str, Any]:
    return {**typed.values((*TEXTS, "what", "version")), "is_required": typed.ticked("is_required")}


def _form(
    request: SignedIn,
    stage: StagePicture,
    step: StepPicture | None,
    values: Mapping[str, Any],
    errors: Mapping[str, Any],
) -> HttpResponse:
    context = {"stage": stage, "step": step, "values": values, "errors": errors, "known": known_fields()}
    return dialog(request, "settings/step_form.html", context, status=422 if errors else 200)


@require_POST
@signed_in
def shift(request: SignedIn, step_id: int, way: str) -> HttpResponse:
    """Move a step up or down in its stage."""
    actions.shift_step(request.actor, step_id, way_of(way))
    process, _, _ = step_by_id(step_id)
    return moved(request, process.id)


@require_POST
@signed_in
def move(request: SignedIn, step_id: int, stage_id: int) -> HttpResponse:
    """Put a step at the end of another stage."""
    actions.move_step(request.actor, step_id, stage_id)
    process, _, _ = step_by_id(step_id)
    tell(request, gettext("Step moved."))
    return go(request, address_of(process))


@require_http_methods(["GET", "POST"])
@signed_in
def delete(request: SignedIn, step_id: int) -> HttpResponse:
    """Say how many opportunities show a step, and delete it."""
    request.actor.demand_right("customise")
    process, stage, step = step_by_id(step_id)
    if request.method == "GET":
        context = {"process": process, "stage": stage, "step": step, "use": step_use(step_id)}
        return dialog(request, "settings/step_delete.html", context)
    actions.delete_step(request.actor, step_id)
    tell(request, gettext("Step deleted."))
    return go(request, address_of(process))
