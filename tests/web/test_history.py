"""What timelines tell of a change: each field with its value before and after, as far as the reader may know it."""

from datetime import date
from decimal import Decimal
from html import unescape
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from opportune.campaigns.actions import create_campaign, edit_campaign
from opportune.customers.actions import edit_account
from opportune.identity.actions import share
from opportune.opportunities import actions
from opportune.opportunities.models import Opportunity
from opportune.reference.actions import set_rate
from opportune.web.changes import LONGEST
from opportune.web.opportunities.timeline import TOLD
from tests.deals import SYSTEM, Trade, id_of
from tests.web.conftest import SignIn
from tests.web.test_amounts import french

pytestmark = pytest.mark.django_db


@pytest.fixture
def francs(trade: Trade) -> None:
    """Two francs are worth one euro."""
    set_rate(SYSTEM, code="CHF", rate=Decimal(2), valid_from=date(2020, 1, 1))


@pytest.fixture
def alice(trade: Trade, sign_in: SignIn) -> Client:
    return sign_in(trade.alice)


def told(client: Client, address: str) -> list[str]:
    """The text of each line of the page's history, the newest first."""
    answer = client.get(address)
    assert answer.status_code == 200
    page = answer.content.decode().split('class="tl"', 1)[1]
    return [
        words(part.split('</li>\n<li><span class="mk')[0]) for part in page.split('<span class="mk sm">')[1:]
    ]


def words(markup: str) -> str:
    """What is read of some markup."""
    text = " ".join(part.split(">", 1)[-1] for part in f">{markup}".split("<"))
    return " ".join(unescape(text).split())


def history(client: Client, deal: Opportunity) -> list[str]:
    return told(client, f"/opportunities/{deal.pk}/")


@pytest.mark.parametrize(
    ("before", "after", "said"),
    [
        (
            {"estimated_value": "12000"},
            {"estimated_value": "15000.50"},
            "Estimated value €12,000 → €15,000.50",
        ),
        ({}, {"budget": "70"}, "Budget — → €70"),
        (
            {"estimated_close_on": "2031-01-15"},
            {"estimated_close_on": "2031-02-01"},
            "Estimated close 15 Jan 2031 → 1 Feb 2031",
        ),
        ({"rating": "warm"}, {"rating": "hot"}, "Rating Warm → Hot"),
        ({}, {"decision_maker_identified": True}, "Decision maker identified No → Yes"),
        ({"subject": "Two pumps"}, {"subject": "Three <pumps>"}, "Subject Two pumps → Three <pumps>"),
    ],
)
def test_a_field_is_told_with_its_value_before_and_after(
    trade: Trade, alice: Client, before: dict[str, Any], after: dict[str, Any], said: str
) -> None:
    deal = trade.deal(**before)
    actions.edit(trade.alice, deal.pk, after)
    assert f"changed: {said}" in history(alice, deal)[0]


def test_values_are_told_in_the_readers_language(trade: Trade, alice: Client) -> None:
    deal = trade.deal(estimated_value=12000, rating="warm")
    actions.edit(trade.alice, deal.pk, {"estimated_value": "15000.50", "rating": "hot"})
    newest = history(french(alice), deal)[0]
    assert "12 000 € → 15 000,50 €" in newest
    assert "Tiède → Chaud" in newest


def test_people_are_named(trade: Trade, alice: Client) -> None:
    deal = trade.deal()
    actions.assign(trade.alice, deal.pk, owner_id=id_of(trade.company.bob))
    assert "Owner Alice → Bob" in history(alice, deal)[0]


def test_several_fields_are_told_below(trade: Trade, alice: Client) -> None:
    deal = trade.deal(estimated_value=100)
    actions.edit(trade.alice, deal.pk, {"estimated_value": "200", "rating": "hot", "budget": "50"})
    newest = history(alice, deal)[0]
    assert "changed 3 fields" in newest
    assert "Estimated value €100 → €200" in newest
    assert "Budget — → €50" in newest


@pytest.mark.usefixtures("francs")
def test_an_amount_is_told_in_the_currency_of_then(trade: Trade, alice: Client) -> None:
    deal = trade.deal(currency="CHF", estimated_value=100)
    actions.edit(trade.alice, deal.pk, {"estimated_value": "200"})
    actions.edit(trade.alice, deal.pk, {"currency": "EUR", "estimated_value": "300"})
    newest, former = history(alice, deal)[:2]
    assert "Currency CHF → EUR" in newest
    assert "Estimated value CHF 200 → €300" in newest
    assert "Estimated value CHF 100 → CHF 200" in former


@pytest.mark.usefixtures("francs")
def test_an_amount_of_an_older_page_is_told_in_the_currency_of_then(trade: Trade, alice: Client) -> None:
    deal = trade.deal(currency="CHF", estimated_value=100)
    actions.edit(trade.alice, deal.pk, {"estimated_value": "200"})
    version = Opportunity.objects.get(pk=deal.pk).version
    actions.edit(trade.alice, deal.pk, {"currency": "EUR"})
    older = told(alice, f"/opportunities/{deal.pk}/?upto={version + 1}")
    assert any("Estimated value CHF 100 → CHF 200" in line for line in older)


def test_a_long_text_is_told_with_what_it_was(trade: Trade, alice: Client) -> None:
    deal = trade.deal(description="As it was before")
    actions.edit(trade.alice, deal.pk, {"description": "As it is now"})
    newest = history(alice, deal)[0]
    assert "changed: Description" in newest
    assert "Previous text As it was before" in newest
    assert "As it is now" not in newest


def test_a_very_long_text_does_not_burden_the_page(trade: Trade, alice: Client) -> None:
    deal = trade.deal(description="long " * 2000)
    actions.edit(trade.alice, deal.pk, {"description": ""})
    assert len(history(alice, deal)[0]) < LONGEST + 200


def test_an_update_tells_what_it_changed_beside_its_figures(trade: Trade, alice: Client) -> None:
    deal = trade.deal(stage_id=trade.sales.stages[0].id, estimated_value=100)
    actions.move(trade.alice, deal.pk, wish="update", estimated_value="200", chance="30")
    newest = history(alice, deal)[0]
    assert "updated it in" in newest
    assert "Estimated value €100 → €200" in newest
    assert "Chance" not in newest


def test_a_customer_that_the_reader_may_not_see_is_not_named(trade: Trade, sign_in: SignIn) -> None:
    company = trade.company
    now = company.account("Harbour")
    deal = trade.deal()
    actions.edit(trade.alice, deal.pk, {"account_id": now.pk})
    actions.share_deal(trade.alice, deal.pk, user_id=id_of(company.dan))
    newest = history(sign_in(company.dan), deal)[0]
    assert "Customer a customer you cannot see → Harbour" in newest
    assert f"Customer {trade.account.name} → Harbour" in history(sign_in(company.alice), deal)[0]


def test_an_account_tells_its_values_and_hides_what_the_reader_may_not_see(
    trade: Trade, sign_in: SignIn
) -> None:
    company, account = trade.company, trade.account
    group = company.account("Secret group")
    edit_account(
        trade.alice, account.pk, {"parent_id": group.pk, "city": "Lyon", "annual_revenue": "1000.50"}
    )
    edit_account(trade.alice, account.pk, {"parent_id": None})
    share(trade.alice, account.ref, user_id=id_of(company.dan))
    newest, former = told(sign_in(company.dan), f"/accounts/{account.pk}/")[:2]
    assert "changed: Part of a customer you cannot see → —" in newest
    assert "City — → Lyon" in former
    assert "Annual revenue — → €1,000.50" in former
    assert "Part of Secret group → —" in told(sign_in(company.alice), f"/accounts/{account.pk}/")[0]


def test_a_campaign_tells_its_values(trade: Trade, alice: Client) -> None:
    campaign = create_campaign(trade.alice, {"name": "Spring", "starts_on": date(2031, 3, 1)})
    edit_campaign(trade.alice, campaign.pk, {"starts_on": date(2031, 4, 1), "budgeted_cost": "99.90"})
    newest = told(alice, f"/campaigns/{campaign.pk}/")[0]
    assert "Starts on 1 Mar 2031 → 1 Apr 2031" in newest
    assert "Budgeted cost — → €99.90" in newest


def test_more_changes_need_no_more_queries(trade: Trade, alice: Client) -> None:
    deal = trade.deal()

    def change(times: int) -> None:
        for number in range(times):
            account = trade.company.account(f"Account {number} of {times}")
            owner = (trade.alice, trade.company.bob)[number % 2]
            actions.edit(
                SYSTEM,
                deal.pk,
                {
                    "account_id": account.pk,
                    "owner_id": id_of(owner),
                    "budget": str(number),
                    "rating": ("hot", "cold")[number % 2],
                },
            )

    def queries() -> int:
        with CaptureQueriesContext(connection) as made:
            history(alice, deal)
        return len(made)

    change(2)
    queries()  # what seldom changes is kept from here on
    few = queries()
    change(12)
    assert queries() == few


def test_whatever_is_told_has_a_name(trade: Trade, alice: Client) -> None:
    """Each field of which the timeline tells, changed; a page fails for a name that is missing."""
    known = {one.attname for one in Opportunity._meta.concrete_fields} | {"customer", "initiated_by"}
    assert set(TOLD) <= known
    deal = trade.deal()
    given: dict[str, Any] = {
        "description": "d", "comments": "c", "customer_need": "n", "proposed_solution": "p", "on_hold": True,
        "decision_on": "2031-01-01", "expires_on": "2031-01-01", "delivery_on": "2031-01-01", "chance": "15",
        "reminder_at": "2031-01-01T09:00", "budget": Decimal(1), "initiated_by": f"account:{trade.account.pk}",
    }  # fmt: skip
    actions.edit(trade.alice, deal.pk, given)
    newest = history(alice, deal)[0]
    assert f"changed {len(given)} fields" in newest
    assert f"Initiated by — → {trade.account.name}" in newest
