"""Asking somebody to show once more that it is them, before something sensitive."""

from collections.abc import Callable
from functools import wraps
from typing import Any

from allauth.account.internal.flows.reauthentication import raise_if_reauthentication_required
from django.http import HttpResponse

View = Callable[..., HttpResponse]


def proved_again(view: View) -> View:
    """A screen of `signed_in` that is opened a few minutes long after a proof; below that decorator."""

    @wraps(view)
    def screen(request: Any, *args: Any, **kwargs: Any) -> HttpResponse:
        raise_if_reauthentication_required(request, app="allauth.account")
        return view(request, *args, **kwargs)

    return screen
