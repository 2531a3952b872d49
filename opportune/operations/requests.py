"""Around every request: its id, its line in the log, and its numbers for whoever watches."""

from __future__ import annotations

import logging
import re
import time
from collections.abc import Callable
from contextlib import ExitStack
from dataclasses import dataclass
from typing import Any
from uuid import uuid4

from django.conf import settings
from django.db import connections
from django.http import HttpRequest
from django.http.response import HttpResponseBase

from opportune.kernel.watching import watchers
from opportune.ledger.recording import noting_change_sets
from opportune.operations.logs import request_id, route_of
from opportune.operations.probes import PROBES

HEADER = "X-Request-ID"
_ACCEPTED = re.compile(r"[A-Za-z0-9._-]{8,64}")
_METHODS = frozenset({"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"})
_LONGEST_STATEMENT = 2000
_TOLD_ALWAYS = frozenset({"not_permitted", "unauthenticated"})
_log = logging.getLogger("opportune.requests")
_queries = logging.getLogger("opportune.queries")


@dataclass(slots=True)
class Tally:
    """How many statements a request has put to the database; one that is slow is told at once."""

    queries: int = 0

    def __call__(self, execute: Callable[..., Any], sql: str, params: Any, many: bool, context: Any) -> Any:
        self.queries += 1
        begun = time.perf_counter()
        try:
            return execute(sql, params, many, context)
        finally:
            ms = (time.perf_counter() - begun) * 1000
            if 0 < settings.SLOW_QUERY_MS < ms:
                # Values are parameters and stay out of it: they may be about people.
                facts = {"ms": round(ms), "statement": sql[:_LONGEST_STATEMENT]}
                _queries.warning("A slow statement", extra=facts)


class RequestMiddleware:
    """The outermost layer: sees every answer, also those of other layers and of errors."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        known = accepted_id(request.headers.get(HEADER, "")) or uuid4().hex
        token = request_id.set(known)
        tally, begun = Tally(), time.perf_counter()
        try:
            with ExitStack() as around:
                for connection in connections.all():
                    around.enter_context(connection.execute_wrapper(tally))
                change_sets = around.enter_context(noting_change_sets())
                response = self.get_response(request)
            seconds = time.perf_counter() - begun
            route = _route(request)
            _write_down(request, response, route, seconds, tally.queries, change_sets)
        finally:
            request_id.reset(token)
        method = request.method if request.method in _METHODS else "other"
        for watcher in watchers:
            watcher.answered(method, route, response.status_code, seconds)
        response.headers[HEADER] = known
        return response


def accepted_id(given: str) -> str:
    """The id that a proxy or a client gave the request, or nothing if it is not a plain word."""
    return given if _ACCEPTED.fullmatch(given) else ""


def _route(request: HttpRequest) -> str:
    if request.path in PROBES:
        return request.path[1:]
    if request.path.startswith(settings.STATIC_URL):
        return "static"
    return route_of(request)


def _write_down(
    request: HttpRequest,
    response: HttpResponseBase,
    route: str,
    seconds: float,
    queries: int,
    change_sets: list[int],
) -> None:
    slow = 0 < settings.SLOW_REQUEST_MS < seconds * 1000
    quiet = route == "static" or request.path in PROBES
    refused = getattr(request, "refused", None)
    told = slow or refused in _TOLD_ALWAYS
    level = logging.WARNING if told else logging.DEBUG if quiet else logging.INFO
    if not _log.isEnabledFor(level):
        return
    actor = getattr(request, "actor", None) or getattr(request, "auth", None)
    facts = {
        "method": request.method if request.method in _METHODS else "other",
        "route": route,
        "status": response.status_code,
        "ms": round(seconds * 1000, 1),
        "queries": queries,
        "actor_kind": getattr(actor, "kind", None),
        "actor": getattr(actor, "id", None),
        "refused": refused,
        "address": request.META.get("REMOTE_ADDR") if refused == "unauthenticated" else None,
        "change_sets": change_sets or None,
    }
    said = "A slow request" if slow else "A request was refused" if told else "A request"
    _log.log(level, said, extra=facts)
