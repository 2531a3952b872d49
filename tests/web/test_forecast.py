"""The forecast by month as a page: lanes, a card put into another month, and what refuses it."""

from collections.abc import Iterator
from datetime import date
from decimal import Decimal

import pytest
from django.test import Client

from opportune.kernel import clock
from opportune.ledger.undo import undo
from opportune.opportunities import actions
from opportune.opportunities.models import Opportunity
from tests.deals import NOON
from tests.people import Company
from tests.web.conftest import SignIn
from tests.web.news import naming

pytestmark = pytest.mark.django_db
HTMX = {"HX-Request": "true"}


@pytest.fixture(autouse=True)
def march() -> Iterator[None]:
    """It is noon on 10 March 2026, and stays so."""
    with clock.stopped_at(NOON):
        yield


@pytest.fixture
def deal(march: None, company: Company) -> Opportunity:
    return company.deal("Two pumps", estimated_value=Decimal(1000), estimated_close_on=date(2026, 4, 30))


@pytest.fixture
def alice(company: Company, sign_in: SignIn) -> Client:
    return sign_in(company.alice)


def put(client: Client, deal: Opportunity, month: str, version: int | None = None) -> tuple[int, str]:
    """Put a card into a month: the status and what is answered."""
    answer = client.post(
        f"/opportunities/{deal.pk}/month/",
        {"month": month, "version": version or deal.version, "query": ""},
        headers=HTMX,
    )
    return answer.status_code, answer.content.decode()


def close_of(deal: Opportunity) -> date | None:
    """The estimated close as it is now."""
    return Opportunity.objects.get(pk=deal.pk).estimated_close_on


def test_months_are_lanes_with_their_sums(company: Company, alice: Client, deal: Opportunity) -> None:
    company.deal("Late", estimated_value=Decimal(50), estimated_close_on=date(2026, 1, 5))
    company.deal("Some day", estimated_value=Decimal(7))
    page = alice.get("/forecast/").content.decode()
    lanes = [part.split('"')[0] for part in page.split('data-lane="')[1:]]
    assert lanes == ["late", "2026-03", "2026-04", "2026-05", "2026-06", "none"]
    assert '3 open deals · <b><span title="€211.40">€211</span> weighted</b> · €1,057 in full' in page
    assert ">April<" in page


def test_what_is_expected_leads_unless_the_address_asks_for_the_full_amount(
    alice: Client, deal: Opportunity
) -> None:
    weighted = alice.get("/forecast/").content.decode()
    assert '<b>€200</b><span class="mut">€1,000 in full</span>' in weighted
    assert 'href="/forecast/sales/?sums=full"' in weighted
    full = alice.get("/forecast/?sums=full&text=pumps").content.decode()
    assert '<b>€1,000</b><span class="mut">€200 weighted</span>' in full
    assert "1 open deal · <b>€1,000</b> · €200 weighted" in full
    assert 'name="sums" value="full"' in full
    assert "Remove the filter sums" not in full
    assert 'href="/pipeline/sales/?text=pumps"' in full


def test_a_switch_of_sums_is_no_filter(alice: Client) -> None:
    page = alice.get("/forecast/?sums=full").content.decode()
    assert "Nothing matches these filters." not in page
    assert "Nothing matches these filters." in alice.get("/forecast/?sums=full&text=pumps").content.decode()


def test_the_three_views_lead_to_each_other_with_the_filter(alice: Client, deal: Opportunity) -> None:
    for here in ("/pipeline/sales/?text=pumps", "/forecast/sales/?text=pumps"):
        page = alice.get(here).content.decode()
        assert 'href="/pipeline/sales/?text=pumps"' in page
        assert 'href="/forecast/sales/?text=pumps"' in page
        assert f'href="/opportunities/?text=pumps&amp;status=open&amp;process={deal.process_id}"' in page
    page = alice.get("/opportunities/?text=pumps&status=open&columns=value").content.decode()
    assert 'href="/forecast/?text=pumps"' in page


def test_a_card_put_into_another_month_gets_a_date_there(alice: Client, deal: Opportunity) -> None:
    status, said = put(alice, deal, "2026-06")
    assert status == 200
    assert close_of(deal) == date(2026, 6, 30)
    assert "Closes in June." in said
    assert 'id="head-2026-04"' in said
    assert 'id="head-2026-06"' in said
    assert 'id="head-2026-05"' not in said
    assert "/undo/" in said


def test_it_is_taken_back_by_undo(company: Company, alice: Client, deal: Opportunity) -> None:
    _, said = put(alice, deal, "2026-06")
    undo(company.alice, int(said.split("/undo/")[1].split("/")[0]))
    assert close_of(deal) == date(2026, 4, 30)


def test_no_date_is_a_lane_as_well(alice: Client, deal: Opportunity) -> None:
    status, said = put(alice, deal, "")
    assert (status, close_of(deal)) == (200, None)
    assert "Has no estimated close now." in said


@pytest.mark.parametrize("month", ["late", "later", "1999-01"])
def test_what_is_no_month_to_come_is_refused(alice: Client, deal: Opportunity, month: str) -> None:
    status, said = put(alice, deal, month)
    assert status == 422
    assert 'data-kind="error"' in said
    assert close_of(deal) == date(2026, 4, 30)


def test_whoever_was_first_is_named(company: Company, alice: Client, deal: Opportunity) -> None:
    actions.edit(company.carol, deal.pk, {"estimated_close_on": date(2026, 5, 5)})
    status, said = put(alice, deal, "2026-06", version=deal.version)
    assert status == 409
    assert "Carol changed this first." in said
    assert close_of(deal) == date(2026, 5, 5)


def test_who_may_only_read_moves_nothing(company: Company, sign_in: SignIn, deal: Opportunity) -> None:
    assert put(sign_in(company.rita), deal, "2026-06")[0] == 422
    assert sign_in(company.dan).get(f"/opportunities/{deal.pk}/months/").status_code == 404
    assert close_of(deal) == date(2026, 4, 30)


def test_lanes_say_why_they_refuse_a_card(alice: Client, deal: Opportunity) -> None:
    told = alice.get(f"/opportunities/{deal.pk}/months/").json()["lanes"]
    assert told["late"] == {
        "reason": "A day that is over is nothing to aim at. Choose a month to come.",
        "asks": False,
    }
    assert set(told) == {"late", "later"}


def test_in_its_own_lane_a_card_keeps_its_date(company: Company, alice: Client) -> None:
    late = company.deal("Late", estimated_close_on=date(2026, 1, 5))
    assert put(alice, late, "late")[0] == 200
    assert close_of(late) == date(2026, 1, 5)
    assert set(alice.get(f"/opportunities/{late.pk}/months/").json()["lanes"]) == {"later"}


def test_the_date_follows_from_the_one_that_a_colleague_gave(
    company: Company, alice: Client, deal: Opportunity
) -> None:
    actions.edit(company.carol, deal.pk, {"estimated_close_on": date(2026, 5, 5)})
    deal.refresh_from_db()
    assert put(alice, deal, "2026-06")[0] == 200
    assert close_of(deal) == date(2026, 6, 5)


def test_an_answer_says_in_which_order_the_lanes_stand(alice: Client, deal: Opportunity) -> None:
    _, said = put(alice, deal, "2026-11")
    order = said.split('data-order="')[1].split('"')[0].split()
    assert order[:3] == ["late", "2026-03", "2026-04"]
    assert order[-3:] == ["2027-02", "later", "none"]
    assert '<section class="kcol" data-lane="2026-11"' in said


def test_the_menu_of_a_card_offers_the_months(alice: Client, deal: Opportunity) -> None:
    address = f"/opportunities/{deal.pk}/month/"
    menu = alice.get(address, headers=HTMX).content.decode()
    assert 'data-lane="2026-04" aria-disabled="true"' in menu
    assert 'data-lane="none">' in menu
    assert 'data-lane="late"' not in menu
    assert alice.get(address)["Location"] == f"/opportunities/{deal.pk}/edit/"


def test_a_forecast_is_told_of_the_lanes_in_which_something_changed(
    company: Company, alice: Client, deal: Opportunity
) -> None:
    actions.edit(company.carol, deal.pk, {"estimated_close_on": date(2026, 5, 5)})
    asked = {"since": NOON.isoformat(), "shown": naming("2026-04", deal)}
    said = alice.get("/forecast/sales/news/", asked).content.decode()
    lanes = [part.split('"')[0] for part in said.split('data-lane="')[1:]]
    assert lanes == ["2026-04", "2026-05"]
    assert "Changed by Carol" in said


def test_a_lane_is_read_on_from_where_it_ended(company: Company, alice: Client, deal: Opportunity) -> None:
    account = company.account()
    for number in range(41):
        company.deal(f"Pump {number}", account_id=account.pk, estimated_close_on=date(2026, 5, 5))
    page = alice.get("/forecast/sales/").content.decode()
    more = page.split('hx-get="/forecast/sales/lanes/2026-05/?after=')[1].split('"')[0]
    rest = alice.get(f"/forecast/sales/lanes/2026-05/?after={more}").content.decode()
    assert rest.count('class="kc"') == 1


@pytest.mark.parametrize(("most", "drawn"), [("", 40), ("39", 40), ("42", 42), ("x", 40)])
def test_a_drop_leaves_the_cards_that_were_loaded(
    company: Company, alice: Client, deal: Opportunity, most: str, drawn: int
) -> None:
    account = company.account()
    for number in range(44):
        company.deal(f"Pump {number}", account_id=account.pk, estimated_close_on=date(2026, 5, 5))
    body = {"month": "2026-05", "version": deal.version, "query": "", "most": most}
    said = alice.post(f"/opportunities/{deal.pk}/month/", body, headers=HTMX).content.decode()
    assert said.count('class="kc"') == drawn
