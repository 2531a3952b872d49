"""Home, search, preferences, undo, tasks, pickers, unsent mail, set-up."""

import sys

from django.contrib import messages
from django.db import DatabaseError
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect, JsonResponse
from django.utils.translation import get_language, gettext, ngettext
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from opportune.activities import actions as tasks
from opportune.activities.queries import my_open_task_counts, my_open_tasks, task
from opportune.identity import actions as people
from opportune.identity.actor import actor_for
from opportune.identity.queries import people as everybody
from opportune.kernel import clock
from opportune.kernel.errors import Conflict, Invalid, NotFound, OpportuneError
from opportune.kernel.sentences import sentence
from opportune.ledger.queries import last_undoable
from opportune.ledger.undo import undo
from opportune.mailing.allauth import open_session
from opportune.mailing.queries import unsent
from opportune.opportunities.queries import due, due_count, rows_by_id
from opportune.reference.actions import apply_preset
from opportune.reference.presets import PRESETS
from opportune.search.queries import find
from opportune.storage.outages import Outage, outage_of
from opportune.web.back import safe
from opportune.web.conflicts import Reading, names_of, status_of
from opportune.web.pages import SignedIn, go, is_htmx, outage, page, problem, signed_in, tell
from opportune.web.settings.forms import Fields
from opportune.web.typed import Typed
from opportune.web.viewer import look_as_visitor, viewer

RESPONSIBLE = Fields(("owner_id",), (), Reading(names=names_of))
MISTAKE = sentence("Something went wrong on the server. It has been noted in the server’s log.")


@require_GET
@signed_in
def home(request: SignedIn) -> HttpResponse:
    """The pipeline is where work is."""
    return HttpResponseRedirect("/pipeline/")


@require_POST
@signed_in
def preferences(request: SignedIn) -> HttpResponse:
    """Change one's theme or language, or turn single keys on or off."""
    chosen: dict[str, str | bool] = {
        name: request.POST[name] for name in ("theme", "language") if name in request.POST
    }
    if "single_keys" in request.POST:
        chosen["single_keys"] = request.POST["single_keys"] == "on"
    people.change_preferences(request.actor, **chosen)
    if is_htmx(request):
        return HttpResponse(status=204)
    return HttpResponseRedirect(safe(request, request.POST.get("next", "/")))


@require_POST
@signed_in
def undo_change(request: SignedIn, change_set_id: int) -> HttpResponse:
    """Take a command back and show the page again."""
    done = undo(request.actor, change_set_id)
    if done.kept:
        text = ngettext(
            "Undone, but for {count} thing that has changed again since.",
            "Undone, but for {count} things that have changed again since.",
            len(done.kept),
        ).format(count=len(done.kept))
    else:
        text = gettext("Undone.")
    messages.success(request, text)
    if is_htmx(request):
        return HttpResponse(status=204, headers={"HX-Refresh": "true"})
    return HttpResponseRedirect(safe(request, request.headers.get("Referer", "/")))


@require_POST
@signed_in
def undo_last(request: SignedIn) -> HttpResponse:
    """Take one's latest command back (Ctrl Z)."""
    change_set_id = last_undoable(request.actor.person_id or 0)
    if change_set_id is None:
        raise NotFound("change_set")
    return undo_change.__wrapped__(request, change_set_id)  # type: ignore[attr-defined, no-any-return]


@require_GET
@signed_in
def my_tasks(request: SignedIn) -> HttpResponse:
    """One's reminders whose time has come, and one's open tasks, the most urgent first."""
    rows = my_open_tasks(request.actor)
    about = rows_by_id(request.actor, {row.about_id for row in rows if row.about_kind == "opportunity"})
    reminders = due(request.actor, clock.now())
    return page(request, "shell/tasks.html", {"tasks": rows, "about": about, "reminders": reminders})


@require_GET
@signed_in
def bell(request: SignedIn) -> HttpResponse:
    """How many reminders are due, and how many tasks open and late, for every page, which asks now and then."""
    count = due_count(request.actor, clock.now())
    said = ngettext("{count} reminder is due", "{count} reminders are due", count).format(count=count)
    todo, late = my_open_task_counts(request.actor, viewer().today)
    short = gettext("{count} late").format(count=late) if late else str(todo or "")
    return JsonResponse({"count": count, "label": said, "tasks": {"late": late, "label": short}})


@require_GET
@signed_in
def keys(request: SignedIn) -> HttpResponse:
    """The keys there are."""
    return page(request, "shell/keys.html" if is_htmx(request) else "shell/keys_page.html")


@require_POST
@signed_in
def end_task(request: SignedIn, task_id: int, how: str) -> HttpResponse:
    """Complete, cancel or reopen a task."""
    verbs = {"complete": tasks.complete_task, "cancel": tasks.cancel_task, "reopen": tasks.reopen_task}
    if how not in verbs:
        raise NotFound("task")
    verbs[how](request.actor, task_id)
    said = {
        "complete": gettext("Task done."),
        "cancel": gettext("Task cancelled."),
        "reopen": gettext("Task open again."),
    }
    tell(request, said[how])
    return go(request, safe(request, request.POST.get("next", "/tasks/")))


@require_http_methods(["GET", "POST"])
@signed_in
def assign_task(request: SignedIn, task_id: int) -> HttpResponse:
    """Give a task to somebody else."""
    shown, errors, seen = task(request.actor, task_id), {}, None
    typed = Typed(request.POST.dict() if request.method == "POST" else request.GET.dict())
    values = RESPONSIBLE.values(shown)
    if request.method == "POST":
        values = RESPONSIBLE.typed(typed)
        try:
            owner_id, version = typed.whole("owner_id") or 0, typed.whole("version")
            typed.demand()
            tasks.assign_task(request.actor, task_id, owner_id=owner_id, version=version)
        except Invalid as invalid:
            errors = invalid.fields
        except Conflict as conflict:
            seen = RESPONSIBLE.meanwhile(conflict, typed, task(request.actor, task_id))
            values = {**seen.values}
        else:
            tell(request, gettext("Task handed over."))
            return go(request, safe(request, request.POST.get("next", "/tasks/")))
    values["next"] = typed.text("next") or "/tasks/"
    context = {"task": shown, "people": everybody(), "values": values, "errors": errors, "conflict": seen}
    template = "shell/task_owner.html" if is_htmx(request) else "shell/task_owner_page.html"
    return page(request, template, context, status=status_of(errors, seen))


@require_GET
@signed_in
def search(request: SignedIn) -> HttpResponse:
    """Deals, accounts and contacts that have all the words."""
    query = request.GET.get("q", "").strip()
    hits = find(request.actor, query, limit=50) if query else ()
    return page(request, "shell/search.html", {"query": query, "hits": hits})


@require_GET
@signed_in
def mails(request: SignedIn) -> HttpResponse:
    """The links of mails that could not be sent, for administrators."""
    return page(request, "shell/mails.html", {"mails": unsent(request.actor)})


@require_http_methods(["GET", "POST"])
def set_up(request: HttpRequest, secret: str) -> HttpResponse:
    """The first administrator signs up by a one-time link."""
    look_as_visitor(get_language() or "en")
    if not people.setup_link_is_usable(secret):
        return problem(request, NotFound("setup_link"))
    values = {name: request.POST.get(name, "") for name in ("name", "email")}
    errors = {}
    if request.method == "POST":
        try:
            user = people.set_up(
                secret,
                email=values["email"],
                name=values["name"],
                password=request.POST.get("password", ""),
                language=get_language() or "en",
            )
        except Invalid as invalid:
            errors = invalid.fields
        except OpportuneError as error:
            return problem(request, error)
        else:
            open_session(request, user)
            if request.POST.get("preset") in PRESETS:
                apply_preset(actor_for(user, "web"), request.POST["preset"])
            return HttpResponseRedirect("/")
    context = {"values": {**values, "password": ""}, "errors": errors, "presets": PRESETS.values()}
    return page(request, "shell/set_up.html", context, status=422 if errors else 200)


def not_found(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    """No such address; told to somebody who is signed in as any screen is.

    Without the database nobody knows who asks: then it is told as the outage it is.
    """
    try:
        return _nowhere(request) if request.user.is_authenticated else problem(request, NotFound("page"))
    except DatabaseError as error:
        found = outage_of(error)
        if found is None:
            raise
        return outage(request, found)


@signed_in
def _nowhere(request: SignedIn) -> HttpResponse:
    raise NotFound("page")


def failed(request: HttpRequest) -> HttpResponse:
    """What nobody has caught: the machine fails us, or a mistake of ours, which the log has."""
    error = sys.exc_info()[1]
    found = outage_of(error) if error is not None else None
    if found is not None:
        return outage(request, found)
    response = outage(request, Outage("internal", MISTAKE))
    response.status_code = 500
    return response
