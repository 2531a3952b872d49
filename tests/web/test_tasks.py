"""Tasks on the pages: one's own list, what a record offers, what is planned about a customer."""

import re

import pytest
from django.test import Client

from opportune.activities.actions import create_task
from opportune.kernel import clock
from opportune.opportunities import actions
from tests.deals import SYSTEM
from tests.doors.callers import MARK, Market
from tests.web.conftest import SignIn

TODAY = clock.today("Europe/Paris")


@pytest.fixture
def alice(market: Market, sign_in: SignIn) -> Client:
    return sign_in(market.alice)


def page_of(client: Client, address: str) -> str:
    return client.get(address).content.decode()


def test_a_task_says_for_which_customer_it_is(alice: Client, market: Market) -> None:
    page = page_of(alice, "/tasks/")
    assert f'<td class="below"><a href="/accounts/{market.account.pk}/">{MARK} Line</a></td>' in page


def test_a_customer_one_cannot_open_is_a_name_alone(market: Market, sign_in: SignIn) -> None:
    dan = market.company.dan
    hidden = market.company.account("Hidden Line")
    deal = actions.create(SYSTEM, {"subject": "Pumps", "account_id": hidden.pk, "owner_id": dan.person_id})
    create_task(dan, deal.pk, subject="Call")
    page = page_of(sign_in(dan), "/tasks/")
    assert '<td class="below">Hidden Line</td>' in page


@pytest.mark.parametrize("place", ["/tasks/", "/opportunities/{deal}/", "/accounts/{account}/"])
def test_a_task_of_today_says_so(alice: Client, market: Market, place: str) -> None:
    address = place.format(deal=market.deal.pk, account=market.account.pk)
    said = f'<time datetime="{TODAY.isoformat()}" title="'
    assert said not in page_of(alice, address)
    create_task(market.alice, market.deal.pk, subject="Call at once", due_on=TODAY)
    assert re.search(rf'{said}[^"]+">Today</time>', page_of(alice, address))


def test_a_closed_deal_offers_no_new_task(alice: Client, market: Market) -> None:
    address = f"/opportunities/{market.deal.pk}/"
    assert "Plan a task" in page_of(alice, address)
    actions.close(market.alice, market.deal.pk, outcome="lost", reason="PRICE_L", on=TODAY)
    page = page_of(alice, address)
    assert "Closed as lost" in page
    assert "Plan a task" not in page
    late = alice.post(f"{address}tasks/", {"subject": "Call"})
    assert late.status_code == 409
    assert "Reopen it to change it" in late.content.decode()
