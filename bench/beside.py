"""What the bench serves beside the product: floors as bare views, and counts of queries. Never in an installation."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

from django.contrib.auth.middleware import AuthenticationMiddleware
from django.contrib.sessions.middleware import SessionMiddleware
from django.core.serializers.json import DjangoJSONEncoder
from django.db import connection, transaction
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase

from bench.names import COUNT, FLOOR
from bench.sql import Reader, run

WRITING = frozenset({"create", "edit", "move", "close"})
Respond = Callable[[HttpRequest], HttpResponse]


class Beside:
    """Answers the floors itself, before any other middleware; counts the queries of the product's own answers."""

    def __init__(self, get_response: Respond) -> None:
        self.product = get_response
        self.floor: Any = SessionMiddleware(AuthenticationMiddleware(_floor))

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        if request.path.startswith(FLOOR):
            answer: HttpResponseBase = self.floor(request)
            return answer
        counter = Counter()
        with connection.execute_wrapper(counter):
            response = self.product(request)
        response[COUNT] = str(counter.count)
        return response


class Counter:
    """How many statements a connection was given."""

    def __init__(self) -> None:
        self.count = 0

    def __call__(self, execute: Callable[..., Any], sql: str, params: Any, many: bool, context: Any) -> Any:
        self.count += 1
        return execute(sql, params, many, context)


def _floor(request: HttpRequest) -> HttpResponse:
    if not request.user.is_authenticated:
        return HttpResponse(status=403)
    operation = request.path.removeprefix(FLOOR).strip("/")
    given = json.loads(request.body)
    reader = Reader(request.user.pk or 0, bool(given.pop("sees_all")))
    now = datetime.now(UTC)
    given |= {"now": now, "today": now.date(), "year": now.year}
    if operation in WRITING:
        with transaction.atomic():
            rows = run(operation, reader, given)
    else:
        rows = run(operation, reader, given)
    return HttpResponse(json.dumps(rows, cls=DjangoJSONEncoder), content_type="application/json")
