"""Close reasons: the list with its counts (B-010), and a new one beside the close form (B-016, B-017)."""

from collections.abc import Callable
from typing import Any

from django.http import HttpResponse
from django.urls import reverse
from django.utils.translation import gettext
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from opportune.kernel.errors import Conflict, Invalid, Refused
from opportune.reference import actions, queries
from opportune.web.pages import SignedIn, go, is_htmx, page, signed_in, tell
from opportune.web.settings.naming import Line, names_shown, renamed
from opportune.web.settings.tree import place_of
from opportune.web.templating import named, said
from opportune.web.typed import Typed

FIELDS = ("outcome", "status_reason", "code", "name", "name_fr")
_STATUS = {Conflict: 409, Refused: 422}


@require_GET
@signed_in
def index(request: SignedIn) -> HttpResponse:
    """Every close reason with how often it is used."""
    return _list(request)


@require_POST
@signed_in
def add(request: SignedIn) -> HttpResponse:
    """Add a close reason."""
    typed = Typed(request.POST.dict())
    try:
        actions.add_close_reason(request.actor, **{name: typed.text(name) for name in FIELDS})
    except Invalid as invalid:
        return _list(request, values=typed.values(FIELDS), errors=invalid.fields)
    return _settled(request, gettext("Added."))


@require_http_methods(["GET", "POST"])
@signed_in
def new(request: SignedIn) -> HttpResponse:
    """A new reason in a dialog of its own: the close form beside it stays as it is."""
    typed = Typed(request.GET.dict() if request.method == "GET" else request.POST.dict())
    values = {**typed.values(FIELDS), "outcome": "lost" if typed.text("outcome") == "lost" else "won"}
    if request.method == "GET":
        return _new(request, values, {})
    try:
        made = actions.add_close_reason(
            request.actor,
            **{name: typed.text(name) for name in FIELDS if name != "outcome"},
            outcome=values["outcome"],
        )
    except Invalid as invalid:
        return _new(request, values, invalid.fields)
    except Refused as refusal:
        return _new(request, values, {"name": refusal.message})
    if is_htmx(request):
        return page(request, "opportunities/reason_added.html", {"reason": queries.reason_by_code(made.code)})
    return _settled(request, gettext("Added."), "board")


@require_http_methods(["GET", "POST"])
@signed_in
def rename(request: SignedIn, reason: str) -> HttpResponse:
    """Give a close reason other names."""

    def line() -> Line:
        found = queries.reason_by_code(reason)
        address = reverse("close_reason_name", args=[reason])
        return Line(f"reason-{found.id}", named(found), address, reverse("close_reasons"))

    def command(names: dict[str, Any], version: int | None) -> None:
        actions.change_close_reason(request.actor, reason, version=version, **names)

    return renamed(request, lambda: queries.reason_by_code(reason), line, command)


@require_POST
@signed_in
def place(request: SignedIn, reason: str) -> HttpResponse:
    """Put a close reason elsewhere among those of its outcome."""
    position, seen = place_of(request)
    return _done(
        request,
        lambda: actions.move_close_reason(request.actor, reason, position=position, seen=seen or None),
        gettext("Order changed."),
    )


@require_POST
@signed_in
def offer(request: SignedIn, reason: str) -> HttpResponse:
    """Offer a close reason, or withdraw it."""
    is_offered = Typed(request.POST.dict()).text("offered") == "yes"
    return _done(
        request,
        lambda: actions.offer_close_reason(request.actor, reason, is_offered=is_offered),
        gettext("Offered again.") if is_offered else gettext("Withdrawn: it is offered no more."),
    )


@require_POST
@signed_in
def remove(request: SignedIn, reason: str) -> HttpResponse:
    """Take an unused close reason away."""
    return _done(request, lambda: actions.remove_close_reason(request.actor, reason), gettext("Deleted."))


def _done(request: SignedIn, command: Callable[[], object], text: str) -> HttpResponse:
    try:
        command()
    except (Conflict, Refused) as refusal:
        if is_htmx(request):
            return _list(request, refused=said(refusal.message), status=_STATUS[type(refusal)])
        return _list(request, errors={"whole": refusal.message}, status=_STATUS[type(refusal)])
    return _settled(request, text)


def _settled(request: SignedIn, text: str, where: str = "close_reasons") -> HttpResponse:
    if is_htmx(request):
        return _list(request, done=text)
    tell(request, text)
    return go(request, reverse(where))


def _list(
    request: SignedIn,
    *,
    values: object = None,
    errors: object = None,
    done: str = "",
    refused: str = "",
    status: int = 0,
) -> HttpResponse:
    used = queries.used_reasons(request.actor)
    context = {
        "reasons": used,
        "names": names_shown(each.reason for each in used),
        "values": values or {"outcome": ""},
        "errors": errors or {},
        "done": done,
        "refused": refused,
        "undo": request.change_sets[-1] if request.change_sets else 0,
    }
    template = "settings/reasons_body.html" if is_htmx(request) else "settings/reasons.html"
    return page(request, template, context, status=status or (422 if errors else 200))


def _new(request: SignedIn, values: dict[str, str], errors: object) -> HttpResponse:
    template = "opportunities/reason_dialog.html" if is_htmx(request) else "opportunities/reason_page.html"
    context = {"values": values, "errors": errors, "may_add": queries.may_add_reason(request.actor)}
    return page(request, template, context, status=422 if errors else 200)
