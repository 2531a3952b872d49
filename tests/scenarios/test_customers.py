"""What the three products promise of customers: accounts, contacts, stakeholders, and their lists of deals."""

import re
from typing import Any

import pytest

from opportune.customers import actions
from opportune.customers.queries import connections_of
from opportune.identity.actions import set_active
from opportune.kernel import clock
from opportune.kernel.errors import Invalid, Refused
from opportune.opportunities import actions as deals
from opportune.opportunities.queries import opportunity
from opportune.reference.actions import change_setting
from tests.deals import id_of
from tests.doors.callers import MARK, Caller, Market, caller
from tests.web.conftest import SignIn, sign_in

__all__ = ["sign_in"]
TODAY = clock.today("Europe/Paris")


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


def listed(page: str, *subjects: str) -> list[bool]:
    """Which of the deals a page shows."""
    return [subject in page for subject in subjects]


def test_bc_b005_the_list_of_a_salesperson(market: Market, alice: Caller, sign_in: SignIn) -> None:
    company = market.company
    bobs = market.another("Bob sells this", owner=company.bob)
    found = alice.get(f"/opportunities?owner={company.bob.id}").json["items"]
    assert [row["id"] for row in found] == [bobs.pk]
    assert alice.get(f"/people/{company.bob.id}/opportunities").json["items"] == found
    page = sign_in(market.alice).get(f"/opportunities/?owner={company.bob.id}").content.decode()
    assert "<title>Opportunities · Bob" in page
    assert listed(page, "Bob sells this", market.deal.subject) == [True, False]


def test_bc_b006_the_list_of_a_company_has_its_persons_deals_a_persons_only_their_own(
    market: Market, alice: Caller
) -> None:
    company = market.company
    other = company.contact("Elsewhere")
    of_person = market.another("By the person", account_id=None, contact_id=market.contact.pk)
    market.another("By another", account_id=None, contact_id=other.pk)

    def found(question: str) -> set[int]:
        return {row["id"] for row in alice.get(f"/opportunities?{question}").json["items"]}

    account, contact = market.account.pk, market.contact.pk
    assert found(f"customer=account:{account}") == {market.deal.pk, of_person.pk}
    assert found(f"customer=contact:{contact}") == {of_person.pk}
    lost = deals.close(market.alice, of_person.pk, outcome="lost", reason="PRICE_L", on=TODAY)
    assert found(f"customer=account:{account}&status=open") == {market.deal.pk}
    assert found(f"customer=account:{account}&status=closed") == {lost.pk}


@pytest.mark.parametrize("wrong", ["customer=account:x", "customer=user:1", "customer=account:1&contact=1"])
def test_bc_b006_a_customer_is_asked_for_once_and_by_its_kind(
    market: Market, alice: Caller, wrong: str
) -> None:
    refused = alice.get(f"/opportunities?{wrong}")
    assert (refused.status, list(refused.json["errors"])) == (422, ["customer"])


def test_bc_b007_it_is_the_same_list_with_the_filter_in_its_title(market: Market, sign_in: SignIn) -> None:
    client = sign_in(market.alice)
    heads = {}
    for name, address in (
        ("all", "/opportunities/"),
        ("account", f"/opportunities/?customer=account:{market.account.pk}"),
        ("contact", f"/opportunities/?customer=contact:{market.contact.pk}&status=closed"),
    ):
        page = client.get(address).content.decode()
        heads[name] = re.search(r"<title>(.*?)</title>", page, re.DOTALL), re.findall(r"<th[ >]", page)
    titles = {name: title[1].strip() if title else "" for name, (title, _) in heads.items()}
    assert titles["all"].startswith("Opportunities")
    assert "Zanzibar" not in titles["all"]
    assert "Zanzibar Line" in titles["account"]
    assert "Zoé Zanzibar-Durand" in titles["contact"]
    assert len({len(columns) for _, columns in heads.values()}) == 1


def test_c105_to_c111_the_customer_changes_when_it_is_saved(
    market: Market, alice: Caller, sign_in: SignIn
) -> None:
    later = market.company.account("Later SA")
    client = sign_in(market.alice)
    offered = client.get("/pick/customers/?q=later&kind=account").content.decode()
    assert f'data-value="account:{later.pk}"' in offered
    assert "Later SA" not in client.get("/pick/customers/?q=later&kind=contact").content.decode()
    made = client.post("/pick/customers/new/account/", {"name": "Brand new"})
    assert made.status_code == 201
    assert alice.get(f"/opportunities/{market.deal.pk}").json["account_id"] == market.account.pk
    client.post(f"/opportunities/{market.deal.pk}/edit/", {"customer": f"account:{later.pk}"})
    assert alice.get(f"/opportunities/{market.deal.pk}").json["account_id"] == later.pk


def test_c111_the_customer_of_a_closed_deal_stays(market: Market, alice: Caller) -> None:
    later = market.company.account("Later SA")
    deals.close(market.alice, market.deal.pk, outcome="won", reason="PRICE_W", on=TODAY)
    refused = alice.patch(f"/opportunities/{market.deal.pk}", {"account_id": later.pk})
    assert (refused.status, refused.json["code"]) == (409, "closed")


def test_c112_deal_history_and_tasks_show_under_the_new_customer_and_both_tell_it(
    market: Market, alice: Caller, sign_in: SignIn
) -> None:
    later, former = market.company.account("Later SA"), market.account
    deal = market.deal
    entries = len(alice.get(f"/opportunities/{deal.pk}/entries").json["items"])
    alice.patch(f"/opportunities/{deal.pk}", {"account_id": later.pk})

    def moved(account: int) -> list[tuple[bool, str, str]]:
        told = alice.get(f"/accounts/{account}/history").json["opportunities"]
        return [(row["came"], row["subject"], row["other_name"]) for row in told]

    assert moved(later.pk) == [(True, deal.subject, former.name)]
    assert moved(former.pk) == [(False, deal.subject, later.name)]
    assert len(alice.get(f"/opportunities/{deal.pk}/entries").json["items"]) == entries + 1
    assert [row["id"] for row in alice.get(f"/opportunities?customer=account:{later.pk}").json["items"]]
    client = sign_in(market.alice)
    new, old = (client.get(f"/accounts/{pk}/").content.decode() for pk in (later.pk, former.pk))
    assert listed(new, deal.subject, market.task.subject, "gave it the opportunity") == [True] * 3
    assert listed(old, market.task.subject, "gave its opportunity") == [False, True]
    assert alice.get(f"/tasks/{market.task.pk}").json["about_id"] == deal.pk


def test_c112_what_one_cannot_see_is_not_told(market: Market) -> None:
    ada, dan = market.company.ada, market.company.dan
    shown = market.company.account("Dan knows it", owner=dan)
    deals.edit(ada, market.deal.pk, {"account_id": shown.pk})
    found = caller(dan).get(f"/accounts/{shown.pk}/history")
    assert found.json["opportunities"] == []
    assert MARK not in found.text


@pytest.mark.parametrize("both", [True, False])
def test_c113_one_customer_only(market: Market, alice: Caller, both: bool) -> None:
    changes = {"account_id": market.account.pk, "contact_id": market.contact.pk if both else None}
    answer = alice.patch(f"/opportunities/{market.deal.pk}", changes)
    assert (answer.status, list(answer.json.get("errors", {}))) == (
        (422, ["customer"]) if both else (200, [])
    )
    taken = alice.patch(f"/opportunities/{market.deal.pk}", {"contact_id": market.contact.pk})
    assert (taken.json["account_id"], taken.json["contact_id"]) == (None, market.contact.pk)


def test_cm_s03_two_customers_are_refused_and_a_persons_page_lists_their_deal(
    market: Market, alice: Caller, sign_in: SignIn
) -> None:
    ines = market.company.contact("Roche", first_name="Ines")
    given = {"subject": "Cabling", "account_id": market.account.pk, "contact_id": ines.pk}
    assert alice.post("/opportunities", given).status == 422
    assert alice.post("/opportunities", {"subject": "Cabling", "contact_id": ines.pk}).status == 201
    assert alice.get(f"/contacts/{ines.pk}").json["open_opportunities"] == 1
    page = sign_in(market.alice).get(f"/contacts/{ines.pk}/").content.decode()
    assert page.count('class="t"><a href="/opportunities/') == 1


@pytest.mark.parametrize("way", ["closed", "allowed"])
def test_cm_s55_an_account_takes_its_deals_along_and_its_contacts_stay(
    market: Market, alice: Caller, way: str
) -> None:
    company = market.company
    durand = company.account("Durand SA")
    paul = company.contact("Petit", first_name="Paul", account_id=durand.pk)
    three = [market.another(f"Deal {number}", account_id=durand.pk) for number in range(3)]
    address = f"/accounts/{durand.pk}"
    refused = alice.delete(address)
    assert (refused.status, refused.json["code"]) == (422, "open_deals")
    if way == "allowed":
        change_setting(company.ada, "allow_deleting_open", True)
    else:
        for deal in three:
            deals.close(market.alice, deal.pk, outcome="lost", reason="PRICE_L", on=TODAY)
    preview = alice.get(f"{address}/deletion").json
    counted = len(preview["open_opportunities"]) + preview["closed_opportunities"]
    assert (counted, preview["contacts"], preview["refusal"]) == (3, 1, "")
    assert alice.delete(address).status == 204
    assert [alice.get(f"/opportunities/{deal.pk}").status for deal in three] == [404, 404, 404]
    assert alice.get(address).status == 404
    assert alice.get(f"/contacts/{paul.pk}").json["account_id"] is None
    assert [row["name"] for row in alice.get("/accounts/bin").json["items"]] == ["Durand SA"]
    assert alice.post(f"{address}/restoration").json["name"] == "Durand SA"
    assert [alice.get(f"/opportunities/{deal.pk}").status for deal in three] == [200, 200, 200]
    assert alice.get(f"/contacts/{paul.pk}").json["account_id"] == durand.pk


def test_cm_s57_a_type_changes_within_its_base_and_an_account_never_becomes_a_contact(
    market: Market, alice: Caller
) -> None:
    contact = f"/contacts/{market.contact.pk}"
    market.another(account_id=None, contact_id=market.contact.pk)
    before = len(alice.get(f"{contact}/history").json["items"])
    changed = alice.patch(contact, {"type": "partner"})
    assert (changed.json["id"], changed.json["type"]) == (market.contact.pk, "partner")
    assert changed.json["open_opportunities"] == 1
    assert len(alice.get(f"{contact}/history").json["items"]) == before + 1
    assert alice.patch(f"/accounts/{market.account.pk}", {"type": "business"}).status == 422
    assert alice.patch(f"/accounts/{market.account.pk}", {"kind": "contact"}).status == 422


def test_ds_s103_what_is_open_for_an_account_is_summed_up(market: Market, alice: Caller) -> None:
    account = market.company.account("Rollup")
    for value in ("10000", "5000"):
        market.another(account_id=account.pk, estimated_value=value)
    won = market.another(account_id=account.pk, estimated_value="7000")
    deals.close(market.alice, won.pk, outcome="won", reason="PRICE_W", on=TODAY)
    shown = alice.get(f"/accounts/{account.pk}").json
    assert (shown["open_opportunities"], shown["open_value"]) == (2, "15000.0000")


def test_bc_j6_a_salesperson_with_closed_deals_only_is_deactivated(market: Market) -> None:
    deals.close(market.alice, market.deal.pk, outcome="lost", reason="PRICE_L", on=TODAY)
    user = set_active(market.company.ada, id_of(market.alice), is_active=False)
    assert user.is_active is False


def test_bc_j6_open_deals_are_counted_and_given_to_who_follows(market: Market) -> None:
    ada, bob, alice = market.company.ada, market.company.bob, market.alice
    second = market.another()
    closed = deals.close(alice, market.another().pk, outcome="lost", reason="PRICE_L", on=TODAY)
    with pytest.raises(Refused) as refusal:
        set_active(ada, id_of(alice), is_active=False)
    assert (refusal.value.code, refusal.value.data) == ("open_deals", {"count": 2})
    with pytest.raises(Invalid):
        set_active(ada, id_of(alice), is_active=False, successor_id=10**9)
    set_active(ada, id_of(alice), is_active=False, successor_id=bob.id)
    owners = [opportunity(ada, deal.pk).row.owner_id for deal in (market.deal, second, closed)]
    assert owners == [bob.id, bob.id, alice.id]
