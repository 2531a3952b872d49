"""The page of a deal: figures edited in its header, the way on to the next deal, its timeline, its closed look."""

import re
from datetime import UTC, datetime
from decimal import Decimal
from urllib.parse import quote

import pytest
from django.test import Client

from opportune.kernel import clock
from opportune.opportunities import actions
from opportune.opportunities.models import Opportunity
from opportune.process.queries import process_by_key
from tests.people import Company
from tests.web.conftest import SignIn

pytestmark = pytest.mark.django_db
HTMX = {"HX-Request": "true"}
SITE = "http://testserver"


@pytest.fixture
def deals(company: Company) -> list[Opportunity]:
    """Three deals of Alice's, worth more and more."""
    account = company.account()
    return [
        company.deal(name, account_id=account.pk, estimated_value=Decimal(1000 * number))
        for number, name in enumerate(("One", "Two", "Three"), 1)
    ]


@pytest.fixture
def alice(company: Company, sign_in: SignIn) -> Client:
    return sign_in(company.alice)


def page_of(client: Client, deal: Opportunity, *, came_from: str = "", query: str = "") -> str:
    headers = {"Referer": f"{SITE}{came_from}"} if came_from else {}
    answer = client.get(f"/opportunities/{deal.pk}/{query}", headers=headers)
    assert answer.status_code == 200
    return answer.content.decode()


def step(page: str, name: str) -> str:
    """The address the page's step leads to, none if it leads nowhere."""
    mark = f'data-step="{name}"'
    return page.split(mark)[1].split('href="')[1].split('"')[0] if mark in page else ""


def cell(deal: Opportunity, name: str) -> str:
    return f"/opportunities/{deal.pk}/cells/{name}/"


def test_who_comes_from_a_list_walks_on_through_it(alice: Client, deals: list[Opportunity]) -> None:
    page = page_of(alice, deals[1], came_from="/opportunities/?sort=value")
    assert "2 of 3" in page
    way = quote("/opportunities/?sort=value", safe="")
    assert step(page, "previous") == f"/opportunities/{deals[0].pk}/?from={way}"
    assert step(page, "next") == f"/opportunities/{deals[2].pk}/?from={way}"
    assert "3 of 3" in alice.get(step(page, "next")).content.decode()


def test_the_address_says_where_one_came_from_before_the_browser_does(
    alice: Client, deals: list[Opportunity]
) -> None:
    query = f"?from={quote('/opportunities/?text=one', safe='')}"
    page = page_of(alice, deals[0], came_from="/opportunities/", query=query)
    assert "1 of 1" in page
    assert step(page, "next") == ""


def test_who_comes_back_from_the_record_itself_keeps_the_way(alice: Client, deals: list[Opportunity]) -> None:
    own = f"/opportunities/{deals[0].pk}/?from={quote('/opportunities/?sort=value', safe='')}"
    assert "1 of 3" in page_of(alice, deals[0], came_from=own)


def test_who_comes_from_a_board_walks_through_its_open_deals(
    company: Company, alice: Client, deals: list[Opportunity]
) -> None:
    actions.close(
        company.alice, deals[0].pk, outcome="lost", reason="PRICE_L", on=clock.today("Europe/Paris")
    )
    page = page_of(alice, deals[1], came_from="/pipeline/sales/")
    assert "1 of 2" in page
    assert ">Pipeline</a>" in page
    assert step(page, "next").startswith(f"/opportunities/{deals[2].pk}/")


@pytest.mark.parametrize(
    "came_from",
    ["", "/accounts/", "/opportunities/?sort=nonsense", "/opportunities/?owner=nobody", "/pipeline/nowhere/"],
)
def test_elsewhere_there_is_no_way_on(alice: Client, deals: list[Opportunity], came_from: str) -> None:
    assert "data-step" not in page_of(alice, deals[1], came_from=came_from)


@pytest.mark.parametrize("address", ["https://evil.example/opportunities/", "//evil.example/opportunities/"])
def test_the_way_back_leads_to_no_other_site(alice: Client, deals: list[Opportunity], address: str) -> None:
    page = page_of(alice, deals[1], query=f"?from={quote(address, safe='')}")
    assert 'data-query=""' in page
    assert "evil.example" not in page.split('id="main"')[1]


def test_the_way_on_passes_over_what_one_may_not_see(
    company: Company, sign_in: SignIn, deals: list[Opportunity]
) -> None:
    own = company.deal("Dan’s", owner=company.dan)
    page = page_of(sign_in(company.dan), own, came_from="/opportunities/")
    assert "1 of 1" in page
    assert "data-step" not in page


@pytest.mark.parametrize(
    ("name", "field", "typed", "shown"),
    [
        ("value", "estimated_value", "2500", "€2,500"),
        ("probability", "probability", "35", "35%"),
        ("close", "estimated_close_on", "2030-02-28", "28 Feb 2030"),
        ("forecast", "forecast_category", "committed", "Committed"),
    ],
)
def test_a_figure_is_edited_in_the_header(
    alice: Client, deals: list[Opportunity], name: str, field: str, typed: str, shown: str
) -> None:
    values = {field: typed, "version": deals[0].version, "place": "record", "query": ""}
    answer = alice.post(cell(deals[0], name), values, headers=HTMX)
    page = answer.content.decode()
    assert answer.status_code == 200
    assert answer["HX-Retarget"] == "#record-head"
    assert shown in page.split('id="moments"')[0]
    assert 'id="moments" hx-swap-oob="true"' in page
    assert "/undo/" in page


def test_the_owner_is_changed_in_the_header(
    company: Company, alice: Client, deals: list[Opportunity]
) -> None:
    values = {"owner_id": company.bob.person_id, "place": "record"}
    assert alice.post(cell(deals[0], "owner"), values, headers=HTMX).status_code == 200
    deals[0].refresh_from_db()
    assert deals[0].owner_id == company.bob.person_id


def test_who_gives_a_deal_out_of_sight_is_led_back_to_the_list(
    company: Company, alice: Client, deals: list[Opportunity]
) -> None:
    values = {
        "owner_id": company.dan.person_id,
        "place": "record",
        "query": "/opportunities/?status=open",
    }
    answer = alice.post(cell(deals[0], "owner"), values, headers=HTMX)
    assert answer["HX-Redirect"] == "/opportunities/?status=open"
    deals[0].refresh_from_db()
    assert deals[0].owner_id == company.dan.person_id


def test_after_an_edit_in_the_header_the_way_on_is_still_there(
    alice: Client, deals: list[Opportunity]
) -> None:
    values = {"estimated_value": "1500", "place": "record", "query": "/opportunities/?sort=value"}
    page = alice.post(cell(deals[0], "value"), values, headers=HTMX).content.decode()
    assert "1 of 3" in page


def test_what_cannot_be_kept_stays_typed_in_the_header(alice: Client, deals: list[Opportunity]) -> None:
    values = {"estimated_value": "-5", "place": "record"}
    answer = alice.post(cell(deals[0], "value"), values, headers=HTMX)
    page = answer.content.decode()
    assert answer.status_code == 422
    assert answer["HX-Retarget"] == "closest [data-cell]"
    assert 'value="-5"' in page
    assert 'name="place" value="record"' in page


def test_a_figure_changed_by_two_shows_both_in_the_header(
    company: Company, alice: Client, deals: list[Opportunity]
) -> None:
    actions.edit(company.carol, deals[0].pk, {"estimated_value": Decimal(7000)})
    values = {"estimated_value": "8000", "version": deals[0].version, "place": "record"}
    answer = alice.post(cell(deals[0], "value"), values, headers=HTMX)
    assert answer.status_code == 409
    assert "Carol" in answer.content.decode()
    assert "Keep theirs" in answer.content.decode()
    fresh = alice.get(f"/opportunities/{deals[0].pk}/head/?query=", headers=HTMX).content.decode()
    assert "€7,000" in fresh


def test_a_reader_is_offered_no_figure_to_edit(
    company: Company, sign_in: SignIn, deals: list[Opportunity]
) -> None:
    rita = sign_in(company.rita)
    assert "data-cell" not in page_of(rita, deals[0])
    values = {"estimated_value": "1", "place": "record"}
    assert rita.post(cell(deals[0], "value"), values, headers=HTMX).status_code == 422
    deals[0].refresh_from_db()
    assert deals[0].estimated_value == 1000


def test_a_stranger_finds_no_header(company: Company, sign_in: SignIn, deals: list[Opportunity]) -> None:
    assert sign_in(company.dan).get(f"/opportunities/{deals[0].pk}/head/").status_code == 404


def test_a_closed_deal_says_who_closed_it_when_and_why(
    company: Company, alice: Client, deals: list[Opportunity]
) -> None:
    with clock.stopped_at(datetime(2030, 3, 2, 12, tzinfo=UTC)):
        actions.close(
            company.alice, deals[0].pk, outcome="lost", reason="PRICE_L", on=clock.today("Europe/Paris")
        )
        page = page_of(alice, deals[0])
    assert "Closed as lost on 2 Mar by Alice." in page
    assert "Reason: " in page
    assert "data-cell" not in page
    assert f"/opportunities/{deals[0].pk}/clone/" in page
    assert f"/opportunities/{deals[0].pk}/reopening/" in page


def test_fields_stand_with_the_stage_that_asks_for_them(alice: Client, deals: list[Opportunity]) -> None:
    page = page_of(alice, deals[0])
    fields = page.split('id="details"')[1].split("</section>")[0]
    qualify = process_by_key("sales").stages[0].name_en
    heading = f'<h2 class="sec">{qualify}</h2>'
    assert fields.index("<dt>Source</dt>") < fields.index(heading) < fields.index("<dt>Budget</dt>")
    assert fields.count("<dt>Budget</dt>") == 1


def test_the_timeline_tells_entries_and_other_changes_by_days(
    company: Company, alice: Client, deals: list[Opportunity]
) -> None:
    with clock.stopped_at(datetime(2030, 5, 15, 12, tzinfo=UTC)):  # a Wednesday
        for day, rating in ((3, "hot"), (6, "warm"), (13, "cold"), (14, "hot"), (15, "warm")):
            with clock.stopped_at(datetime(2030, 5, day, 9, tzinfo=UTC)):
                actions.edit(company.alice, deals[0].pk, {"rating": rating})
        page = page_of(alice, deals[0])
    titles = [part.split("</h2>")[0] for part in page.split('<h2 class="daysep">')[1:]]
    assert titles[:5] == ["Today", "Yesterday", "This week", "Last week", "May"]
    assert page.count("changed: Rating") == 5
    assert "created this opportunity" in page


def test_older_changes_come_by_pages_and_none_is_lost(
    company: Company, alice: Client, deals: list[Opportunity]
) -> None:
    for number in range(70):
        actions.edit(company.alice, deals[0].pk, {"rating": ("hot", "warm")[number % 2]})
    told, address, pages = 0, f"/opportunities/{deals[0].pk}/", 0
    while address:
        page = alice.get(address, headers=HTMX if pages else {}).content.decode()
        told += page.count("changed: Rating") + page.count("created this opportunity")
        pages += 1
        older = page.split('class="older"')[1:]
        address = older[0].split('hx-get="')[1].split('"')[0] if older else ""
        assert pages == 1 or "<h1>" not in page
        assert pages == 1 or "Today" not in page
    assert (told, pages) == (71, 3)


def test_an_older_page_of_the_timeline_needs_no_script(
    company: Company, alice: Client, deals: list[Opportunity]
) -> None:
    for number in range(40):
        actions.edit(company.alice, deals[0].pk, {"rating": ("hot", "warm")[number % 2]})
    page = page_of(alice, deals[0], query="?upto=5")
    assert "<h1>" in page
    assert page.count("changed: Rating") == 3


@pytest.mark.parametrize("upto", ["x", "-1", "99999999999999999999", "0"])
def test_a_page_of_the_timeline_that_is_none_does_no_harm(
    alice: Client, deals: list[Opportunity], upto: str
) -> None:
    assert "<h1>One</h1>" in page_of(alice, deals[0], query=f"?upto={upto}")


def test_a_stage_that_was_passed_over_is_shown_as_skipped_and_not_as_done(
    company: Company, alice: Client
) -> None:
    process = process_by_key("contact_manager")
    given = {"subject": "Ovens", "account_id": company.account().pk}
    deal = actions.create(company.alice, given, process_id=process.id)
    actions.move(company.alice, deal.pk, stage_id=process.stages[2].id)
    page = page_of(alice, deal)
    [bar] = re.findall(r'<div class="proc" .*?</div>', page, re.DOTALL)
    kinds = re.findall(r'<a class="(\w*)"', bar)
    assert kinds[:4] == ["done", "skipped", "now", ""]
    assert bar.count("Skipped") == 1
    flyout = page_of(alice, deal, query=f"?stage={process.stages[1].id}")
    assert '<span class="badge">Skipped</span>' in flyout


def test_a_deal_that_is_not_started_stands_before_its_stages(company: Company, alice: Client) -> None:
    given = {"subject": "Ovens", "account_id": company.account().pk}
    deal = actions.create(company.alice, given, stage_id=None)
    page = page_of(alice, deal)
    assert "before the first of 4 stages" in page
    assert "stage 1 of" not in page
