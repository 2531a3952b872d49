"""What the three products promise of customers: accounts, contacts, stakeholders, and their lists of deals."""

from typing import Any

import pytest

from opportune.customers import actions
from opportune.customers.queries import connections_of
from opportune.opportunities import actions as deals
from tests.doors.callers import Caller, Market


def stakeholders(alice: Caller, deal: int) -> list[tuple[str, str]]:
    """The stakeholders of a deal through the API, each with the role."""
    found = alice.get(f"/opportunities/{deal}/connections?category=stakeholder").json["items"]
    return [(row["name"], row["role"]) for row in found]


def test_ds_s05_a_decision_maker_is_a_stakeholder_once(alice: Caller, market: Market) -> None:
    # the deal stands for the lead, which shares the rule (D-083)
    deal, lea = market.another(), market.company.contact("Léa")
    address = f"/opportunities/{deal.pk}"
    alice.patch(address, {"primary_contact_id": lea.pk, "decision_maker_identified": True})
    assert stakeholders(alice, deal.pk) == [("Léa", "stakeholder:stakeholder")]
    for marked in (False, True):
        deals.edit(market.alice, deal.pk, {"decision_maker_identified": marked})
    assert stakeholders(alice, deal.pk) == [("Léa", "stakeholder:stakeholder")]


def test_ds_s07_another_role_stays_a_stakeholder_until_its_category_is_another(
    alice: Caller, market: Market
) -> None:
    deal, lea = market.another(), market.company.contact("Léa")
    made = alice.post(f"/opportunities/{deal.pk}/connections", {"to": f"contact:{lea.pk}"}).json
    assert made["role"] == "stakeholder:stakeholder"
    address = f"/opportunities/{deal.pk}/connections/{made['id']}"
    assert alice.patch(address, {"role": "stakeholder:economic_buyer"}).json["role_name"] == "Economic buyer"
    assert stakeholders(alice, deal.pk) == [("Léa", "stakeholder:economic_buyer")]
    actions.change_connection(market.alice, deal.ref, made["id"], {"role": "social:friend"})
    assert stakeholders(alice, deal.pk) == []
    every = alice.get(f"/opportunities/{deal.pk}/connections").json["items"]
    assert [(row["name"], row["role"]) for row in every] == [("Léa", "social:friend")]
    assert [row.own_role.code for row in connections_of(market.alice, lea.ref)] == ["friend"]


@pytest.mark.parametrize("when", ["at creation", "later", "again"])
def test_ds_s79_the_primary_contact_is_a_stakeholder_once(alice: Caller, market: Market, when: str) -> None:
    lea = market.company.contact("Léa")
    named: dict[str, Any] = {"primary_contact_id": lea.pk}
    deal = market.another(**named) if when == "at creation" else market.another()
    if when != "at creation":
        deals.edit(market.alice, deal.pk, named)
    if when == "again":
        alice.patch(f"/opportunities/{deal.pk}", {"primary_contact_id": None})
        alice.patch(f"/opportunities/{deal.pk}", named)
    assert stakeholders(alice, deal.pk) == [("Léa", "stakeholder:stakeholder")]
