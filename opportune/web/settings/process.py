"""Processes: the tree of stages and steps, and what is done with a process as a whole (C-071)."""

from collections.abc import Mapping
from typing import Any

from django.http import HttpResponse
from django.utils.translation import gettext
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from opportune.kernel.errors import Conflict, Invalid, Refused
from opportune.process import actions
from opportune.process.queries import ProcessPicture, process_by_id, process_use, processes
from opportune.reference.actions import change_setting
from opportune.reference.queries import organisation_settings
from opportune.web.conflicts import Meanwhile, Reading, names_of, status_of, version_of
from opportune.web.pages import SignedIn, go, page, signed_in, tell
from opportune.web.settings.forms import Fields, dialog
from opportune.web.settings.tree import address_of, moved, tree_context, way_of
from opportune.web.templating import named
from opportune.web.typed import Typed

TEXTS = ("name_en", "name_fr", "method", "comments")
FLAGS = ("estimates_required",)


def method_names() -> dict[str, str]:
    """How a process may find the probability, by the word for it."""
    return {
        "stage": gettext("The chances of the stage"),
        "multiply": gettext("Chances × completed"),
        "add": gettext("Mean of chances and completed"),
        "completed": gettext("Completed"),
        "typed": gettext("Typed by hand"),
    }


FIELDS = Fields(TEXTS, FLAGS, Reading(names=lambda: {"method": method_names(), **names_of(FLAGS)}))


@require_GET
@signed_in
def show(request: SignedIn) -> HttpResponse:
    """The processes, and the stages and steps of one of them."""
    request.actor.demand_right("customise")
    found = processes()
    wanted = request.GET.get("process") or organisation_settings().default_process
    chosen = next((process for process in found if process.key == wanted), found[0] if found else None)
    return page(request, "settings/process.html", tree_context(request, chosen))


@require_http_methods(["GET", "POST"])
@signed_in
def new(request: SignedIn) -> HttpResponse:
    """Add a process."""
    request.actor.demand_right("customise")
    if request.method == "GET":
        return _form(request, None, {**dict.fromkeys(TEXTS, ""), "method": "stage"}, {})
    typed = Typed(request.POST.dict())
    try:
        made = actions.create_process(
            request.actor,
            name_en=typed.text("name_en"),
            name_fr=typed.text("name_fr"),
            method=typed.text("method"),
            comments=typed.text("comments"),
            estimates_required=typed.ticked("estimates_required"),
        )
    except Invalid as invalid:
        return _form(request, None, FIELDS.typed(typed), invalid.fields)
    tell(request, gettext("Process added."))
    return go(request, address_of(process_by_id(made.pk)))


@require_http_methods(["GET", "POST"])
@signed_in
def edit(request: SignedIn, process_id: int) -> HttpResponse:
    """Rename a process, change its method, comments."""
    request.actor.demand_right("customise")
    process = process_by_id(process_id)
    if request.method == "GET":
        return _form(request, process, FIELDS.values(process), {})
    typed = Typed(request.POST.dict())
    try:
        version = typed.whole("version")
        typed.demand()
        actions.change_process(request.actor, process_id, FIELDS.changed(typed, process), version=version)
    except Invalid as invalid:
        return _form(request, process, FIELDS.typed(typed), invalid.fields)
    except Conflict as conflict:
        process = process_by_id(process_id)
        seen = FIELDS.meanwhile(conflict, typed, process)
        return _form(request, process, seen.values, {}, conflict=seen)
    tell(request, gettext("Process changed."))
    return go(request, address_of(process_by_id(process_id)))


def _form(
    request: SignedIn,
    process: ProcessPicture | None,
    values: Mapping[str, Any],
    errors: Mapping[str, Any],
    *,
    conflict: Meanwhile | None = None,
) -> HttpResponse:
    context = {
        "process": process,
        "values": values,
        "errors": errors,
        "conflict": conflict,
        "methods": method_names().items(),
    }
    return dialog(request, "settings/process_form.html", context, status=status_of(errors, conflict))


@require_POST
@signed_in
def shift(request: SignedIn, process_id: int, way: str) -> HttpResponse:
    """Move a process up or down in the order of all menus."""
    actions.shift_process(request.actor, process_id, way_of(way))
    return moved(request, process_by_id(process_id))


@require_POST
@signed_in
def retire(request: SignedIn, process_id: int) -> HttpResponse:
    """Take a process out of use, or back into it."""
    is_retired = Typed(request.POST.dict()).text("retired") != "no"
    actions.retire_process(request.actor, process_id, is_retired=is_retired)
    tell(request, gettext("Process retired.") if is_retired else gettext("Process in use again."))
    return go(request, address_of(process_by_id(process_id)))


@require_POST
@signed_in
def make_default(request: SignedIn, process_id: int) -> HttpResponse:
    """Let new opportunities get this process."""
    request.actor.demand_right("customise")
    process = process_by_id(process_id)
    change_setting(request.actor, "default_process", process.key)
    tell(request, gettext("New opportunities get {process}.").format(process=named(process)))
    return go(request, address_of(process))


@require_POST
@signed_in
def comment(request: SignedIn, process_id: int) -> HttpResponse:
    """Add a comment with time and name."""
    actions.comment_process(request.actor, process_id, Typed(request.POST.dict()).text("text"))
    tell(request, gettext("Comment added."))
    return go(request, address_of(process_by_id(process_id)))


@require_http_methods(["GET", "POST"])
@signed_in
def delete(request: SignedIn, process_id: int) -> HttpResponse:
    """Say how many opportunities use a process, and delete it if none does."""
    request.actor.demand_right("customise")
    process = process_by_id(process_id)
    context = {"process": process, "use": process_use(process_id), "conflict": None}
    if request.method == "GET":
        return dialog(request, "settings/process_delete.html", {**context, "errors": {}})
    try:
        actions.delete_process(request.actor, process_id, version=version_of(request))
    except Refused as refusal:
        errors = {"delete": refusal.message}
        return dialog(request, "settings/process_delete.html", {**context, "errors": errors}, status=422)
    except Conflict as conflict:
        context |= {"process": process_by_id(process_id), "conflict": conflict, "errors": {}}
        return dialog(request, "settings/process_delete.html", context, status=409)
    tell(request, gettext("Process deleted."))
    return go(request, address_of(None))
