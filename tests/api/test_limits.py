"""How much may be asked of the API in a minute."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from opportune.api import limits
from opportune.api.limits import Buckets, TooMany, neighbourhood
from opportune.kernel import clock
from tests.api.test_problems import demand_problem
from tests.doors.callers import Caller, Market, caller


@pytest.fixture(autouse=True)
def three_a_minute(settings: Any) -> Iterator[None]:
    """Three requests a minute for a person, two failures for an address, while the clock stands still."""
    settings.API_PER_MINUTE = 3
    settings.API_FAILURES_PER_MINUTE = 2
    limits.of_people.forget()
    limits.of_addresses.forget()
    with clock.stopped_at(clock.now()):
        yield


def ask_thrice(who: Caller) -> None:
    assert [who.get("/me").status for _ in range(3)] == [200, 200, 200]


def test_who_asks_too_much_is_told_when_to_ask_again(alice: Caller) -> None:
    ask_thrice(alice)
    refused = alice.get("/me")
    demand_problem(refused, 429, "too_many_requests")
    assert refused.header("Retry-After") == "20"
    assert refused.json["detail"] == "Too many requests: ask again in 20 seconds."


def test_after_that_time_one_more_is_answered(alice: Caller) -> None:
    ask_thrice(alice)
    with clock.stopped_at(clock.now() + timedelta(seconds=19)):
        assert alice.get("/me").status == 429
    with clock.stopped_at(clock.now() + timedelta(seconds=20)):
        assert alice.get("/me").status == 200
        assert alice.get("/me").status == 429


def test_what_is_refused_changes_nothing(alice: Caller) -> None:
    ask_thrice(alice)
    with CaptureQueriesContext(connection) as seen:
        assert alice.post("/accounts", {"name": "North"}).status == 429
    assert not [each for each in seen if each["sql"].startswith(("INSERT", "UPDATE"))]


def test_another_token_of_the_same_person_gives_no_more(market: Market) -> None:
    ask_thrice(caller(market.alice))
    assert caller(market.alice).get("/me").status == 429


def test_one_person_takes_nothing_from_another(market: Market) -> None:
    ask_thrice(caller(market.alice))
    assert caller(market.company.bob).get("/me").status == 200


def test_zero_allows_any_number(alice: Caller, settings: Any) -> None:
    settings.API_PER_MINUTE = 0
    assert {alice.get("/me").status for _ in range(10)} == {200}


@pytest.mark.parametrize("secret", [None, "opp_wrong"])
def test_an_address_fails_so_often(db: None, secret: str | None) -> None:
    stranger = Caller(secret)
    assert [stranger.get("/me").status for _ in range(2)] == [401, 401]
    refused = stranger.get("/me")
    demand_problem(refused, 429, "too_many_requests")
    assert refused.header("Retry-After") == "30"
    assert Caller(secret, Client(REMOTE_ADDR="192.0.2.9")).get("/me").status == 401


def test_a_valid_token_is_answered_behind_an_address_that_fails(alice: Caller) -> None:
    for _ in range(5):
        Caller("opp_wrong").get("/me")
    assert alice.get("/me").status == 200


def test_the_limit_is_said_in_french(alice: Caller) -> None:
    ask_thrice(alice)
    assert "20" in alice.ask("get", "/me", Accept_Language="fr").json["detail"]
    assert "requêtes" in alice.ask("get", "/me", Accept_Language="fr").json["detail"]


def test_counting_costs_no_statement(alice: Caller, settings: Any) -> None:
    def statements() -> int:
        with CaptureQueriesContext(connection) as seen:
            assert alice.get("/me").status == 200
        return len(seen)

    statements()  # what seldom changes is kept from here on
    limited = statements()
    settings.API_PER_MINUTE = 0
    assert statements() == limited


def test_a_clock_that_is_set_back_gives_nothing_and_takes_nothing() -> None:
    buckets, now = Buckets(), clock.now()
    buckets.take("x", per_minute=2)
    with clock.stopped_at(now - timedelta(hours=1)):
        buckets.take("x", per_minute=2)
        with pytest.raises(TooMany):
            buckets.take("x", per_minute=2)


def test_those_who_asked_longest_ago_are_forgotten(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(limits, "REMEMBERED", 2)
    buckets = Buckets()
    for who in ("first", "second", "third", "first"):
        buckets.take(who, per_minute=1)
    with pytest.raises(TooMany):
        buckets.take("third", per_minute=1)


@pytest.mark.parametrize(
    ("address", "counted"),
    [
        ("192.0.2.7", "192.0.2.7"),
        ("2001:db8:1:2:3::4", "2001:db8:1:2::/64"),
        ("2001:db8:1:2:ffff::", "2001:db8:1:2::/64"),
        ("::ffff:192.0.2.7", "192.0.2.7"),
        ("", ""),
    ],
)
def test_an_address_of_ipv6_is_counted_with_its_neighbours_and_one_of_ipv4_alone(
    address: str, counted: str
) -> None:
    assert neighbourhood(address) == counted


def test_the_description_names_the_refusal_and_its_header(db: None) -> None:
    described = Client().get("/api/v1/openapi.json").json()
    for operations in described["paths"].values():
        for operation in operations.values():
            assert operation["responses"]["429"]["headers"]["Retry-After"]["schema"] == {"type": "integer"}
