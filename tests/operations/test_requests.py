"""A request has an id and a line in the log that says who did what, and nothing about people or secrets."""

from __future__ import annotations

import json
import logging
import re
import sys
from collections.abc import Iterator

import pytest
from django.conf import LazySettings
from django.db import connection
from django.http import HttpRequest, HttpResponse
from django.test import Client, RequestFactory

from opportune.identity.models import User
from opportune.ledger.models import ChangeSet
from opportune.operations import requests
from opportune.operations.logs import JsonLines, Lines, request_id
from opportune.operations.requests import RequestMiddleware, Tally
from tests.doors.callers import Market, caller


class Kept(logging.Handler):
    """Keeps each line as it would have been written, for machines and for people."""

    def __init__(self) -> None:
        super().__init__()
        self.lines: list[dict[str, object]] = []
        self.shown: list[str] = []

    def emit(self, record: logging.LogRecord) -> None:
        self.lines.append(json.loads(JsonLines().format(record)))
        self.shown.append(Lines().format(record))

    def of(self, logger: str) -> list[dict[str, object]]:
        return [line for line in self.lines if line["logger"] == logger]


@pytest.fixture
def log() -> Iterator[Kept]:
    """What is logged while a test runs."""
    kept, root = Kept(), logging.getLogger()
    before = root.level
    root.addHandler(kept)
    root.setLevel(logging.INFO)
    yield kept
    root.setLevel(before)
    root.removeHandler(kept)


def record(message: str, *args: object, **extra: object) -> logging.LogRecord:
    return logging.getLogger("django.request").makeRecord(
        "django.request", logging.ERROR, "file.py", 1, message, args, None, extra=extra
    )


def test_an_answer_bears_an_id(client: Client) -> None:
    one, two = (client.get("/healthz").headers["X-Request-ID"] for _ in range(2))
    assert len(one) == 32
    assert one != two


def test_the_id_that_a_proxy_gave_is_kept(client: Client) -> None:
    answer = client.get("/healthz", headers={"X-Request-ID": "proxy-0123.4567_89"})
    assert answer.headers["X-Request-ID"] == "proxy-0123.4567_89"


@pytest.mark.parametrize(
    "given", ["short", "with blanks in it", "a" * 65, 'quote"quote', "line\nline", "é" * 10]
)
def test_an_id_that_is_no_plain_word_is_replaced(client: Client, given: str) -> None:
    answer = client.get("/healthz", headers={"X-Request-ID": given})
    assert given not in answer.headers["X-Request-ID"]
    assert len(answer.headers["X-Request-ID"]) == 32


def test_a_write_has_a_line_with_its_actor_and_its_change_sets(log: Kept, market: Market) -> None:
    alice = caller(market.alice)
    answer = alice.patch(
        f"/opportunities/{market.deal.pk}", {"budget": "12.50"}, X_Request_ID="from-the-proxy"
    )
    assert answer.status == 200
    [line] = log.of("opportune.requests")
    assert line["request"] == "from-the-proxy"
    assert (line["method"], line["status"], line["level"]) == ("PATCH", 200, "INFO")
    assert line["route"] == "api/v1/opportunities/<int:opportunity_id>"
    assert line["actor_kind"] == "token"
    assert isinstance(line["actor"], int)
    assert line["change_sets"] == [ChangeSet.objects.latest("id").pk]
    assert isinstance(line["ms"], float)
    assert isinstance(line["queries"], int)
    assert line["queries"] > 5


@pytest.mark.django_db
def test_a_page_is_named_by_its_route_and_its_person_by_number(log: Kept, market: Market) -> None:
    client, person = Client(), User.objects.get(pk=market.alice.person_id or 0)
    client.force_login(person, backend="django.contrib.auth.backends.ModelBackend")
    client.get("/search/?q=Zanzibar")
    [line] = log.of("opportune.requests")
    assert (line["route"], line["actor_kind"], line["actor"]) == ("search", "person", person.pk)
    assert "change_sets" not in line
    assert "Zanzibar" not in log.shown[-1]
    assert person.name not in log.shown[-1]


@pytest.mark.django_db
def test_no_path_that_may_hold_a_secret_is_written(log: Kept, client: Client) -> None:
    client.get("/set-up/setup_0123456789abcdefghij/?token=opp_0123456789abcdefghij")
    client.get("/sign/password/reset/key/5-c0ffee-c0ffee/")
    client.get("/nothing/opp_0123456789abcdefghij")
    assert len(log.of("opportune.requests")) == 3
    whole = "\n".join([*log.shown, *map(str, log.lines)])
    assert "0123456789" not in whole
    assert "c0ffee" not in whole
    assert "set_up" in whole


def test_what_watches_over_the_server_is_not_written_down(log: Kept, client: Client) -> None:
    client.get("/healthz")
    assert log.lines == []


def test_a_slow_request_is_a_warning(log: Kept, client: Client, settings: LazySettings) -> None:
    settings.SLOW_REQUEST_MS = 0.0001
    client.get("/healthz")
    [line] = log.of("opportune.requests")
    assert (line["level"], line["message"], line["route"]) == ("WARNING", "A slow request", "healthz")


@pytest.mark.django_db
def test_a_slow_statement_is_a_warning_without_its_values(log: Kept, settings: LazySettings) -> None:
    settings.SLOW_QUERY_MS = 0.0001
    tally = Tally()
    with connection.execute_wrapper(tally):
        User.objects.filter(email="alice@example.com").exists()
    [line] = log.of("opportune.queries")
    assert tally.queries == 1
    assert "FROM" in str(line["statement"])
    assert "alice" not in str(line)


@pytest.mark.django_db
def test_no_statement_is_slow_where_nothing_is_set(log: Kept, settings: LazySettings) -> None:
    settings.SLOW_QUERY_MS = 0
    with connection.execute_wrapper(Tally()):
        User.objects.exists()
    assert log.lines == []


def test_queries_are_counted(log: Kept, db: None) -> None:
    def answer(request: HttpRequest) -> HttpResponse:
        for _ in range(3):
            User.objects.exists()
        return HttpResponse()

    RequestMiddleware(answer)(RequestFactory().get("/"))
    assert log.of("opportune.requests")[0]["queries"] == 3


def test_the_id_ends_with_its_request(client: Client) -> None:
    client.get("/healthz")
    assert request_id.get() == ""


def test_whatever_is_logged_meanwhile_bears_the_id(log: Kept) -> None:
    def answer(request: HttpRequest) -> HttpResponse:
        logging.getLogger("anybody").warning("Something.")
        return HttpResponse()

    RequestMiddleware(answer)(RequestFactory().get("/", headers={"X-Request-ID": "abcdefgh"}))
    assert log.of("anybody")[0]["request"] == "abcdefgh"


@pytest.mark.parametrize(
    ("said", "written"),
    [
        ("key opp_0123456789abcdefghij here", "key opp_… here"),
        ("Authorization: Bearer abc.def", "Authorization: Bearer …"),
        ("postgres://me:secret@db/crm", "postgres://…@db/crm"),
        ("GET /a/?token=abc&b=c HTTP", "GET /a/?… HTTP"),
        ("no such person: alice@example.com", "no such person: …@…"),
        ("a question? yes=no", "a question? yes=no"),
    ],
)
def test_secrets_and_addresses_are_kept_back(said: str, written: str) -> None:
    assert json.loads(JsonLines().format(record(said)))["message"] == written
    assert Lines().format(record(said)).endswith(f": {written}")


def test_a_traceback_keeps_back_what_a_message_does() -> None:
    person, secret = "alice", f"opp_{'0123' * 8}"
    try:
        raise ValueError(f"{person}@example.com {secret} taken\nDETAIL:  Key (email)=({person}) exists")
    except ValueError:
        failed = record("Failed")
        failed.exc_info = sys.exc_info()
    for written in (Lines().format(failed), json.loads(JsonLines().format(failed))["traceback"]):
        assert "Traceback" in written
        assert "alice" not in written
        assert "0123" not in written


def test_what_a_library_hangs_on_a_line_is_not_written() -> None:
    request = RequestFactory().get("/set-up/setup_secret/")
    line = JsonLines().format(record("Failed: %s", request.path, request=request, password="hush"))
    assert "secret" not in line
    assert "hush" not in line


def test_lines_for_people_are_one_line_each() -> None:
    line = Lines().format(record("A request", method="GET", ms=3.2, change_sets=[4, 5]))
    assert line.endswith("ERROR django.request: A request method=GET ms=3.2 change_sets=[4, 5]")


def test_nobody_can_make_up_a_line() -> None:
    assert "\n" not in Lines().format(record("from %s", "one\n2026-01-01 ERROR made up"))


def test_the_address_of_static_files_is_one_route() -> None:
    assert requests._route(RequestFactory().get("/static/css/base.css")) == "static"


@pytest.mark.parametrize(
    "made_up", ["\r2026-01-01 ERROR made up", "\x1b[2J", "\u2028ERROR", "\u202etxt.exe", "\x00"]
)
def test_nothing_written_commands_a_terminal(made_up: str) -> None:
    line = Lines().format(record("from %s", f"one{made_up}"))
    assert line.isprintable()
    assert "from one\\" in line


def test_what_an_error_quotes_is_no_line_of_its_own() -> None:
    try:
        raise ValueError("one\n2026-01-01 ERROR made up")
    except ValueError:
        failed = record("Failed")
        failed.exc_info = sys.exc_info()
    first, *rest = Lines().format(failed).split("\n")
    assert "Failed" in first
    assert rest
    assert all(part.startswith("  ") for part in rest)


def test_a_line_tells_the_offset_of_its_time() -> None:
    assert re.match(r"\d{4}-\d\d-\d\d \d\d:\d\d:\d\d[+-]\d{4} ", Lines().format(record("A request")))
