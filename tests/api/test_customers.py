"""Accounts and contacts through the API, and their opportunities."""

import pytest

from opportune.opportunities import actions
from tests.doors.callers import MARK, Caller, Market


@pytest.mark.parametrize(
    ("address", "fields", "shown"),
    [
        ("/accounts", {"name": "Nordlicht", "annual_revenue": "12.5", "employees": 3}, "Nordlicht"),
        (
            "/contacts",
            {"last_name": "Petit", "first_name": "Anne", "email": "anne@example.com"},
            "Anne Petit",
        ),
    ],
)
def test_a_customer_is_added_where_the_answer_says(
    alice: Caller, market: Market, address: str, fields: dict[str, object], shown: str
) -> None:
    made = alice.post(address, fields)
    assert made.status == 201, made.text
    assert made.header("ETag") == '"1"'
    assert alice.get(made.header("Location")).json == made.json
    assert made.json["name"] == shown
    assert made.json["may"] == ["assign", "delete", "share", "write"]


@pytest.mark.parametrize(
    ("address", "fields", "field"),
    [
        ("/accounts", {}, "name"),
        ("/accounts", {"name": " "}, "name"),
        ("/accounts", {"name": "A", "email": "nobody"}, "email"),
        ("/accounts", {"name": "A", "employees": 1.5}, "employees"),
        ("/accounts", {"name": "A", "parent_id": 10**9}, "parent_id"),
        ("/contacts", {"last_name": "P", "customer_since": "soon"}, "customer_since"),
        ("/contacts", {"first_name": "P"}, "last_name"),
    ],
)
def test_what_does_not_fit_is_refused_by_its_field(
    alice: Caller, market: Market, address: str, fields: dict[str, object], field: str
) -> None:
    refused = alice.post(address, fields)
    assert (refused.status, list(refused.json["errors"])) == (422, [field])


@pytest.mark.parametrize("kind", ["account", "contact"])
def test_a_customer_is_changed_as_it_was_seen(alice: Caller, market: Market, kind: str) -> None:
    address = f"/{kind}s/{getattr(market, kind).pk}"
    seen = alice.get(address).header("ETag")
    changed = alice.patch(address, {"city": "Nantes"}, If_Match=seen)
    assert (changed.status, changed.json["city"]) == (200, "Nantes")
    refused = alice.patch(address, {"city": "Brest"}, If_Match=seen)
    assert (refused.status, refused.json["code"]) == (409, "conflict")


@pytest.mark.parametrize("kind", ["account", "contact"])
def test_lists_take_filters_and_pages(alice: Caller, market: Market, kind: str) -> None:
    other = {"account": {"name": "Blue"}, "contact": {"last_name": "Blue"}}[kind]
    made = alice.post(f"/{kind}s", other).json["id"]
    assert [row["id"] for row in alice.get(f"/{kind}s?text=blue").json["items"]] == [made]
    first = alice.get(f"/{kind}s?limit=1").json
    second = alice.get(f"/{kind}s?limit=1&after={first['next']}").json
    assert {row["id"] for row in first["items"] + second["items"]} == {made, getattr(market, kind).pk}
    assert alice.get(f"/{kind}s?status=open").status == 422


def test_an_accounts_opportunities_are_its_own_and_its_contacts(alice: Caller, market: Market) -> None:
    of_contact = actions.create(market.alice, {"subject": f"{MARK} by Zoé", "contact_id": market.contact.pk})
    of_account = alice.get(f"/accounts/{market.account.pk}/opportunities").json["items"]
    assert {row["id"] for row in of_account} == {market.deal.pk, of_contact.pk}
    of_person = alice.get(f"/contacts/{market.contact.pk}/opportunities").json["items"]
    assert [row["id"] for row in of_person] == [of_contact.pk]


def test_the_address_already_says_whose_opportunities(alice: Caller, market: Market) -> None:
    refused = alice.get(f"/accounts/{market.account.pk}/opportunities?account=1")
    assert (refused.status, list(refused.json["errors"])) == (422, ["account"])
    assert alice.get(f"/accounts/{market.account.pk}/opportunities?status=won").json["items"] == []
