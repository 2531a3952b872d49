"""Search through the API."""

from tests.doors.callers import MARK, Caller, Market, caller


def test_records_are_found_by_words_of_any_spelling(alice: Caller, market: Market) -> None:
    found = alice.get("/search?q=zanzibar").json["items"]
    assert {(hit["kind"], hit["id"]) for hit in found} == {
        ("opportunity", market.deal.pk),
        ("account", market.account.pk),
        ("contact", market.contact.pk),
    }
    people = alice.get("/search?q=zoe&kind=contact&limit=1").json["items"]
    assert [hit["title"] for hit in people] == [f"Zoé {MARK}-Durand"]


def test_a_stranger_finds_nothing(market: Market) -> None:
    assert caller(market.company.dan).get("/search?q=zanzibar").json == {"items": []}


def test_a_token_finds_the_kinds_of_its_scopes(market: Market) -> None:
    found = caller(market.alice, "account:read").get("/search?q=zanzibar").json["items"]
    assert [hit["kind"] for hit in found] == ["account"]


def test_a_search_without_words_or_of_an_unknown_kind_is_refused(alice: Caller) -> None:
    assert list(alice.get("/search").json["errors"]) == ["q"]
    assert list(alice.get("/search?q=a&kind=task").json["errors"]) == ["kind"]
