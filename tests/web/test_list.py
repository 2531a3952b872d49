"""The list of deals: its columns, editing where a field stands, and the menu of a row."""

import html
import re
from datetime import date
from decimal import Decimal

import pytest
from django.test import Client

from opportune.kernel import clock
from opportune.opportunities import actions
from opportune.opportunities.models import Opportunity
from opportune.process.queries import process_by_key
from opportune.web.opportunities.cells import CELLS
from tests.people import Company
from tests.web.conftest import SignIn

pytestmark = pytest.mark.django_db
HTMX = {"HX-Request": "true"}
# before compression: what a row and a page of fifty may weigh at most; as static files are not collected here, each
# stylesheet is named, and the icons by a longer name
ROW_BYTES, PAGE_BYTES = 700, 50_000 + 2_500


@pytest.fixture
def deal(company: Company) -> Opportunity:
    return company.deal("Two pumps", estimated_value=Decimal(1000), estimated_close_on=date(2030, 1, 31))


@pytest.fixture
def alice(company: Company, sign_in: SignIn) -> Client:
    return sign_in(company.alice)


def cell(deal: Opportunity, name: str) -> str:
    return f"/opportunities/{deal.pk}/cells/{name}/"


def test_the_columns_are_those_the_address_names(alice: Client, deal: Opportunity) -> None:
    page = alice.get("/opportunities/?columns=number,expected").content.decode()
    assert deal.number in page
    assert "class=c-expected" in page
    assert "c-customer" not in page


def test_the_columns_one_chose_are_kept_in_their_order(alice: Client, deal: Opportunity) -> None:
    answer = alice.post(
        "/opportunities/columns/",
        {"column": ["owner", "number", "nonsense"], "next": "/opportunities/?text=pumps"},
    )
    assert answer["Location"] == "/opportunities/?text=pumps"
    page = alice.get("/opportunities/").content.decode()
    assert page.index('class="c-owner') < page.index('class="c-number')
    assert "c-stage" not in page


def test_fifty_rows_with_the_page_around_them_stay_light(company: Company, alice: Client) -> None:
    account = company.account(name="Northwind Traders of Lyon")
    for number in range(51):
        company.deal(
            f"Heat pumps for hall {number}",
            account_id=account.pk,
            estimated_value=Decimal(125_000),
            estimated_close_on=date(2030, 1, 31),
        )
    page = alice.get("/opportunities/?status=open", headers={"Accept-Encoding": "identity"}).content.decode()
    rows = re.findall(r"<tr id=row-.*?</tr>", page, re.DOTALL)
    assert len(rows) == 50
    assert max(len(row.encode()) for row in rows) < ROW_BYTES
    assert len(page.encode()) < PAGE_BYTES


def test_a_box_is_named_by_the_subject_of_its_row(alice: Client, deal: Opportunity) -> None:
    page = alice.get("/opportunities/").content.decode()
    [named_by] = re.findall(r"<input[^>]* name=id[^>]* aria-labelledby=(\w+)", page)
    assert re.search(rf"<a id={named_by} [^>]*>Two pumps</a>", page)


def test_a_head_names_what_its_cells_can_edit(alice: Client, deal: Opportunity) -> None:
    alice.post("/opportunities/columns/", {"column": list(CELLS.keys() - {"subject"})})
    page = alice.get("/opportunities/").content.decode()
    assert set(re.findall(r'data-edits="(\w+)"', page)) == CELLS.keys()


def test_without_a_column_chosen_the_usual_ones_come_back(alice: Client, deal: Opportunity) -> None:
    alice.post("/opportunities/columns/", {"column": ["owner"]})
    alice.post("/opportunities/columns/", {})
    assert "class=c-stage" in alice.get("/opportunities/").content.decode()


def test_nobody_is_sent_to_another_site_after_choosing_columns(alice: Client) -> None:
    answer = alice.post("/opportunities/columns/", {"next": "https://evil.example/"})
    assert answer["Location"] == "/opportunities/"


@pytest.mark.parametrize(
    ("name", "field", "typed", "kept"),
    [
        ("subject", "subject", "Three pumps", "Three pumps"),
        ("value", "estimated_value", "1,234.50", Decimal("1234.5000")),
        ("probability", "probability", "35.5", Decimal("35.5000")),
        ("close", "estimated_close_on", "2030-02-28", date(2030, 2, 28)),
        ("forecast", "forecast_category", "committed", "committed"),
    ],
)
def test_a_field_is_edited_in_its_cell(
    alice: Client, deal: Opportunity, name: str, field: str, typed: str, kept: object
) -> None:
    form = alice.get(cell(deal, name), headers=HTMX)
    assert f'name="{field}"' in form.content.decode()
    answer = alice.post(cell(deal, name), {field: typed, "version": deal.version, "query": ""}, headers=HTMX)
    assert answer.status_code == 200
    assert answer["HX-Retarget"] == f"#row-{deal.pk}"
    deal.refresh_from_db()
    assert getattr(deal, field) == kept


def test_after_an_edit_the_sums_and_an_undo_come_along(alice: Client, deal: Opportunity) -> None:
    answer = alice.post(
        cell(deal, "value"), {"estimated_value": "5000", "query": "status=open"}, headers=HTMX
    )
    page = answer.content.decode()
    assert 'id="list-sums" hx-swap-oob="true"' in page
    assert "€5,000" in page
    assert "/undo/" in page


def test_the_owner_is_changed_in_the_list(company: Company, alice: Client, deal: Opportunity) -> None:
    answer = alice.post(cell(deal, "owner"), {"owner_id": company.bob.person_id}, headers=HTMX)
    assert answer.status_code == 200
    deal.refresh_from_db()
    assert deal.owner_id == company.bob.person_id


@pytest.mark.parametrize("typed", ["-5", "much", "1e99"])
def test_what_cannot_be_kept_is_said_in_the_cell_and_stays_typed(
    alice: Client, deal: Opportunity, typed: str
) -> None:
    answer = alice.post(cell(deal, "value"), {"estimated_value": typed}, headers=HTMX)
    assert answer.status_code == 422
    assert answer["HX-Retarget"] == "closest [data-cell]"
    assert f'value="{typed}"' in answer.content.decode()
    deal.refresh_from_db()
    assert deal.estimated_value == 1000


def test_the_same_field_changed_by_two_shows_both(company: Company, alice: Client, deal: Opportunity) -> None:
    actions.edit(company.carol, deal.pk, {"estimated_value": Decimal(2000)})
    answer = alice.post(
        cell(deal, "value"), {"estimated_value": "3000", "version": deal.version}, headers=HTMX
    )
    page = answer.content.decode()
    assert answer.status_code == 409
    assert "Carol" in page
    assert 'value="3000"' in page
    assert "Keep theirs" in page
    assert 'value="2000"' not in page
    deal.refresh_from_db()
    assert deal.estimated_value == 2000


def test_different_fields_changed_by_two_merge(company: Company, alice: Client, deal: Opportunity) -> None:
    actions.edit(company.carol, deal.pk, {"subject": "Four pumps"})
    answer = alice.post(
        cell(deal, "value"), {"estimated_value": "3000", "version": deal.version}, headers=HTMX
    )
    assert answer.status_code == 200
    assert "Four pumps" in answer.content.decode()


def test_a_closed_deal_is_not_edited_in_the_list(company: Company, alice: Client, deal: Opportunity) -> None:
    actions.close(company.alice, deal.pk, outcome="lost", reason="PRICE_L", on=clock.today("Europe/Paris"))
    assert "data-open" not in alice.get("/opportunities/?status=lost").content.decode()
    assert alice.get(cell(deal, "value")).status_code == 409


def test_who_only_reads_edits_nothing_in_the_list(
    company: Company, sign_in: SignIn, deal: Opportunity
) -> None:
    assert sign_in(company.rita).get(cell(deal, "value")).status_code in (403, 404)
    assert sign_in(company.bob).get(cell(deal, "value")).status_code == 403
    assert sign_in(company.dan).get(cell(deal, "value")).status_code == 404


def test_there_is_no_cell_for_any_other_field(alice: Client, deal: Opportunity) -> None:
    assert alice.get(cell(deal, "status")).status_code == 404


def test_a_move_from_the_list_draws_the_row_anew(alice: Client, deal: Opportunity) -> None:
    stage = process_by_key("sales").stages[1]
    answer = alice.post(
        f"/opportunities/{deal.pk}/move/", {"stage": stage.id, "from": "list", "query": ""}, headers=HTMX
    )
    assert answer.status_code == 200
    assert answer["HX-Retarget"] == f"#row-{deal.pk}"
    assert stage.name_en in answer.content.decode()


def test_the_menu_of_a_row_offers_what_may_be_done(alice: Client, deal: Opportunity) -> None:
    menu = alice.get(f"/opportunities/{deal.pk}/move/?from=list", headers=HTMX).content.decode()
    for words in ("Open the record", "Edit", "Move to stage", "Update", "Close as won", "Assign", "Delete"):
        assert words in menu


def test_who_closes_from_the_list_stays_there(alice: Client, deal: Opportunity) -> None:
    here = {**HTMX, "HX-Current-URL": "http://testserver/opportunities/?status=open"}
    form = {"outcome": "lost", "reason": "PRICE_L", "on": clock.today("Europe/Paris").isoformat()}
    answer = alice.post(f"/opportunities/{deal.pk}/close/", form, headers=here)
    assert answer["HX-Redirect"] == "/opportunities/?status=open"


def test_who_closes_from_the_record_stays_on_the_record(alice: Client, deal: Opportunity) -> None:
    here = {**HTMX, "HX-Current-URL": f"http://testserver/opportunities/{deal.pk}/"}
    form = {"outcome": "lost", "reason": "PRICE_L", "on": clock.today("Europe/Paris").isoformat()}
    answer = alice.post(f"/opportunities/{deal.pk}/close/", form, headers=here)
    assert answer["HX-Redirect"] == f"/opportunities/{deal.pk}/"


def test_one_row_is_asked_for_as_it_is_now(
    alice: Client, company: Company, deal: Opportunity, sign_in: SignIn
) -> None:
    assert "Two pumps" in alice.get(f"/opportunities/{deal.pk}/row/", headers=HTMX).content.decode()
    assert sign_in(company.dan).get(f"/opportunities/{deal.pk}/row/").status_code == 404


def test_who_gives_a_deal_out_of_sight_is_led_back_to_the_list(
    company: Company, sign_in: SignIn, deal: Opportunity
) -> None:
    carol = sign_in(company.carol)
    given = {"owner_id": company.dan.person_id, "query": "status=open"}
    assert (
        carol.post(cell(deal, "owner"), given, headers=HTMX)["HX-Redirect"] == "/opportunities/?status=open"
    )
    other = company.deal("Four pumps")
    form = {"owner_id": company.dan.person_id, "version": other.version, "was": "{}"}
    assert carol.post(f"/opportunities/{other.pk}/edit/", form)["Location"] == "/opportunities/"


def test_the_main_navigation_opens_ones_own_open_deals(alice: Client, company: Company) -> None:
    mine = company.deal("Mine")
    company.deal("Ours", owner=company.bob)
    shell = alice.get("/tasks/").content.decode()
    [address] = set(re.findall(r'href="(/opportunities/\?[^"]*)"', shell))
    page = html.unescape(alice.get(html.unescape(address)).content.decode())
    assert 'aria-current="true">My open</a>' in page
    assert f'href="/opportunities/{mine.pk}/' in page
    assert "Ours" not in page


def switch_of(page: str) -> dict[str, str]:
    """Where the switch between board, list and forecast leads, by what it says."""
    [switch] = re.findall(
        r'<span class="seg" role="group" aria-label="View as">(.*?)</span>', page, re.DOTALL
    )
    links = re.findall(r'<a href="([^"]*)"[^>]*>.*?</svg>(\w+)</a>', switch)
    return {name: html.unescape(address) for address, name in links}


@pytest.mark.parametrize("address", ["/pipeline/contact_manager/", "/forecast/contact_manager/"])
def test_a_board_leads_to_the_list_of_what_it_shows(alice: Client, address: str) -> None:
    process = process_by_key("contact_manager")
    there = switch_of(alice.get(f"{address}?text=pump").content.decode())["List"]
    assert there == f"/opportunities/?text=pump&status=open&process={process.id}"
    page = alice.get(there).content.decode()
    assert f'<span class="k">Process</span> <span class="v">{process.name_en}</span>' in page
    assert switch_of(page)["Board"] == "/pipeline/contact_manager/?text=pump"
    assert switch_of(page)["Forecast"] == "/forecast/contact_manager/?text=pump"
