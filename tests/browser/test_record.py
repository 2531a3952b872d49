"""The page of a deal by mouse and by keyboard: figures edited in its header, the way on, sections on a phone, print."""

from decimal import Decimal
from typing import Any

import pytest
from playwright.sync_api import BrowserType, Page, expect
from pytest_django.live_server_helper import LiveServer

from opportune.opportunities import actions
from opportune.opportunities.models import Opportunity
from opportune.opportunities.writing import organisation_today
from tests.browser.conftest import Seat
from tests.browser.screens import expect_dialog, toast
from tests.people import Company

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


@pytest.fixture
def deals(company: Company) -> list[Opportunity]:
    """Three deals of Alice's, in process."""
    account = company.account()
    return [
        company.deal(f"Pump {number}", account_id=account.pk, estimated_value=Decimal(1000 * number))
        for number in range(1, 4)
    ]


def test_a_value_is_edited_in_the_header_by_keyboard_and_taken_back(
    company: Company, deals: list[Opportunity], seat: Seat
) -> None:
    page = seat(company.alice, path=f"/opportunities/{deals[0].pk}/")
    shown = page.locator("#record-head [data-cell='value']")
    shown.get_by_role("link").focus()
    page.keyboard.press("Enter")
    value = page.get_by_label("Estimated value, Pump 1")
    expect(value).to_be_focused()
    value.fill("-1")
    page.keyboard.press("Enter")
    expect(page.get_by_text("An amount cannot be negative.")).to_be_visible()
    expect(value).to_have_value("-1")
    expect(value).to_be_focused()
    value.fill("2500")
    page.keyboard.press("Enter")
    expect(shown).to_have_text("€2,500")
    expect(shown.get_by_role("link")).to_be_focused()
    expect(page.locator("#moments li").first).to_contain_text("changed: Estimated value")
    expect(toast(page)).to_contain_text("Saved.")
    page.keyboard.press("Control+z")
    expect(shown).to_have_text("€1,000")


def test_a_click_beside_saves_and_escape_restores(
    company: Company, deals: list[Opportunity], seat: Seat
) -> None:
    page = seat(company.alice, path=f"/opportunities/{deals[0].pk}/")
    shown = page.locator("#record-head [data-cell='probability']")
    shown.get_by_role("link").click()
    page.get_by_label("Probability, Pump 1").fill("40")
    page.get_by_role("heading", name="Pump 1").click()
    expect(shown).to_contain_text("40%")
    shown.get_by_role("link").click()
    page.get_by_label("Probability, Pump 1").fill("90")
    page.keyboard.press("Escape")
    expect(shown).to_contain_text("40%")
    expect(shown.get_by_role("link")).to_be_focused()


def test_a_colleagues_figure_is_shown_before_ones_own(
    company: Company, deals: list[Opportunity], seat: Seat
) -> None:
    page = seat(company.alice, path=f"/opportunities/{deals[0].pk}/")
    shown = page.locator("#record-head [data-cell='value']")
    value = page.get_by_label("Estimated value, Pump 1")
    shown.get_by_role("link").click()
    expect(value).to_be_focused()
    actions.edit(company.carol, deals[0].pk, {"estimated_value": Decimal(7000)})
    value.fill("8000")
    page.keyboard.press("Enter")
    expect(shown.get_by_role("alert")).to_contain_text("Carol")
    page.get_by_role("button", name="Keep theirs").click()
    expect(shown).to_have_text("€7,000")
    shown.get_by_role("link").click()
    expect(value).to_be_focused()
    actions.edit(company.carol, deals[0].pk, {"estimated_value": Decimal(7500)})
    value.fill("8000")
    page.keyboard.press("Enter")
    page.get_by_role("button", name="Save mine").click()
    expect(shown).to_have_text("€8,000")


def test_keys_and_arrows_walk_the_list_one_came_from(
    company: Company, deals: list[Opportunity], seat: Seat
) -> None:
    page = seat(company.alice, path="/opportunities/?sort=subject")
    page.get_by_role("link", name="Pump 1").click()
    place = page.locator(".crumb .num")
    expect(place).to_have_text("1 of 3")
    page.keyboard.press("j")
    expect(page.get_by_role("heading", name="Pump 2")).to_be_visible()
    expect(place).to_have_text("2 of 3")
    page.keyboard.press("]")
    expect(place).to_have_text("3 of 3")
    page.keyboard.press("j")
    page.keyboard.press("k")
    expect(page.get_by_role("heading", name="Pump 2")).to_be_visible()
    page.get_by_role("link", name="Previous opportunity").click()
    expect(place).to_have_text("1 of 3")
    page.locator("[data-back]").click()
    page.wait_for_url("**/opportunities/?sort=subject")


def test_on_a_phone_sections_are_tabs_and_the_rest_is_in_a_menu(
    company: Company, deals: list[Opportunity], seat: Seat
) -> None:
    page = seat(company.alice, path=f"/opportunities/{deals[0].pk}/", phone=True)
    tabs = page.get_by_role("navigation", name="Sections")
    expect(tabs.get_by_role("link", name="Timeline")).to_have_attribute("aria-current", "true")
    expect(page.locator("#moments")).to_be_visible()
    expect(page.locator("#details")).to_be_hidden()
    tabs.get_by_role("link", name="Details").click()
    expect(page.locator("#details")).to_be_visible()
    expect(page.locator("#moments")).to_be_hidden()
    expect(tabs.get_by_role("link", name="Details")).to_have_attribute("aria-current", "true")
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
    page.get_by_role("button", name="More actions").click()
    for name in ("Update", "Edit", "Sharing", "Clone"):
        expect(page.locator("#record-more").get_by_role("link", name=name)).to_be_visible()


def test_on_a_phone_the_timeline_breaks_its_lines(
    company: Company, deals: list[Opportunity], seat: Seat
) -> None:
    actions.close(company.alice, deals[0].pk, outcome="won", reason="PRODUCT_W", on=organisation_today())
    page = seat(company.alice, path=f"/opportunities/{deals[0].pk}/", phone=True)
    figures = page.locator(".tl p", has_text="Best technical fit")
    expect(figures).to_be_visible()
    assert figures.evaluate("line => line.getBoundingClientRect().right <= innerWidth")
    assert figures.evaluate("line => line.scrollWidth <= line.clientWidth")


def test_on_paper_every_section_is_there_and_no_button(
    company: Company, deals: list[Opportunity], seat: Seat
) -> None:
    page = seat(company.alice, path=f"/opportunities/{deals[0].pk}/")
    page.emulate_media(media="print")
    for section in ("#details", "#moments", "#related", ".facts", ".proc"):
        expect(page.locator(section)).to_be_visible()
    for control in (".side", ".acts", ".comp", ".crumb .btn"):
        expect(page.locator(control).first).to_be_hidden()
    page.set_viewport_size({"width": 390, "height": 844})
    expect(page.locator("#details")).to_be_visible()


def focused(page: Page) -> str:
    """What has the focus, as its reader hears it: tag and text."""
    return str(
        page.evaluate("document.activeElement.tagName + ' ' + document.activeElement.textContent.trim()")
    )


def test_the_focus_follows_a_deal_through_its_stages_its_closing_and_its_reopening(
    company: Company, deals: list[Opportunity], seat: Seat
) -> None:
    """Nothing here is done by mouse; each command loads the page anew."""
    page = seat(company.alice, path=f"/opportunities/{deals[0].pk}/")
    now = page.locator("#stage-now")
    expect(now).to_contain_text("Qualify")
    for stage in ("Develop", "Propose"):
        now.focus()
        page.keyboard.press("Enter")
        page.get_by_role("button", name="Next stage").focus()
        page.keyboard.press("Enter")
        expect(now).to_contain_text(stage)
        expect(now).to_be_focused()
    page.get_by_role("link", name="Close as won").focus()
    page.keyboard.press("Enter")
    page.get_by_label("Price", exact=True).press("Space")
    page.get_by_label("What happened").focus()
    page.keyboard.press("Tab")
    page.get_by_role("button", name="Close as won").press("Enter")
    expect(page.locator("#closing")).to_be_focused()
    assert "Closed as won" in focused(page)
    page.get_by_role("button", name="Reopen").press("Enter")
    expect(now).to_contain_text("Propose")
    expect(now).to_be_focused()


def test_a_form_that_saves_leads_back_to_what_opened_it(
    company: Company, deals: list[Opportunity], seat: Seat
) -> None:
    page = seat(company.alice, path=f"/opportunities/{deals[0].pk}/")
    page.get_by_role("link", name="Update").first.press("Enter")
    dialog = expect_dialog(page, "Update")
    dialog.get_by_label("Estimated value").fill("5000")
    dialog.get_by_role("button", name="Update").press("Enter")
    expect(toast(page)).to_contain_text("Moved to Develop.")
    assert focused(page) == "A Update"


def test_tasks_are_planned_and_done_one_after_the_other_by_keyboard(
    company: Company, deals: list[Opportunity], seat: Seat
) -> None:
    page = seat(company.alice, path=f"/opportunities/{deals[0].pk}/")
    for subject in ("Call", "Write", "Visit"):
        page.get_by_label("New task").fill(subject)
        page.keyboard.press("Enter")
        expect(page.locator("#timeline")).to_contain_text(subject)
        expect(page.get_by_label("New task")).to_be_focused()
    page.goto("/tasks/")
    page.get_by_role("button", name="Mark complete: Write").press("Enter")
    expect(page.get_by_role("button", name="Mark complete: Write")).to_have_count(0)
    expect(page.get_by_role("button", name="Mark complete: Visit")).to_be_focused()
    page.keyboard.press("Enter")
    expect(page.get_by_role("button", name="Mark complete: Visit")).to_have_count(0)
    expect(page.get_by_role("button", name="Mark complete: Call")).to_be_focused()
    page.keyboard.press("Enter")
    expect(page.get_by_text("Nothing to do")).to_be_visible()
    expect(page.get_by_role("heading", name="My tasks")).to_be_focused()


def test_going_back_shows_what_has_been_done_since(
    company: Company,
    deals: list[Opportunity],
    seat: Seat,
    live_server: LiveServer,
    browser_type: BrowserType,
    browser_type_launch_args: dict[str, Any],
) -> None:
    """By a browser that keeps whole pages, as those of the other tests do not."""
    cookies: Any = seat(company.alice).context.cookies()
    keeping = browser_type.launch(
        **browser_type_launch_args, ignore_default_args=["--disable-back-forward-cache"]
    )
    context = keeping.new_context(base_url=live_server.url, reduced_motion="reduce")
    context.add_cookies(cookies)
    page = context.new_page()
    page.goto(f"/opportunities/{deals[0].pk}/")
    expect(page.get_by_role("link", name="Close as won")).to_be_visible()
    left = page.url
    page.goto(f"{left}?from=%2Fpipeline%2F")
    page.get_by_role("link", name="Close as won").click()
    dialog = expect_dialog(page, "Close as won")
    dialog.get_by_label("Price").check()
    dialog.get_by_role("button", name="Close as won").click()
    expect(page.get_by_role("button", name="Reopen")).to_be_visible()
    for _ in range(4):
        if page.url != left:
            page.evaluate("history.back()")
            page.wait_for_timeout(500)
    assert page.url == left
    expect(page.get_by_role("button", name="Reopen")).to_be_visible()
    keeping.close()


@pytest.mark.parametrize("width", [820, 1366])
def test_nothing_lies_over_the_fields_of_a_deal(
    company: Company, deals: list[Opportunity], seat: Seat, width: int
) -> None:
    page = seat(company.alice, path=f"/opportunities/{deals[0].pk}/")
    page.set_viewport_size({"width": width, "height": 700})
    fields, related = page.locator(".rl .props").last.bounding_box(), page.locator("#related").bounding_box()
    assert fields
    assert related
    assert fields["y"] + fields["height"] <= related["y"]


def test_an_impossible_date_stays_where_it_was_typed(
    company: Company, deals: list[Opportunity], seat: Seat
) -> None:
    page = seat(company.alice, path=f"/opportunities/{deals[0].pk}/")
    page.locator("#record-head [data-cell='close']").get_by_role("link").click()
    field = page.get_by_label("Estimated close, Pump 1")
    field.click()
    page.keyboard.type("02312027")
    page.keyboard.press("Enter")
    expect(field).to_be_visible()
    assert field.evaluate("field => field.validity.badInput")
