"""The one table from errors to statuses, and how an error is answered."""

import logging
from collections.abc import Mapping
from http import HTTPStatus

from django.core.exceptions import RequestDataTooBig
from django.http import Http404, HttpRequest, HttpResponse
from ninja.errors import AuthenticationError, HttpError, ValidationError
from pydantic_core import to_json

from opportune.api.asking import language_of
from opportune.api.limits import TooMany
from opportune.kernel.errors import Conflict, Invalid, NotFound, NotPermitted, OpportuneError, Refused
from opportune.kernel.sentences import Sentence, counted, sentence
from opportune.schemas.problem import Problem, invalid_of, problem_of
from opportune.storage.outages import outage_of

PROBLEM = "application/problem+json"
STATUSES: Mapping[type[Exception], HTTPStatus] = {
    NotFound: HTTPStatus.NOT_FOUND,
    NotPermitted: HTTPStatus.FORBIDDEN,
    Invalid: HTTPStatus.UNPROCESSABLE_ENTITY,
    Refused: HTTPStatus.UNPROCESSABLE_ENTITY,
    Conflict: HTTPStatus.CONFLICT,
}
# What the domain knows nothing of: errors of the address, the header, the form of the body.
OF_THE_DOOR: Mapping[type[Exception], tuple[HTTPStatus, str, Sentence]] = {
    AuthenticationError: (
        HTTPStatus.UNAUTHORIZED,
        "unauthenticated",
        sentence("Send a valid token: Authorization: Bearer …"),
    ),
    HttpError: (
        HTTPStatus.UNPROCESSABLE_ENTITY,
        "malformed",
        sentence("The body is not JSON that can be read."),
    ),
    Http404: (HTTPStatus.NOT_FOUND, "no_such_address", sentence("There is nothing at this address.")),
    RequestDataTooBig: (
        HTTPStatus.REQUEST_ENTITY_TOO_LARGE,
        "too_large",
        sentence("The request is too large."),
    ),
    Exception: (
        HTTPStatus.INTERNAL_SERVER_ERROR,
        "internal",
        sentence("Something went wrong on the server. It has been noted in the server’s log."),
    ),
}
RETRY_AFTER_SECONDS = 5
METHOD_NOT_ALLOWED = sentence("This address does not know this method.")
_log = logging.getLogger("django.request")


class HttpProblem(Problem):
    """A problem as RFC 9457 writes it down."""

    type: str = "about:blank"
    title: str
    status: int


def on_error(request: HttpRequest, error: OpportuneError) -> HttpResponse:
    """Answer what an action or a query refused."""
    return _answer(request, STATUSES[_listed(error, STATUSES)], problem_of(error, language_of(request)))


def on_misfit(request: HttpRequest, error: ValidationError) -> HttpResponse:
    """Answer a body or parameters that do not fit their shape, as an action refuses values."""
    faults = [{**fault, "loc": _within(fault["loc"])} for fault in error.errors]
    return on_error(request, invalid_of(faults))


def on_exception(request: HttpRequest, error: Exception) -> HttpResponse:
    """Answer whatever else was raised."""
    outage = outage_of(error)
    if outage is not None:
        _log.error("%s: %s %s: %s", outage.code, request.method, request.path, error)
        response = say(request, HTTPStatus.SERVICE_UNAVAILABLE, outage.code, outage.message)
        response.headers["Retry-After"] = str(RETRY_AFTER_SECONDS)
        return response
    kind = _listed(error, OF_THE_DOOR)
    status, code, message = OF_THE_DOOR[kind]
    if kind is Exception:
        _log.error("Internal error: %s %s", request.method, request.path, exc_info=error)
    return say(request, status, code, message)


def on_too_many(request: HttpRequest, error: TooMany) -> HttpResponse:
    """Answer who asks more than a minute allows, and say when to ask again."""
    message = counted(
        "Too many requests: ask again in {count} second.",
        "Too many requests: ask again in {count} seconds.",
        error.seconds,
    )
    response = say(request, HTTPStatus.TOO_MANY_REQUESTS, "too_many_requests", message)
    response.headers["Retry-After"] = str(error.seconds)
    return response


def say(request: HttpRequest, status: HTTPStatus, code: str, message: Sentence) -> HttpResponse:
    """Answer a problem of the door itself."""
    language = language_of(request)
    response = _answer(request, status, problem_of(Refused(code, message), language))
    if status == HTTPStatus.UNAUTHORIZED:
        response.headers["WWW-Authenticate"] = "Bearer"
    return response


def _answer(request: HttpRequest, status: HTTPStatus, problem: Problem) -> HttpResponse:
    request.refused = problem.code  # type: ignore[attr-defined]  # for the line of the request in the log
    whole = HttpProblem(**dict(problem), title=status.phrase, status=status.value)
    body = to_json(whole, exclude_none=True, fallback=str)
    return HttpResponse(body, status=status.value, content_type=PROBLEM)


def _listed(error: Exception, table: Mapping[type[Exception], object]) -> type[Exception]:
    return next(kind for kind in type(error).__mro__ if kind in table)


def _within(location: tuple[str | int, ...]) -> tuple[str | int, ...]:
    """The place of a fault within the body or the parameters, without the names the route gives those."""
    return location[2:] if location[0] == "body" else location[1:]
