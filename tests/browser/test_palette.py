"""Search and commands, the keys, and the shell: by mouse, by keyboard alone, in French, on a phone."""

from __future__ import annotations

import re
from datetime import date
from decimal import Decimal

import pytest
from playwright.sync_api import Locator, Page, expect

from opportune.activities.actions import create_task
from opportune.opportunities import actions
from opportune.opportunities.models import Opportunity
from opportune.opportunities.writing import organisation_today
from tests.browser.conftest import Seat
from tests.browser.screens import expect_dialog, expect_scripts, sales_stages, toast
from tests.people import Company

pytestmark = [pytest.mark.browser, pytest.mark.long, pytest.mark.django_db(transaction=True)]
# waits for the opening without a round trip of the test between
OPENING = """() => {
  const began = performance.now();
  document.getElementById("palette").open();
  document.querySelector("#palette [role=option]").getBoundingClientRect();
  return performance.now() - began;
}"""


@pytest.fixture
def deal(company: Company) -> Opportunity:
    """A deal of 1,000 in its first stage."""
    return company.deal(
        "Émaillage à Lyon", estimated_value=Decimal(1000), estimated_close_on=date(2031, 1, 31)
    )


def at_record(seat: Seat, company: Company, deal: Opportunity, **how: object) -> Page:
    """Alice at the record of the deal, with the page's scripts running."""
    page = seat(company.alice, path=f"/opportunities/{deal.pk}/", **how)
    expect_scripts(page)
    return page


def opened(page: Page) -> Locator:
    """The palette, opened by its key."""
    expect_scripts(page)
    page.keyboard.press("Control+k")
    shown = page.locator("#palette dialog[open]")
    expect(shown.get_by_role("combobox")).to_be_focused()
    return shown


def chosen(page: Page) -> Locator:
    """The option that Enter would take."""
    return page.locator("#palette [role=option][aria-selected=true]")


def test_by_keyboard_alone_a_record_is_found_and_opened(
    seat: Seat, company: Company, deal: Opportunity
) -> None:
    page = seat(company.alice, path="/tasks/")
    palette = opened(page)
    page.keyboard.type("emaillage")
    expect(chosen(page)).to_contain_text("Émaillage à Lyon")
    expect(palette.locator("mark")).to_have_text("Émaillage")
    combobox = palette.get_by_role("combobox")
    expect(combobox).to_have_attribute("aria-activedescendant", chosen(page).get_attribute("id") or "")
    page.keyboard.press("Enter")
    page.wait_for_url(f"**/opportunities/{deal.pk}/")
    page.goto("/tasks/")
    opened(page)
    expect(page.get_by_role("group", name="Recent").get_by_role("option")).to_have_text(
        [re.compile("Émaillage")]
    )
    page.keyboard.press("Enter")
    page.wait_for_url(f"**/opportunities/{deal.pk}/")


def test_a_deal_is_moved_and_closed_from_the_palette(seat: Seat, company: Company, deal: Opportunity) -> None:
    page = at_record(seat, company, deal)
    opened(page)
    page.keyboard.type(">develop")
    expect(chosen(page)).to_have_text("Move to DevelopM")
    page.keyboard.press("Enter")
    expect(toast(page)).to_contain_text("Moved to Develop.")
    assert Opportunity.objects.get(pk=deal.pk).stage_id == sales_stages()[1].id
    opened(page)
    page.keyboard.type("close as won")
    expect(chosen(page)).to_contain_text("Close as won")
    page.keyboard.press("Enter")
    expect(page.locator("#dialog[open] #dialog-title")).to_be_visible()


def test_a_closed_deal_is_reopened_from_the_palette(seat: Seat, company: Company, deal: Opportunity) -> None:
    actions.close(company.alice, deal.pk, outcome="lost", reason="PRICE_L", on=organisation_today())
    page = at_record(seat, company, deal)
    opened(page)
    page.keyboard.type(">reopen")
    expect(chosen(page)).to_contain_text("Reopen")
    page.keyboard.press("Enter")
    expect(toast(page)).to_contain_text("Reopened.")


def test_by_mouse_the_field_at_the_top_opens_it(seat: Seat, company: Company, deal: Opportunity) -> None:
    page = seat(company.alice)
    page.locator("[data-search]").click()
    palette = page.locator("#palette dialog[open]")
    page.keyboard.type("lyon")
    palette.get_by_role("option", name="Émaillage à Lyon").click()
    page.wait_for_url(f"**/opportunities/{deal.pk}/")


def test_what_was_pressed_is_chosen_though_an_answer_draws_the_list_anew(
    seat: Seat, company: Company, deal: Opportunity
) -> None:
    page = seat(company.alice)
    page.locator("[data-search]").click()
    page.keyboard.type("lyo")
    option = page.locator("#palette").get_by_role("option", name="Émaillage à Lyon")
    option.hover()
    page.mouse.down()
    option.evaluate("(option) => { option.dataset.before = '' }")
    page.keyboard.type("n")
    expect(page.locator("#palette [data-before]")).to_have_count(0)
    page.mouse.up()
    page.wait_for_url(f"**/opportunities/{deal.pk}/")


def test_what_is_typed_in_the_field_at_the_top_goes_on_in_the_palette(
    seat: Seat, company: Company, deal: Opportunity
) -> None:
    page = seat(company.alice, path="/tasks/")
    expect_scripts(page)
    page.locator("[data-search]").focus()
    page.keyboard.type("lyon")
    expect(page.locator("#palette [role=combobox]")).to_have_value("lyon")
    page.keyboard.press("Enter")
    page.wait_for_url(f"**/opportunities/{deal.pk}/")


def test_the_list_is_found_under_other_words(seat: Seat, company: Company) -> None:
    page = seat(company.alice, path="/tasks/")
    opened(page)
    page.keyboard.type(">deals sales")
    expect(chosen(page)).to_contain_text("Opportunities")
    page.keyboard.press("Enter")
    page.wait_for_url(re.compile(r"/opportunities/\?status=open&owner=\d+$"))


def test_a_stranger_finds_nothing_and_people_are_found_by_an_at_sign(
    seat: Seat, company: Company, deal: Opportunity
) -> None:
    page = seat(company.dan, path="/tasks/")
    palette = opened(page)
    page.keyboard.type("emaillage")
    expect(palette.get_by_role("status")).to_have_text("Nothing found")
    palette.get_by_role("combobox").fill("@caro")
    expect(chosen(page)).to_contain_text("Carol")
    page.keyboard.press("Enter")
    page.wait_for_url("**/opportunities/?status=open&owner=*")


def test_closing_it_gives_the_focus_back(seat: Seat, company: Company, deal: Opportunity) -> None:
    page = seat(company.alice)
    link = page.locator(".side a").nth(2)
    link.focus()
    opened(page)
    page.keyboard.press("Tab")
    expect(page.locator("#palette [role=combobox]")).to_be_focused()
    page.keyboard.press("Escape")
    expect(page.locator("#palette dialog")).to_be_hidden()
    expect(link).to_be_focused()


def test_it_opens_within_50_ms(seat: Seat, company: Company, deal: Opportunity) -> None:
    page = seat(company.alice)
    expect_scripts(page)
    times = []
    for _ in range(5):
        times.append(page.evaluate(OPENING))
        page.keyboard.press("Escape")
        expect(page.locator("#palette dialog")).to_be_hidden()
    assert sorted(times)[2] < 50


def test_signing_out_forgets_what_was_opened(seat: Seat, company: Company, deal: Opportunity) -> None:
    page = at_record(seat, company, deal)
    kept = "Object.keys(localStorage).filter((name) => name.startsWith('opportune.recents')).length"
    assert page.evaluate(kept) == 1
    page.locator("[popovertarget='me']").click()
    page.get_by_role("button", name="Sign out").click()
    page.wait_for_url("**/sign/login/**")
    assert page.evaluate(kept) == 0


def test_two_letters_lead_everywhere_and_make_everything(
    seat: Seat, company: Company, deal: Opportunity
) -> None:
    page = seat(company.alice)
    for letter, path in {"a": "accounts", "t": "tasks", "c": "contacts", "o": "opportunities"}.items():
        expect_scripts(page)
        page.keyboard.press("g")
        page.keyboard.press(letter)
        page.wait_for_url(re.compile(rf"/{path}/(\?|$)"))
    expect_scripts(page)
    page.keyboard.press("c")
    page.keyboard.press("o")
    expect_dialog(page, "New opportunity")
    page.keyboard.press("Escape")
    expect(page.locator("#dialog[open]")).to_have_count(0)
    page.keyboard.press("c")
    page.keyboard.press("a")
    page.wait_for_url("**/accounts/new/")


def test_rows_are_walked_filtered_and_the_keys_are_listed(
    seat: Seat, company: Company, deal: Opportunity
) -> None:
    company.account("Alpha")
    page = seat(company.alice, path="/accounts/")
    expect_scripts(page)
    page.keyboard.press("j")
    expect(page.locator("td.t a").first).to_be_focused()
    page.keyboard.press("j")
    expect(page.locator("td.t a").nth(1)).to_be_focused()
    page.keyboard.press("?")
    expect_dialog(page, "Keyboard shortcuts")
    page.keyboard.press("Escape")
    expect(page.locator("td.t a").nth(1)).to_be_focused()
    page.keyboard.press("/")
    expect(page.locator(".main [name=text]")).to_be_focused()


def test_m_asks_where_a_deal_goes_and_e_edits_it(seat: Seat, company: Company, deal: Opportunity) -> None:
    page = at_record(seat, company, deal)
    page.keyboard.press("m")
    expect(chosen(page)).to_contain_text("Move to Develop")
    page.keyboard.press("Escape")
    expect(page.locator("#palette dialog")).to_be_hidden()
    page.keyboard.press("e")
    page.wait_for_url("**/edit/")


def test_single_keys_can_be_turned_off(seat: Seat, company: Company, deal: Opportunity) -> None:
    page = seat(company.alice)
    page.locator("[popovertarget='me']").click()
    page.get_by_role("group", name="Single keys").get_by_role("button", name="Off").click()
    expect(page.locator("[data-single-keys='off']")).to_have_count(1)
    page.keyboard.press("?")
    page.keyboard.press("g")
    page.keyboard.press("a")
    expect(opened(page).get_by_role("option", name="Accounts")).to_have_text("Accounts")
    assert page.url.endswith("/pipeline/")
    expect(page.locator("#dialog")).to_be_hidden()


def test_it_speaks_french_and_an_apple_has_its_own_key(
    seat: Seat, company: Company, deal: Opportunity
) -> None:
    page = seat(company.alice, language="fr")
    page.add_init_script("Object.defineProperty(navigator, 'userAgentData', {value: {platform: 'macOS'}})")
    page.reload()
    expect(page.locator(".search kbd")).to_have_text("⌘ K")
    page.keyboard.press("Meta+k")
    palette = page.locator("#palette dialog[open]")
    page.keyboard.type(">nouvelle opp")
    expect(palette.get_by_role("group", name="Créer").get_by_role("option")).to_have_text(
        [re.compile("Nouvelle opportunité")]
    )
    page.keyboard.press("Enter")
    expect_dialog(page, "Nouvelle opportunité")


def test_on_a_phone_it_is_a_sheet_and_more_opens_the_menu(
    seat: Seat, company: Company, deal: Opportunity
) -> None:
    create_task(company.alice, deal.pk, subject="Call back", due_on=date(2026, 1, 2))
    page = seat(company.alice, phone=True)
    expect(page.locator(".tabbar op-tasks")).to_be_visible()
    page.locator("[data-search]").tap()
    sheet = page.locator("#palette dialog[open] .dlg")
    box = sheet.bounding_box()
    assert box is not None
    assert (box["x"], box["width"]) == (0, 390)
    page.get_by_role("button", name="Close", exact=True).tap()
    page.get_by_role("button", name="More").tap()
    expect(page.locator(".side")).to_be_visible()
    expect(page.locator(".side op-tasks")).to_have_text("1 late")
    page.keyboard.press("Escape")
    page.get_by_role("navigation", name="Main, at the bottom").get_by_role("button", name="New").tap()
    page.get_by_role("link", name="New opportunity", exact=True).tap()
    expect_dialog(page, "New opportunity")
