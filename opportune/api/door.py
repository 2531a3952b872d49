"""The door itself: the API object, and what happens around every request."""

import json
from collections.abc import Callable, Mapping
from decimal import Decimal
from functools import wraps
from http import HTTPStatus
from typing import Any

from django.core.exceptions import RequestDataTooBig
from django.http import Http404, HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from ninja import NinjaAPI
from ninja.errors import HttpError, ValidationError
from ninja.operation import Operation
from ninja.parser import Parser

from opportune import __version__
from opportune.api.asking import language_of, only_declared
from opportune.api.limits import TooMany
from opportune.api.openapi import described
from opportune.api.problems import METHOD_NOT_ALLOWED, on_error, on_exception, on_misfit, on_too_many, say
from opportune.api.tokens import BearerToken
from opportune.identity.actor import Actor
from opportune.kernel.errors import OpportuneError
from opportune.kernel.remembering import remembering
from opportune.ledger.freshness import answer_reading
from opportune.ledger.recording import noting_change_sets

ABOUT = """\
Send `Authorization: Bearer …`. A token acts for its person within its scopes: `opportunity:read`, `account:write`,
`*:read`, `right:add_close_reasons`; writing includes reading.

Amounts and percentages are text with four decimals; sums are in base currency. Lists are read by pages: pass `next` as
`after`. Records carry their version as `ETag`; with `If-Match`, or `version` in the body, a write that meets someone
else's change of the same fields is refused (409). The header `Change-Set` of a write names what can be undone. Who
asks more than a minute allows gets 429, and `Retry-After` says in how many seconds to ask again.
"""
Handler = Callable[..., HttpResponseBase]
ANSWERED: Mapping[type[Exception], Any] = {
    OpportuneError: on_error,
    TooMany: on_too_many,
    ValidationError: on_misfit,
    HttpError: on_exception,
    Http404: on_exception,
    RequestDataTooBig: on_exception,
    Exception: on_exception,
}


class ExactParser(Parser):
    """Reads JSON numbers as they are written, never as floats, and refuses what JSON does not know."""

    def parse_body(self, request: HttpRequest) -> Any:
        return json.loads(
            request.body, parse_float=Decimal, parse_constant=_refuse_constant, object_pairs_hook=_named_once
        )


def _refuse_constant(name: str) -> None:
    raise ValueError(f"not JSON: {name}")


def _named_once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    named = dict(pairs)
    if len(named) < len(pairs):
        raise ValueError("a name is given twice")
    "".join(named).encode()  # raises ValueError for half a character
    return named


class Door(NinjaAPI):
    """The API with its own description; it is derived once."""

    _description: Any = None

    def get_openapi_operation_id(self, operation: Operation) -> str:
        return str(operation.view_func.__name__)

    def get_openapi_schema(self, **where: Any) -> Any:
        # Anybody may ask for it, and deriving it takes long.
        if self._description is None:
            self._description = described(super().get_openapi_schema(**where))
        return self._description


def make_door() -> Door:
    """The API without its routes."""
    door = Door(
        title="Opportune",
        version=__version__,
        description=ABOUT,
        docs_url=None,
        urls_namespace="api",
        auth=BearerToken(),
        parser=ExactParser(),
    )
    for kind, answered in ANSWERED.items():
        door.add_exception_handler(kind, answered)
    door.add_decorator(from_replica)
    door.add_decorator(only_declared)
    return door


def from_replica(view: Callable[..., Any]) -> Callable[..., Any]:
    """Let what only reads be read from a replica."""

    @wraps(view)
    def answered(request: HttpRequest, *args: Any, **arguments: Any) -> Any:
        actor = getattr(request, "auth", None)
        person_id = actor.person_id if isinstance(actor, Actor) else None
        return answer_reading(person_id, request.method, lambda: view(request, *args, **arguments))

    return answered


def around(view: Handler) -> Handler:
    """Problems for what the framework would answer itself, the change set of a write, no copies in caches."""

    @wraps(view)
    def opened(request: HttpRequest, **arguments: Any) -> HttpResponseBase:
        with noting_change_sets() as change_sets, remembering():
            try:
                response = view(request, **arguments)
            except Http404 as error:
                response = on_exception(request, error)
        if response.status_code == HTTPStatus.METHOD_NOT_ALLOWED:
            refused, allowed = response, response.headers["Allow"]
            response = say(request, HTTPStatus.METHOD_NOT_ALLOWED, "method_not_allowed", METHOD_NOT_ALLOWED)
            response.headers["Allow"] = allowed
            refused.close()
        if change_sets and response.status_code < HTTPStatus.BAD_REQUEST:
            response.headers["Change-Set"] = ", ".join(map(str, change_sets))
        response.headers["Cache-Control"] = "no-store"
        response.headers["Content-Language"] = language_of(request)
        return response

    return opened


def nothing_here(request: HttpRequest) -> HttpResponse:
    """The answer at every address that no route has."""
    return on_exception(request, Http404())
