"""When the machine fails, every door says so in both languages, has changed nothing, and goes on afterwards."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import contextmanager

import pytest
from django.db import OperationalError, connection
from django.test import Client, override_settings

from opportune.identity.models import User
from opportune.ledger.models import ChangeSet
from tests.doors.callers import CommandLine, Market, caller

pytestmark = pytest.mark.django_db(transaction=True)

EN, FR = "The server cannot write its data", "Le serveur ne peut pas écrire ses données"
SWITCH = {
    "sqlite": ("PRAGMA query_only = ON", "PRAGMA query_only = OFF"),
    "postgresql": ("SET default_transaction_read_only = on", "SET default_transaction_read_only = off"),
}


@contextmanager
def read_only() -> Iterator[None]:
    """Within this block the database itself refuses every write."""
    off, on = SWITCH[connection.vendor]
    with connection.cursor() as cursor:
        cursor.execute(off)
    try:
        yield
    finally:
        with connection.cursor() as cursor:
            cursor.execute(on)


def alices_browser() -> Client:
    browser = Client(raise_request_exception=False)
    alice = User.objects.get(email="alice@example.com")
    browser.force_login(alice, backend="django.contrib.auth.backends.ModelBackend")
    return browser


def subject_of(market: Market) -> str:
    market.deal.refresh_from_db()
    return market.deal.subject


def test_the_api_answers_with_a_problem(market: Market) -> None:
    alice = caller(market.alice)
    commands, address = ChangeSet.objects.count(), f"/opportunities/{market.deal.pk}"
    with read_only():
        for language, words in (("en", EN), ("fr", FR)):
            answer = alice.patch(address, {"subject": "Other"}, Accept_Language=language)
            assert (answer.status, answer.json["code"]) == (503, "storage_read_only")
            assert words in answer.json["detail"]
            assert answer.header("Content-Type") == "application/problem+json"
            assert answer.header("Retry-After") == "5"
    assert (subject_of(market), ChangeSet.objects.count()) == (market.deal.subject, commands)
    assert alice.patch(address, {"subject": "Other"}).status == 200


def test_the_pages_say_it_in_the_language_of_who_reads(market: Market) -> None:
    browser, address = alices_browser(), f"/opportunities/{market.deal.pk}/comments/"
    for language, words in (("en", EN), ("fr", FR)):
        User.objects.filter(email="alice@example.com").update(language=language)
        with read_only():
            answer = browser.post(address, {"text": "Hello"})
            fragment = browser.post(address, {"text": "Hello"}, headers={"HX-Request": "true"})
        assert (answer.status_code, answer.headers["Retry-After"]) == (503, "5")
        assert words in answer.content.decode()
        assert (fragment.status_code, fragment.headers["HX-Reswap"]) == (503, "none")
        assert "<html" not in fragment.content.decode()
        assert words in fragment.content.decode()
    market.deal.refresh_from_db()
    assert market.deal.comments == ""


def test_where_the_database_answers_nothing_at_all_there_is_still_a_page(market: Market) -> None:
    browser, alice = alices_browser(), caller(market.alice)

    def away(*_: object) -> None:
        raise OperationalError("connection refused")

    with connection.execute_wrapper(away):
        answer = browser.get("/tasks/", headers={"Accept-Language": "fr"})
        problem = alice.get("/opportunities")
    assert answer.status_code == 503
    assert "ne répond pas pour le moment" in answer.content.decode()
    assert (problem.status, problem.json["code"]) == (503, "database_unavailable")


def test_the_command_line_says_it_and_ends_with_a_code_of_its_own(
    market: Market, command_line: CommandLine
) -> None:
    words = ("opportunities", "edit", market.deal.pk, "--set", "subject=Other")
    with read_only():
        told, as_json = command_line(*words), command_line(*words, "--json")
    assert (told.code, as_json.code) == (8, 8)
    assert EN in told.err
    assert json.loads(as_json.err)["code"] == "storage_read_only"
    assert command_line(*words).code == 0


@override_settings(DEBUG=False)
def test_an_unknown_address_is_told_without_the_database_too(market: Market) -> None:
    def away(*_: object) -> None:
        raise OperationalError("connection refused")

    browser = alices_browser()
    browser.raise_request_exception = True  # nothing that nobody has caught
    with connection.execute_wrapper(away):
        answer = browser.get("/nowhere/", headers={"Accept-Language": "fr"})
    assert answer.status_code == 503
    assert "ne répond pas pour le moment" in answer.content.decode()
    assert browser.get("/nowhere/").status_code == 404


@override_settings(DEBUG=False)
def test_a_mistake_of_ours_is_none_of_the_machine(market: Market, monkeypatch: pytest.MonkeyPatch) -> None:
    browser = alices_browser()
    monkeypatch.setattr("opportune.web.shell.views.my_open_tasks", lambda actor: 1 / 0)
    answer = browser.get("/tasks/")
    assert answer.status_code == 500
    assert "noted in the server’s log" in answer.content.decode()
