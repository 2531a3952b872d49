"""Editing lists of choices, on a page of their own or in a dialog beside a half-filled form (C-061…C-067)."""

import json
from collections.abc import Callable, Mapping
from typing import Any

from django.http import HttpResponse
from django.urls import reverse
from django.utils.translation import gettext
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from opportune.kernel.errors import Conflict, Invalid, Refused
from opportune.kernel.sentences import Sentence
from opportune.reference import actions, queries
from opportune.reference.lists import LISTS
from opportune.web.conflicts import status_of
from opportune.web.pages import SignedIn, go, is_htmx, page, signed_in, tell
from opportune.web.settings.naming import Line, names_shown, renamed
from opportune.web.settings.tree import place_of
from opportune.web.templating import named, said
from opportune.web.typed import Typed


@require_GET
@signed_in
def index(request: SignedIn) -> HttpResponse:
    """Every list there is."""
    request.actor.demand_right("customise")
    return page(request, "settings/lists.html", {"lists": list(LISTS.values())})


@require_GET
@signed_in
def show(request: SignedIn, list_key: str) -> HttpResponse:
    """One list; in a dialog where it is asked for from a form."""
    in_dialog = is_htmx(request) and request.headers.get("HX-Target") == "side-body"
    template = "settings/list_dialog.html" if in_dialog else "settings/list.html"
    return page(request, template, _context(request, list_key))


@require_GET
@signed_in
def options(request: SignedIn, list_key: str) -> HttpResponse:
    """What a form's select offers now, with `chosen` chosen even if it is retired."""
    queries.list_by_key(list_key)
    every = queries.every_choice_of([list_key])[list_key]
    context = {"choices": every, "chosen": request.GET.get("chosen", "")}
    return page(request, "settings/list_options.html", context)


@require_POST
@signed_in
def add(request: SignedIn, list_key: str) -> HttpResponse:
    """Add a choice."""
    typed = Typed(request.POST.dict())
    names = {name: typed.text(name) for name in ("name_en", "name_fr")}
    return _done(
        request,
        list_key,
        lambda: actions.add_choice(request.actor, list_key, **names),
        gettext("Added."),
        typed=names,
    )


@require_http_methods(["GET", "POST"])
@signed_in
def rename(request: SignedIn, list_key: str, choice: str) -> HttpResponse:
    """Give a choice other names."""

    def line() -> Line:
        found = _choice(request, list_key, choice)
        address = reverse("choice_name", args=[list_key, choice])
        return Line(f"choice-{found.id}", named(found), address, reverse("list", args=[list_key]))

    def command(names: dict[str, Any], version: int | None) -> None:
        actions.change_choice(request.actor, list_key, choice, version=version, **names)

    response = renamed(request, lambda: _choice(request, list_key, choice), line, command)
    return _changed(response, list_key) if request.change_sets and is_htmx(request) else response


def _choice(request: SignedIn, list_key: str, choice: str) -> queries.Choice:
    return queries.used_choice(request.actor, list_key, choice).choice


@require_POST
@signed_in
def move(request: SignedIn, list_key: str, choice: str) -> HttpResponse:
    """Put a choice elsewhere in its list."""
    position, seen = place_of(request)
    return _done(
        request,
        list_key,
        lambda: actions.move_choice(request.actor, list_key, choice, position=position, seen=seen or None),
        gettext("Order changed."),
    )


@require_POST
@signed_in
def offer(request: SignedIn, list_key: str, choice: str) -> HttpResponse:
    """Offer a choice, or retire it."""
    is_active = Typed(request.POST.dict()).text("offered") == "yes"
    return _done(
        request,
        list_key,
        lambda: actions.offer_choice(request.actor, list_key, choice, is_active=is_active),
        gettext("Offered again.") if is_active else gettext("Retired: records that have it keep it."),
    )


@require_http_methods(["GET", "POST"])
@signed_in
def remove(request: SignedIn, list_key: str, choice: str) -> HttpResponse:
    """Take a choice away; where records have it, ask what they get instead (C-066)."""
    if request.method == "GET":
        return _ask(request, list_key, choice, {})
    typed = Typed(request.POST.dict())
    replacement = {"blank": "", "other": typed.text("replacement")}.get(typed.text("instead"))
    try:
        version = typed.whole("version")
        typed.demand()
        actions.remove_choice(request.actor, list_key, choice, replacement=replacement, version=version)
    except Invalid as invalid:
        return _ask(request, list_key, choice, invalid.fields)
    except Refused as refusal:
        return _ask(request, list_key, choice, {"instead": refusal.message})
    except Conflict as conflict:
        return _ask(request, list_key, choice, {}, conflict=conflict)
    return _settled(request, list_key, gettext("Deleted."))


def _ask(
    request: SignedIn,
    list_key: str,
    choice: str,
    errors: Mapping[str, Sentence],
    *,
    conflict: Conflict | None = None,
) -> HttpResponse:
    context = _context(request, list_key)
    used = queries.used_choice(request.actor, list_key, choice)
    others = [
        each.choice for each in context["items"] if each.choice != used.choice and each.choice.is_active
    ]
    context |= {"used": used, "others": others, "errors": errors, "conflict": conflict}
    template = "settings/list_removal_body.html" if is_htmx(request) else "settings/list_removal.html"
    return page(request, template, context, status=status_of(errors, conflict))


def _done(
    request: SignedIn,
    list_key: str,
    command: Callable[[], object],
    text: str,
    *,
    typed: Mapping[str, str] | None = None,
) -> HttpResponse:
    try:
        command()
    except (Invalid, Refused) as error:
        fields = error.fields if isinstance(error, Invalid) else {"name_en": error.message}
        context = {**_context(request, list_key), "errors": fields, "values": dict(typed or {})}
        template = "settings/list_body.html" if is_htmx(request) else "settings/list.html"
        response = page(request, template, context, status=422)
        response["HX-Retarget"], response["HX-Reswap"] = "#list-body", "outerHTML"
        return response
    except Conflict as conflict:
        if not is_htmx(request):
            raise
        context = {**_context(request, list_key), "refused": said(conflict.message)}
        return page(request, "settings/list_body.html", context, status=409)
    return _settled(request, list_key, text)


def _settled(request: SignedIn, list_key: str, text: str) -> HttpResponse:
    if not is_htmx(request):
        tell(request, text)
        return go(request, reverse("list", args=[list_key]))
    response = page(request, "settings/list_body.html", {**_context(request, list_key), "done": text})
    return _changed(response, list_key)


def _changed(response: HttpResponse, list_key: str) -> HttpResponse:
    response["HX-Trigger"] = json.dumps({"list:changed": {"key": list_key}})
    return response


def _context(request: SignedIn, list_key: str) -> dict[str, Any]:
    items = queries.used_choices(request.actor, list_key)
    return {
        "items": items,
        "names": names_shown(used.choice for used in items),
        "list": queries.list_by_key(list_key),
        "errors": {},
        "values": {},
        "done": "",
        "refused": "",
        "undo": request.change_sets[-1] if request.change_sets else 0,
    }
