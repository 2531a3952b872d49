"""Answering: whole pages, their fragments, and the one table of errors."""

from collections.abc import Callable, Mapping
from functools import wraps
from typing import Any

from django.conf import settings
from django.contrib import messages
from django.contrib.auth.views import redirect_to_login
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.template import engines
from django.urls import reverse
from django.utils import translation
from django.utils.encoding import iri_to_uri
from jinja2_fragments import render_block

from opportune.deleted.queries import BinRow, binned
from opportune.identity.actor import Actor, actor_for
from opportune.identity.sign_in.requirement import demand_second_factor
from opportune.kernel.errors import Conflict, Invalid, NotFound, NotPermitted, OpportuneError, Refused
from opportune.kernel.records import RecordRef
from opportune.kernel.remembering import remembering
from opportune.kernel.sentences import sentence
from opportune.ledger.freshness import answer_reading
from opportune.ledger.recording import noting_change_sets
from opportune.schemas.refusals import REFUSALS
from opportune.storage.outages import Outage
from opportune.web.ended import ended_session, page_of
from opportune.web.templating import given_to_every_page, said
from opportune.web.typed import Kept
from opportune.web.viewer import Viewer, look_as, look_as_visitor, viewer

View = Callable[..., HttpResponse]
STATUS: Mapping[type[OpportuneError], int] = {
    NotFound: 404,
    NotPermitted: 403,
    Invalid: 422,
    Refused: 422,
    Conflict: 409,
}


class SignedIn(HttpRequest):
    """A request of somebody who has signed in."""

    actor: Actor
    change_sets: list[int]


def signed_in(view: View) -> View:
    """A screen for people who have signed in: their actor, their language, and errors as pages.

    Who must have a second factor and has none is led to where one is set up.
    """
    return _screen(view, with_second_factor=True)


def signed_in_anyhow(view: View) -> View:
    """A screen for people who have signed in, also for those who have yet to set up their second factor."""
    return _screen(view, with_second_factor=False)


def _screen(view: View, *, with_second_factor: bool) -> View:
    @wraps(view)
    def screen(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        user = request.user
        if not user.is_authenticated or not user.is_active:
            return sign_in_first(request)
        with noting_change_sets() as noted, remembering():
            actor = actor_for(user, "web")
            request.actor = actor  # type: ignore[attr-defined]
            request.change_sets = noted  # type: ignore[attr-defined]
            translation.activate(actor.language)
            request.LANGUAGE_CODE = actor.language
            try:
                looking = look_as(actor)
                if with_second_factor and (sent := _sent_for_second_factor(request, actor, looking)):
                    return sent
                return answer_reading(actor.person_id, request.method, lambda: view(request, *args, **kwargs))
            except NotFound as error:
                kind = str(error.data.get("kind"))
                asked = kwargs.get(f"{kind}_id")
                gone = binned(actor, RecordRef(kind, asked)) if isinstance(asked, int) else None
                return problem(request, error, gone=gone)
            except OpportuneError as error:
                return problem(request, error)

    return screen


def _sent_for_second_factor(request: HttpRequest, actor: Actor, looking: Viewer) -> HttpResponse | None:
    try:
        demand_second_factor(actor, of_everybody=looking.second_factor_required)
    except Refused as refusal:
        messages.error(request, said(refusal.message))
        return go(request, reverse("sign_in_settings"))
    return None


def page(
    request: HttpRequest,
    template: str,
    context: Mapping[str, Any] | None = None,
    *,
    block: str | None = None,
    status: int = 200,
) -> HttpResponse:
    """A whole page, or one block of it for htmx."""
    values = {"viewer": viewer(), "actor": getattr(request, "actor", None), **(context or {})}
    values |= {name: Kept(values[name]) for name in ("values", "errors") if name in values}
    if block is None:
        return render(request, template, values, status=status, using="jinja2")
    backend: Any = engines["jinja2"]
    names = {**values, **given_to_every_page(request), "request": request}
    return HttpResponse(render_block(backend.env, template, block, **names), status=status)


def problem(request: HttpRequest, error: OpportuneError, *, gone: BinRow | None = None) -> HttpResponse:
    """What went wrong: a toast for htmx, a page otherwise, which offers the bin for what is `gone` there (C-011)."""
    status = STATUS.get(type(error), 422)
    request.refused = error.code  # type: ignore[attr-defined]  # for the line of the request in the log
    if is_htmx(request):
        shown = 422 if status in (403, 404) else status
        response = page(request, "components/toast.html", {"message": said(error.message), "kind": "error"})
        response.status_code = shown
        response["HX-Reswap"] = "none"
        return response
    cause = REFUSALS[error.code].cause
    context = {"status": status, "message": said(error.message), "cause": cause, "gone": gone}
    return page(request, "errors/problem.html", context, status=status)


def sign_in_first(request: HttpRequest) -> HttpResponse:
    """To the page that signs people in, and back; a part of a page stays as it is, under a dialog that leads there."""
    entrance = redirect_to_login(page_of(request), str(reverse(settings.LOGIN_URL)))
    if not is_htmx(request):
        return entrance
    look_as_visitor(translation.get_language() or "en")
    message = ended_session(request) or sentence("You were signed out: your session was ended.")
    context = {"actor": None, "message": said(message), "sign_in": entrance["Location"]}
    response = page(request, "account/ended_dialog.html", context, status=422)
    response["HX-Reswap"] = "none"
    return response


def outage(request: HttpRequest, found: Outage) -> HttpResponse:
    """The machine fails us: a toast for htmx, a page otherwise, for neither of which the database is asked."""
    look_as_visitor(translation.get_language() or "en")
    message = said(found.message)
    if is_htmx(request):
        response = page(
            request, "components/toast.html", {"actor": None, "message": message, "kind": "error"}
        )
        response["HX-Reswap"] = "none"
    else:
        response = page(
            request, "errors/outage.html", {"actor": None, "message": message, "outage": found.code}
        )
    response.status_code = 503
    response["Retry-After"] = "5"
    return response


def is_htmx(request: HttpRequest) -> bool:
    """Whether a fragment is asked for."""
    return request.headers.get("HX-Request") == "true" and request.headers.get("HX-Boosted") != "true"


def tell(request: SignedIn, text: str) -> None:
    """Say on the next page what was done, with a button that undoes it; none where nothing had to be done."""
    messages.success(request, text, extra_tags=str(request.change_sets[-1]) if request.change_sets else "")


def go(request: HttpRequest, address: str) -> HttpResponse:
    """On to another page, after something was done."""
    if is_htmx(request):
        return HttpResponse(status=204, headers={"HX-Redirect": iri_to_uri(address)})
    return HttpResponseRedirect(address)
