"""The library's pages as guests of the house: its language, its look, its errors, its ledger."""

from collections.abc import Callable
from functools import wraps
from typing import Any
from urllib.parse import urlsplit

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.utils import translation
from django.utils.translation import get_language, gettext
from requests import RequestException

from opportune.identity.actor import actor_for
from opportune.identity.sign_in.noting import noted
from opportune.kernel.errors import OpportuneError
from opportune.ledger.recording import noting_change_sets
from opportune.web.pages import page, problem
from opportune.web.viewer import look_as, look_as_visitor

View = Callable[..., HttpResponse]
PROVIDER_IS_SILENT = 502
CLEARED = '"cache", "storage"'


def housed(view: View, verb: str = "") -> View:
    """A page of the library. With a verb, what is posted to it by somebody signed in is that command."""

    @wraps(view)
    def screen(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        look_as_visitor(get_language() or "en")
        user = request.user
        try:
            if not user.is_authenticated:
                return _kept_nowhere(view(request, *args, **kwargs))
            actor = actor_for(user, "web")
            request.actor = actor  # type: ignore[attr-defined]  # as `signed_in` does
            translation.activate(actor.language)
            request.LANGUAGE_CODE = actor.language
            look_as(actor)
            if request.method != "POST" or not verb:
                return _kept_nowhere(view(request, *args, **kwargs))
            with noting_change_sets() as change_sets:
                answer = noted(actor, verb, lambda: view(request, *args, **kwargs))
        except OpportuneError as error:
            return problem(request, error)
        if change_sets:
            messages.success(request, gettext("Saved."))
        return _kept_nowhere(answer)

    return screen


def clearing(view: View) -> View:
    """A page that ends the session: the browser lets go of what it keeps of the pages before (ASVS 14.3.1)."""

    @wraps(view)
    def screen(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        answer = view(request, *args, **kwargs)
        if request.method == "POST" and not request.user.is_authenticated:
            answer.headers["Clear-Site-Data"] = CLEARED
        return answer

    return screen


def leaving(view: View) -> View:
    """A page that sends people to their provider: by a page between, since a form may be answered by this site only."""

    @wraps(view)
    def screen(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        try:
            answer = view(request, *args, **kwargs)
        except RequestException:
            return page(request, "socialaccount/authentication_error.html", status=PROVIDER_IS_SILENT)
        where = answer.headers.get("Location", "")
        if not urlsplit(where).netloc:
            return answer
        return page(request, "account/leaving.html", {"where": where})

    return screen


def _kept_nowhere(answer: HttpResponse) -> HttpResponse:
    answer.headers.setdefault("Cache-Control", "no-store")
    return answer
