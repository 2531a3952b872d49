"""The panels beside a list: what it can be narrowed by and which columns it shows, asked for when they are opened."""

import re
from html import escape, unescape

import pytest
from django.test import Client

from tests.people import Company
from tests.web.conftest import SignIn

pytestmark = pytest.mark.django_db
HTMX = {"HX-Request": "true"}
LISTS = ("/opportunities/", "/pipeline/sales/", "/forecast/sales/")


@pytest.fixture
def alice(company: Company, sign_in: SignIn) -> Client:
    return sign_in(company.alice)


def read(client: Client, address: str, **headers: str) -> str:
    answer = client.get(address, headers=headers)
    assert answer.status_code == 200, address
    return answer.content.decode()


def linked(html: str) -> list[str]:
    """The addresses from which parts of a page are fetched."""
    return [unescape(address) for address in re.findall(r'hx-get="([^"]+)"', html)]


def fields(html: str) -> set[str]:
    """What a form sends."""
    return set(re.findall(r'<(?:input|select)[^>]* name="(\w+)"', html)) - {"csrfmiddlewaretoken"}


@pytest.mark.parametrize("address", LISTS)
def test_a_list_says_where_its_other_filters_are(alice: Client, address: str) -> None:
    page = read(alice, f"{address}?owner=me&text=pump")
    [panel] = re.findall(r'<form class="pop form" id="filter".*?</form>', page, re.DOTALL)
    [asking, there] = linked(panel)
    assert asking == f"{address}filter/?apply=1"
    assert there.startswith(f"{address}filter/?")
    assert {"owner", "member", "stale", "category", "close_from", "close_to"} <= fields(
        read(alice, there, **HTMX)
    )
    assert f'<a class="link" href="{escape(there)}">' in panel


@pytest.mark.parametrize("address", LISTS)
def test_what_is_asked_for_is_sent_again_before_the_panel_is_there(alice: Client, address: str) -> None:
    page = read(alice, f"{address}?stale=yes&text=pump")
    [panel] = re.findall(r'<form class="pop form" id="filter".*?</form>', page, re.DOTALL)
    assert fields(panel) == {"stale", "text"}


@pytest.mark.parametrize(("address", "own"), list(zip(LISTS, ({"status"}, {"as_of"}, set()), strict=True)))
def test_without_script_the_panel_is_a_page(alice: Client, address: str, own: set[str]) -> None:
    page = read(alice, f"{address}filter/?text=pump")
    [form] = re.findall(rf'<form class="form narrow" action="{address}">.*?</form>', page, re.DOTALL)
    assert 'value="pump"' in form
    assert own | {"text", "owner"} <= fields(form)
    assert not fields(form) & ({"status", "as_of"} - own)


def test_the_panel_shows_what_is_asked_for(company: Company, alice: Client) -> None:
    panel = read(alice, f"/opportunities/filter/?owner={company.bob.id}&stale=no&columns=value", **HTMX)
    assert f'<option value="{company.bob.id}" selected>Bob</option>' in panel
    assert '<option value="no" selected>' in panel
    assert '<input type="hidden" name="columns" value="value">' in panel


@pytest.mark.parametrize("headers", [{}, HTMX])
def test_what_the_panel_has_no_field_for_is_sent_again(
    company: Company, alice: Client, headers: dict[str, str]
) -> None:
    account, people = company.account(), f"{company.alice.id},{company.bob.id}"
    asked = f"account={account.pk}&on_hold=no&owner={people}&status=closed"
    panel = read(alice, f"/opportunities/filter/?{asked}", **headers)
    assert f'<input type="hidden" name="account" value="{account.pk}">' in panel
    assert '<input type="hidden" name="on_hold" value="no">' in panel
    assert f'<option value="{people}" selected>' in panel
    assert '<option value="closed" selected>' in panel
    assert len(re.findall(r'name="(?:owner|status)"', panel)) == len(("owner", "status"))


def test_a_wrong_filter_is_refused_by_name(alice: Client) -> None:
    answer = alice.get("/opportunities/filter/?stale=perhaps")
    assert answer.status_code == 422
    assert "Answer yes or no." in answer.content.decode()


def test_the_panel_of_columns_has_those_of_the_list_first(alice: Client) -> None:
    page = read(alice, "/opportunities/?columns=value,number&text=pump")
    [panel] = re.findall(r'<div class="pop" id="columns".*?>', page)
    [there] = linked(panel)
    for headers in ({}, HTMX):
        form = read(alice, there, **headers)
        offered = re.findall(r'name="column" value="(\w+)"( checked)?', form)
        assert offered[:3] == [("value", " checked"), ("number", " checked"), ("customer", "")]
        assert 'name="next" value="/opportunities/?text=pump"' in form


@pytest.mark.parametrize("address", LISTS)
def test_days_in_the_wrong_order_are_refused_at_their_field(alice: Client, address: str) -> None:
    asked = "text=pump&close_from=2027-02-01&close_to=2027-01-31"
    for where, headers in ((address, {}), (f"{address}filter/", {}), (f"{address}filter/", HTMX)):
        answer = alice.get(f"{where}?{asked}", headers=headers)
        panel = answer.content.decode()
        assert answer.status_code == 422
        assert "“Closes until” (31 January 2027) lies before “Closes from” (1 February 2027)" in panel
        assert re.search(r'name="close_to" value="2027-01-31" aria-invalid="true"', panel)
        assert 'name="close_from" value="2027-02-01"' in panel
        assert headers or 'name="text" value="pump"' in panel
    same = alice.get(f"{address}?close_from=2027-02-01&close_to=2027-02-01")
    assert same.status_code == 200


@pytest.mark.parametrize("address", LISTS)
def test_the_panel_leads_to_the_list_once_its_values_can_be_used(alice: Client, address: str) -> None:
    asked = "apply=1&text=pump&owner=&close_from=2027-01-01"
    answer = alice.get(f"{address}filter/?{asked}", headers=HTMX)
    assert answer.headers["HX-Redirect"] == f"{address}?text=pump&close_from=2027-01-01"


def test_a_day_to_come_is_refused_in_the_panel_of_the_board(alice: Client) -> None:
    answer = alice.get("/pipeline/sales/?as_of=2199-01-01&text=pump")
    panel = answer.content.decode()
    assert answer.status_code == 422
    assert "Choose a day that is over, or today." in panel
    assert 'name="as_of" value="2199-01-01"' in panel


def test_what_no_field_is_for_is_said_above_them_and_not_sent_again(alice: Client) -> None:
    answer = alice.get("/opportunities/?colour=green&text=pump")
    panel = answer.content.decode()
    assert answer.status_code == 422
    assert "There is no filter “colour” here." in panel
    assert 'name="colour"' not in panel


@pytest.mark.parametrize("address", LISTS)
def test_the_page_of_a_panel_leads_back_to_the_list_as_it_was(alice: Client, address: str) -> None:
    page = read(alice, f"{address}filter/?text=pump&stale=yes")
    assert re.search(rf'<a class="btn" href="{address}\?text=pump&amp;stale=yes">Cancel</a>', page)
    refused = alice.get(f"{address}?stale=perhaps&text=pump").content.decode()
    assert f'<a class="btn" href="{address}?text=pump">Cancel</a>' in refused
