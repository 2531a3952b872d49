"""How the API refuses: one form, one table, the reader's language."""

from typing import NoReturn

import pytest
from django.db import transaction

from opportune.identity.actions import change_preferences
from opportune.opportunities import queries
from tests.doors.callers import Answer, Caller, Market, caller


def demand_problem(answer: Answer, status: int, code: str) -> None:
    """The answer is a problem of this status and code, in the one form."""
    assert answer.status == status, answer.text
    assert answer.header("Content-Type") == "application/problem+json"
    assert (answer.json["status"], answer.json["code"]) == (status, code)
    assert answer.json["detail"]


@pytest.mark.parametrize(
    ("method", "address"),
    [
        ("get", "/api/"),
        ("get", "/api/v1/"),
        ("get", "/api/v2/opportunities"),
        ("get", "/opportunities/"),
        ("get", "/opportunities/first"),
        ("post", "/nowhere"),
        ("get", f"/opportunities/{'9' * 5000}"),
    ],
)
def test_an_unknown_address_is_not_found(alice: Caller, method: str, address: str) -> None:
    demand_problem(alice.ask(method, address), 404, "no_such_address")


@pytest.mark.parametrize("record_id", [0, 999999, 10**30])
def test_a_record_that_does_not_exist_is_not_found(alice: Caller, record_id: int) -> None:
    for address in ("opportunities", "accounts", "contacts", "tasks"):
        demand_problem(alice.get(f"/{address}/{record_id}"), 404, "not_found")
    demand_problem(alice.post(f"/opportunities/{record_id}/stage", {"move": "next"}), 404, "not_found")
    demand_problem(alice.patch(f"/accounts/{record_id}", {"city": "Lyon"}), 404, "not_found")
    demand_problem(alice.post(f"/change-sets/{record_id}/undo"), 404, "not_found")


def test_another_method_is_not_allowed(alice: Caller) -> None:
    refused = alice.ask("delete", "/opportunities")
    demand_problem(refused, 405, "method_not_allowed")
    assert set(refused.header("Allow").split(", ")) == {"GET", "POST"}


@pytest.mark.parametrize(
    "body",
    [
        "{",
        "",
        "\udcff",
        '{"subject": NaN}',
        '{"subject": "a", "subject": "b"}',
        '{"\\ud800": 1}',
        "[" * 100_000,
    ],
    ids=["cut", "empty", "not text", "not JSON", "twice", "half a character", "deep"],
)
def test_a_body_that_cannot_be_read_is_refused(alice: Caller, body: str) -> None:
    refused = alice.ask("post", "/opportunities", body.encode("utf-8", "surrogateescape"))
    assert refused.status == 422
    assert refused.json["code"] in ("malformed", "invalid")


@pytest.mark.parametrize("body", ["[]", "7", '"text"', "null"])
def test_a_body_that_is_no_object_is_refused(alice: Caller, body: str) -> None:
    refused = alice.ask("post", "/opportunities", body)
    demand_problem(refused, 422, "invalid")
    assert list(refused.json["errors"]) == ["body"]


def test_a_body_that_is_too_large_is_refused(alice: Caller) -> None:
    demand_problem(alice.post("/accounts", {"name": "x" * 3_000_000}), 413, "too_large")


@pytest.mark.parametrize("secret", [None, "opp_unknown", "", "Zoé"])
def test_without_a_valid_token_nothing_is_opened(market: Market, secret: str | None) -> None:
    refused = Caller(secret).get("/opportunities")
    demand_problem(refused, 401, "unauthenticated")
    assert refused.header("WWW-Authenticate") == "Bearer"


def test_a_signed_in_session_opens_nothing(market: Market) -> None:
    visitor = Caller(None)
    visitor.client.login(username="alice@example.com", password="correct horse battery")
    assert visitor.client.session["_auth_user_id"] == str(market.alice.id)
    demand_problem(visitor.get("/opportunities"), 401, "unauthenticated")


def test_sentences_are_in_the_persons_language_unless_another_is_accepted(market: Market) -> None:
    change_preferences(market.alice, language="fr")
    asker = caller(market.alice)
    assert asker.get("/opportunities/0").header("Content-Language") == "fr"
    assert asker.get("/opportunities/0", Accept_Language="en-GB").header("Content-Language") == "en"
    assert asker.get("/opportunities/0", Accept_Language="de, *").header("Content-Language") == "fr"
    step_names = asker.get("/processes").json["items"][0]["stages"][0]["name"]
    assert step_names == "Qualification"


def test_an_error_of_the_server_tells_nothing_and_is_logged(
    alice: Caller, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    def fail(*_: object, **__: object) -> NoReturn:
        raise RuntimeError("a secret of the database")

    monkeypatch.setattr(queries, "totals", fail)
    with transaction.atomic():
        refused = alice.get("/opportunities/summary")
    demand_problem(refused, 500, "internal")
    assert "secret" not in refused.text
    assert "a secret of the database" in caplog.text


def test_answers_are_kept_by_no_cache(alice: Caller) -> None:
    assert alice.get("/opportunities").header("Cache-Control") == "no-store"
