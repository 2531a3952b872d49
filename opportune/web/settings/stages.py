"""The stages of a process: adding, editing, ordering, the default one, deleting (C-078…C-103)."""

from collections.abc import Mapping
from functools import partial
from typing import Any

from django.http import HttpResponse
from django.utils.translation import gettext
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from opportune.kernel.errors import Conflict, Invalid, NotFound
from opportune.opportunities.queries import statistics
from opportune.process import actions
from opportune.process.queries import (
    ProcessPicture,
    StagePicture,
    process_by_id,
    stage_by_id,
    stage_use,
)
from opportune.web.conflicts import Meanwhile, Reading, meanwhile, names_of, status_of
from opportune.web.pages import SignedIn, go, is_htmx, page, signed_in, tell
from opportune.web.settings.forms import PERCENTS, Fields, dialog, menu, text_of, value_of
from opportune.web.settings.tree import (
    IN_PLACE,
    address_of,
    carried_of,
    fields_of,
    moved,
    not_moved,
    place_of,
    tree_context,
    unfolded,
    way_of,
)
from opportune.web.templating import named
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
FIELDS = Fields(TEXTS, FLAGS, Reading(percents=PERCENTS, names=partial(names_of, FLAGS)))


@require_http_methods(["GET", "POST"])
@signed_in
def new(request: SignedIn, process_id: int) -> HttpResponse:
    """Add a stage behind the others."""
    request.actor.demand_right("customise")
    process = process_by_id(process_id)
    if request.method == "GET":
        return _form(request, process, None, dict.fromkeys(TEXTS, ""), {})
    typed = Typed(request.POST.dict())
    given: dict[str, Any] = {name: value_of(typed, name) for name in TEXTS}
    given |= {name: typed.ticked(name) for name in FLAGS}
    try:
        made = actions.add_stage(request.actor, process_id, given)
    except Invalid as invalid:
        return _form(request, process, None, FIELDS.typed(typed), invalid.fields)
    tell(request, gettext("Stage added."))
    return go(request, address_of(process, (*unfolded(request), made.pk)))


@require_http_methods(["GET", "POST"])
@signed_in
def edit(request: SignedIn, stage_id: int) -> HttpResponse:
    """Change a stage's names, chances, gates, days, guidance, comments."""
    request.actor.demand_right("customise")
    process, stage = stage_by_id(stage_id)
    if request.method == "GET":
        return _form(request, process, stage, FIELDS.values(stage), {})
    typed = Typed(request.POST.dict())
    try:
        version = typed.whole("version")
        typed.demand()
        actions.change_stage(request.actor, stage_id, FIELDS.changed(typed, stage), version=version)
    except Invalid as invalid:
        return _form(request, process, stage, FIELDS.typed(typed), invalid.fields)
    except Conflict as conflict:
        process, stage = stage_by_id(stage_id)
        seen = FIELDS.meanwhile(conflict, typed, stage)
        return _form(request, process, stage, seen.values, {}, conflict=seen)
    tell(request, gettext("Stage changed."))
    return go(request, address_of(process, unfolded(request)))


@require_http_methods(["GET", "POST"])
@signed_in
def fields(request: SignedIn, stage_id: int) -> HttpResponse:
    """A stage's names, chances and expected days where they stand: each is saved as it is left.

    POST changes what differs from what the form showed. Its answer is the head of the stage, or the form with what is
    wrong with it, which may be what somebody else did first.
    """
    request.actor.demand_right("customise")
    process, stage = stage_by_id(stage_id)
    if request.method == "GET":
        return _fields(request, process, stage, carried_of(stage), {})
    typed = Typed(request.POST.dict())
    shown, now = typed.shown(), fields_of(stage)
    texts = {name: text_of(typed, name) for name in IN_PLACE if name in typed.given}
    changes = {
        name: value_of(typed, name)
        for name, text in texts.items()
        if text not in (shown.get(name, now[name]), now[name])
    }
    given = {**now, **texts, "version": typed.text("version"), "was": typed.given.get("was", "{}")}
    try:
        version = typed.whole("version")
        typed.demand()
        actions.change_stage(request.actor, stage_id, changes, version=version)
    except Invalid as invalid:
        return _fields(request, process, stage, given, invalid.fields)
    except Conflict as conflict:
        process, stage = stage_by_id(stage_id)
        seen = meanwhile(conflict, given, carried_of(stage), FIELDS.reading)
        return _fields(request, process, stage, seen.values, {}, conflict=seen)
    if not is_htmx(request):
        tell(request, gettext("Saved."))
        return go(request, address_of(process, (*unfolded(request), stage_id)))
    process, stage = stage_by_id(stage_id)
    undo = request.change_sets[-1] if request.change_sets else 0
    context = {**tree_context(request, process), "stage": stage}
    context |= {"message": gettext("Saved.") if undo else "", "undo": undo, "kind": "done"}
    return page(request, "settings/stage_saved.html", context)


def _fields(
    request: SignedIn,
    process: ProcessPicture,
    stage: StagePicture,
    values: Mapping[str, Any],
    errors: Mapping[str, Any],
    *,
    conflict: Meanwhile | None = None,
) -> HttpResponse:
    context = {"process": process, "stage": stage, "values": values, "errors": errors, "conflict": conflict}
    context |= {"carried": values, "swapped": False}
    template = "settings/stage_fields.html" if is_htmx(request) else "settings/stage_fields_page.html"
    response = page(request, template, context, status=status_of(errors, conflict))
    response["HX-Retarget"], response["HX-Reswap"] = f"#stage-{stage.id}-fields", "outerHTML"
    return response


@require_GET
@signed_in
def menu_of(request: SignedIn, stage_id: int) -> HttpResponse:
    """What can be done with a stage; with `order` only where it can be moved."""
    request.actor.demand_right("customise")
    process, stage = stage_by_id(stage_id)
    context = {"process": process, "stage": stage, "only_order": "order" in request.GET}
    return menu(request, "settings/stage_menu.html", context, named(stage), address_of(process))


@require_POST
@signed_in
def place(request: SignedIn, stage_id: int) -> HttpResponse:
    """Put a stage with its steps where it was dropped."""
    process, stage = stage_by_id(stage_id)
    position, seen = place_of(request)
    try:
        actions.move_stage(request.actor, stage_id, position=position, seen=seen or None)
    except (Conflict, NotFound) as error:
        return not_moved(request, process_by_id(process.id), error)
    process, stage = stage_by_id(stage_id)
    text = gettext("“{name}” moved to place {place}.").format(name=named(stage), place=stage.order + 1)
    return moved(request, process, text)


@require_POST
@signed_in
def skipping(request: SignedIn, stage_id: int) -> HttpResponse:
    """Let a stage be skipped, or not."""
    is_allowed = Typed(request.POST.dict()).ticked("allow_skip")
    actions.change_stage(request.actor, stage_id, {"allow_skip": is_allowed})
    process, _ = stage_by_id(stage_id)
    return moved(request, process, gettext("Saved."))


def _form(
    request: SignedIn,
    process: ProcessPicture,
    stage: StagePicture | None,
    values: Mapping[str, Any],
    errors: Mapping[str, Any],
    *,
    conflict: Meanwhile | None = None,
) -> HttpResponse:
    context = {"process": process, "stage": stage, "values": values, "errors": errors, "conflict": conflict}
    return dialog(request, "settings/stage_form.html", context, status=status_of(errors, conflict))


@require_POST
@signed_in
def shift(request: SignedIn, stage_id: int, way: str) -> HttpResponse:
    """Move a stage with its steps up or down."""
    actions.shift_stage(request.actor, stage_id, way_of(way))
    process, _ = stage_by_id(stage_id)
    return moved(request, process)


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
    return go(request, address_of(process, unfolded(request)))


@require_POST
@signed_in
def comment(request: SignedIn, stage_id: int) -> HttpResponse:
    """Add a comment with time and name."""
    actions.comment_stage(request.actor, stage_id, Typed(request.POST.dict()).text("text"))
    process, _ = stage_by_id(stage_id)
    tell(request, gettext("Comment added."))
    return go(request, address_of(process, unfolded(request)))


@require_http_methods(["GET", "POST"])
@signed_in
def delete(request: SignedIn, stage_id: int) -> HttpResponse:
    """Say how many opportunities are in a stage, ask where they go, and delete it."""
    request.actor.demand_right("customise")
    process, stage = stage_by_id(stage_id)
    use = stage_use(stage_id)
    held = statistics(request.actor, [process])[0].stages[stage.order].sum
    context = {
        "process": process,
        "stage": stage,
        "use": use,
        "worth": held if held.count == use.open else None,
        "conflict": None,
    }
    if request.method == "GET":
        heir = next((each for each in process.stages[stage.order + 1 :]), None) or next(
            (each for each in reversed(process.stages[: stage.order])), None
        )
        values = {"replacement": heir.id if heir else "", "move_steps": heir is not None}
        return dialog(request, "settings/stage_delete.html", {**context, "values": values, "errors": {}})
    typed = Typed(request.POST.dict())
    move_steps = typed.ticked("move_steps") and bool(typed.text("replacement"))
    try:
        replacement_id, version = typed.whole("replacement"), typed.whole("version")
        typed.demand()
        actions.delete_stage(
            request.actor, stage_id, replacement_id=replacement_id, move_steps=move_steps, version=version
        )
    except Invalid as invalid:
        values = {**typed.values(("replacement",)), "move_steps": move_steps}
        shown = {**context, "values": values, "errors": invalid.fields}
        return dialog(request, "settings/stage_delete.html", shown, status=422)
    except Conflict as conflict:
        process, stage = stage_by_id(stage_id)
        values = {**typed.values(("replacement",)), "move_steps": move_steps}
        shown = {**context, "process": process, "stage": stage, "values": values, "errors": {}}
        return dialog(request, "settings/stage_delete.html", {**shown, "conflict": conflict}, status=409)
    tell(request, gettext("Stage deleted."))
    return go(request, address_of(process, unfolded(request)))
