"""The steps of a stage: adding, editing, ordering, moving to another stage, deleting (C-080…C-093)."""

from collections.abc import Mapping
from typing import Any

from django.http import HttpResponse
from django.utils.translation import gettext
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from opportune.kernel.errors import Conflict, Invalid, NotFound
from opportune.process import actions
from opportune.process.queries import (
    StagePicture,
    StepPicture,
    known_fields,
    process_by_id,
    stage_by_id,
    step_by_id,
    step_use,
)
from opportune.web.conflicts import Meanwhile, Reading, names_of, status_of, version_of
from opportune.web.opportunities.names import field_names
from opportune.web.pages import SignedIn, go, is_htmx, page, signed_in, tell
from opportune.web.settings.forms import Fields, dialog, menu
from opportune.web.settings.tree import address_of, moved, not_moved, place_of, unfolded, way_of
from opportune.web.templating import named
from opportune.web.typed import Typed

TEXTS = ("name_en", "name_fr", "field", "delay_days", "reminder_days")
FLAGS = ("is_required",)
FIELDS = Fields(TEXTS, FLAGS, Reading(names=lambda: {"field": field_names(), **names_of(FLAGS)}))


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
        return _form(request, stage, None, FIELDS.typed(typed, "what"), invalid.fields)
    tell(request, gettext("Step added."))
    return go(request, address_of(process, (*unfolded(request), stage_id)))


@require_http_methods(["GET", "POST"])
@signed_in
def edit(request: SignedIn, step_id: int) -> HttpResponse:
    """Change a step's names, its field, its delay and reminder, whether it is required.

    With `row` it is edited where it stands, and the answer is its row.
    """
    request.actor.demand_right("customise")
    process, stage, step = step_by_id(step_id)
    if request.method == "GET":
        return _form(request, stage, step, FIELDS.values(step), {})
    typed = Typed(request.POST.dict())
    try:
        version = typed.whole("version")
        typed.demand()
        actions.change_step(request.actor, step_id, FIELDS.changed(typed, step), version=version)
    except Invalid as invalid:
        return _form(request, stage, step, FIELDS.typed(typed, "what"), invalid.fields)
    except Conflict as conflict:
        _, stage, step = step_by_id(step_id)
        seen = FIELDS.meanwhile(conflict, typed, step)
        return _form(request, stage, step, seen.values, {}, conflict=seen)
    if _in_row(request):
        return _row(request, step_id, gettext("Saved."), has_focus=True)
    tell(request, gettext("Step changed."))
    return go(request, address_of(process, (*unfolded(request), stage.id)))


@require_GET
@signed_in
def row(request: SignedIn, step_id: int) -> HttpResponse:
    """A step's row as it is by now."""
    request.actor.demand_right("customise")
    return _row(request, step_id, "", has_focus=True)


@require_POST
@signed_in
def require(request: SignedIn, step_id: int) -> HttpResponse:
    """Ask for a step before its stage is left, or no more."""
    is_required = Typed(request.POST.dict()).ticked("is_required")
    actions.require_step(request.actor, step_id, is_required=is_required)
    return _row(request, step_id, gettext("Saved."))


def _row(request: SignedIn, step_id: int, text: str, *, has_focus: bool = False) -> HttpResponse:
    process, stage, step = step_by_id(step_id)
    if not is_htmx(request):
        tell(request, text)
        return go(request, address_of(process, (*unfolded(request), stage.id)))
    undo = request.change_sets[-1] if request.change_sets else 0
    context = {"process": process, "stage": stage, "step": step, "has_focus": has_focus}
    context["field_names"] = field_names()
    context |= {"message": text if undo else "", "undo": undo, "kind": "done"}
    return page(request, "settings/step_saved.html", context)


def _in_row(request: SignedIn) -> bool:
    given = request.GET if request.method == "GET" else request.POST
    return is_htmx(request) and "row" in given


@require_GET
@signed_in
def menu_of(request: SignedIn, step_id: int) -> HttpResponse:
    """Where a step can be moved."""
    request.actor.demand_right("customise")
    process, stage, step = step_by_id(step_id)
    context = {"process": process, "stage": stage, "step": step}
    return menu(request, "settings/step_menu.html", context, named(step), address_of(process, (stage.id,)))


@require_POST
@signed_in
def place(request: SignedIn, step_id: int) -> HttpResponse:
    """Put a step where it was dropped, in its stage or in another one of its process."""
    request.actor.demand_right("customise")
    typed = Typed(request.POST.dict())
    process, _ = stage_by_id(typed.whole("into") or 0)
    position, seen = place_of(request)
    try:
        actions.move_step(
            request.actor, step_id, typed.whole("into") or 0, position=position, seen=seen or None
        )
    except (Conflict, NotFound) as error:
        return not_moved(request, process_by_id(process.id), error)
    return _moved(request, step_id)


def _moved(request: SignedIn, step_id: int) -> HttpResponse:
    process, stage, step = step_by_id(step_id)
    text = gettext("“{name}” moved to place {place} of {stage}.").format(
        name=named(step), place=stage.steps.index(step) + 1, stage=named(stage)
    )
    return moved(request, process, text, also=(stage.id,))


def _form(
    request: SignedIn,
    stage: StagePicture,
    step: StepPicture | None,
    values: Mapping[str, Any],
    errors: Mapping[str, Any],
    *,
    conflict: Meanwhile | None = None,
) -> HttpResponse:
    context = {
        "stage": stage,
        "step": step,
        "values": values,
        "errors": errors,
        "conflict": conflict,
        "known": known_fields(),
        "field_names": field_names(),
    }
    status = status_of(errors, conflict)
    if _in_row(request):
        return page(request, "settings/step_row_form.html", context, status=status)
    return dialog(request, "settings/step_form.html", context, status=status)


@require_POST
@signed_in
def shift(request: SignedIn, step_id: int, way: str) -> HttpResponse:
    """Move a step up or down in its stage."""
    actions.shift_step(request.actor, step_id, way_of(way))
    return _moved(request, step_id)


@require_POST
@signed_in
def move(request: SignedIn, step_id: int, stage_id: int) -> HttpResponse:
    """Put a step at the end of another stage."""
    actions.move_step(request.actor, step_id, stage_id)
    return _moved(request, step_id)


@require_http_methods(["GET", "POST"])
@signed_in
def delete(request: SignedIn, step_id: int) -> HttpResponse:
    """Say how many opportunities show a step, and delete it."""
    request.actor.demand_right("customise")
    process, stage, step = step_by_id(step_id)
    seen = None
    if request.method == "POST":
        try:
            actions.delete_step(request.actor, step_id, version=version_of(request))
        except Conflict as conflict:
            (process, stage, step), seen = step_by_id(step_id), conflict
    if request.method == "GET" or seen:
        context = {"process": process, "stage": stage, "step": step, "use": step_use(step_id)}
        context["conflict"] = seen
        return dialog(request, "settings/step_delete.html", context, status=status_of(None, seen))
    tell(request, gettext("Step deleted."))
    return go(request, address_of(process, (*unfolded(request), stage.id)))
