"""The stages of a process: adding, editing, ordering, the default one, deleting (C-078…C-103)."""

from collections.abc import Mapping
from typing import Any

from django.http import HttpResponse
from django.utils.translation import gettext
from django.views.decorators.http import require_http_methods, require_POST

from opportune.kernel.errors import Conflict, Invalid
from opportune.process import actions
from opportune.process.queries import (
    ProcessPicture,
    StagePicture,
    process_by_id,
    stage_by_id,
    stage_use,
)
from opportune.web.pages import SignedIn, go, signed_in, tell
from opportune.web.settings.forms import changed, dialog, shown_text, text_of
from opportune.web.settings.process import address_of, moved, way_of
from opportune.web.typed import Typed

TEXTS = (
    "name_en",
    "name_fr",
    "chance",
    "completed",
    "expected_days",
    "stale_days",
    "close_date_formula",
    "guidance_en",
    "guidance_fr",
    "comments",
)
FLAGS = ("allow_skip", "quote_required")


@require_http_methods(["GET", "POST"])
@signed_in
def new(request: SignedIn, process_id: int) -> HttpResponse:
    """Add a stage behind the others."""
    request.actor.demand_right("customise")
    process = process_by_id(process_id)
    if request.method == "GET":
        return _form(request, process, None, dict.fromkeys(TEXTS, ""), {})
    typed = Typed(request.POST.dict())
    given: dict[str, Any] = {name: text_of(typed, name) for name in TEXTS}
    given |= {name: typed.ticked(name) for name in FLAGS}
    try:
        actions.add_stage(request.actor, process_id, given)
    except Invalid as invalid:
        return _form(request, process, None, _typed_values(typed), invalid.fields)
    tell(request, gettext("Stage added."))
    return go(request, address_of(process))


@require_http_methods(["GET", "POST"])
@signed_in
def edit(request: SignedIn, stage_id: int) -> HttpResponse:
    """Change a stage's names, chances, gates, days, guidance, comments."""
    request.actor.demand_right("customise")
    process, stage = stage_by_id(stage_id)
    if request.method == "GET":
        values: dict[str, Any] = {name: shown_text(getattr(stage, name)) for name in TEXTS}
        values |= {name: getattr(stage, name) for name in FLAGS}
        return _form(request, process, stage, {**values, "version": stage.version}, {})
    typed = Typed(request.POST.dict())
    try:
        version = typed.whole("version")
        typed.demand()
        actions.change_stage(request.actor, stage_id, changed(typed, stage, TEXTS, FLAGS), version=version)
    except Invalid as invalid:
        return _form(request, process, stage, _typed_values(typed), invalid.fields)
    except Conflict as conflict:
        return _form(request, process, stage, _typed_values(typed), {"conflict": conflict.message})
    tell(request, gettext("Stage changed."))
    return go(request, address_of(process))


def _typed_values(typed: Typed) -> dict[str, Any]:
    return {**typed.values((*TEXTS, "version")), **{name: typed.ticked(name) for name in FLAGS}}


def _form(
    request: SignedIn,
    process: ProcessPicture,
    stage: StagePicture | None,
    values: Mapping[str, Any],
    errors: Mapping[str, Any],
) -> HttpResponse:
    context = {"process": process, "stage": stage, "values": values, "errors": errors}
    return dialog(request, "settings/stage_form.html", context, status=422 if errors else 200)


@require_POST
@signed_in
def shift(request: SignedIn, stage_id: int, way: str) -> HttpResponse:
    """Move a stage with its steps up or down."""
    actions.shift_stage(request.actor, stage_id, way_of(way))
    process, _ = stage_by_id(stage_id)
    return moved(request, process.id)


@require_POST
@signed_in
def make_default(request: SignedIn, stage_id: int) -> HttpResponse:
    """Let new opportunities begin in a stage, or without one if it is that stage already."""
    request.actor.demand_right("customise")
    process, stage = stage_by_id(stage_id)
    if stage.is_default:
        actions.clear_default_stage(request.actor, process.id)
        tell(request, gettext("New opportunities begin without a stage."))
    else:
        actions.set_default_stage(request.actor, stage_id)
        tell(request, gettext("Default stage set."))
    return go(request, address_of(process))


@require_POST
@signed_in
def comment(request: SignedIn, stage_id: int) -> HttpResponse:
    """Add a comment with time and name."""
    actions.comment_stage(request.actor, stage_id, Typed(request.POST.dict()).text("text"))
    process, _ = stage_by_id(stage_id)
    tell(request, gettext("Comment added."))
    return go(request, address_of(process))


@require_http_methods(["GET", "POST"])
@signed_in
def delete(request: SignedIn, stage_id: int) -> HttpResponse:
    """Say how many opportunities are in a stage, ask where they go, and delete it."""
    request.actor.demand_right("customise")
    process, stage = stage_by_id(stage_id)
    context = {"process": process, "stage": stage, "use": stage_use(stage_id)}
    if request.method == "GET":
        values = {"replacement": "", "move_steps": False}
        return dialog(request, "settings/stage_delete.html", {**context, "values": values, "errors": {}})
    typed = Typed(request.POST.dict())
    move_steps = typed.ticked("move_steps") and bool(typed.text("replacement"))
    try:
        replacement_id = typed.whole("replacement")
        typed.demand()
        actions.delete_stage(request.actor, stage_id, replacement_id=replacement_id, move_steps=move_steps)
    except Invalid as invalid:
        values = {**typed.values(("replacement",)), "move_steps": move_steps}
        shown = {**context, "values": values, "errors": invalid.fields}
        return dialog(request, "settings/stage_delete.html", shown, status=422)
    tell(request, gettext("Stage deleted."))
    return go(request, address_of(process))
