"""The page of a deal by mouse and by keyboard: figures edited in its header, the way on, sections on a phone, print."""

from collections.abc import Iterator
from contextlib import suppress
from decimal import Decimal
from typing import Any

import pytest
from playwright.sync_api import BrowserType, Error, Page, Route, expect
from pytest_django.live_server_helper import LiveServer

from opportune.opportunities import actions
from opportune.opportunities.models import Opportunity
from opportune.opportunities.writing import organisation_today
from tests.browser.conftest import Seat
from tests.browser.screens import expect_dialog, toast
from tests.people import Company

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

SCRIPTS = "**/js/opportune*.js"


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
    expect(page.get_by_role("link", name="Update").first).to_be_focused()


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


@pytest.fixture
def keeping(
    company: Company,
    seat: Seat,
    live_server: LiveServer,
    browser_type: BrowserType,
    browser_type_launch_args: dict[str, Any],
) -> Iterator[Page]:
    """Alice's page in a browser that keeps whole pages to go back to, as those of the other tests do not."""
    cookies: Any = seat(company.alice).context.cookies()
    browser = browser_type.launch(
        **browser_type_launch_args, ignore_default_args=["--disable-back-forward-cache"]
    )
    context = browser.new_context(base_url=live_server.url, reduced_motion="reduce")
    context.add_cookies(cookies)
    yield context.new_page()
    browser.close()


def go_back(page: Page) -> None:
    """To the page before, which tells of no navigation where it was kept; not while a page is being asked for anew."""
    with suppress(Error):
        page.evaluate("history.back()")
    page.wait_for_timeout(500)


def test_going_back_shows_what_has_been_done_since(deals: list[Opportunity], keeping: Page) -> None:
    page = keeping
    page.goto(f"/opportunities/{deals[0].pk}/")
    expect(page.get_by_role("link", name="Close as won")).to_be_visible()
    left = page.url
    page.goto(f"{left}?from=%2Fpipeline%2F")
    page.get_by_role("link", name="Close as won").click()
    dialog = expect_dialog(page, "Close as won")
    dialog.get_by_label("Price").check()
    dialog.get_by_role("button", name="Close as won").click()
    expect(page.get_by_role("button", name="Reopen")).to_be_visible()
    for _ in range(6):
        if page.url != left:
            go_back(page)
    assert page.url == left
    expect(page.get_by_role("button", name="Reopen")).to_be_visible()


def test_going_back_loses_nothing_that_is_typed(deals: list[Opportunity], keeping: Page) -> None:
    page = keeping
    page.goto(f"/opportunities/{deals[0].pk}/edit/")
    page.locator("#f-description").fill("Half a sentence")
    page.goto(f"/opportunities/{deals[1].pk}/edit/")
    page.locator("#f-subject").fill("Pump two")
    page.get_by_role("button", name="Save", exact=True).click()
    page.wait_for_url(f"**/opportunities/{deals[1].pk}/**")
    # what was saved there is no more than that: the form comes anew
    go_back(page)
    expect(page.get_by_role("heading", name="Pump two")).to_be_visible()
    go_back(page)
    expect(page.locator("#f-description")).to_have_value("Half a sentence")
    expect(page.locator("#toasts")).to_contain_text("What you typed here is still there.")
    page.get_by_role("button", name="Reload").click()
    expect(page.locator("#f-description")).to_have_value("")
    expect(page.locator("#toasts")).not_to_contain_text("What you typed here")


def test_a_figure_of_the_header_leaves_an_open_stage_and_what_is_typed_there(
    company: Company, deals: list[Opportunity], seat: Seat
) -> None:
    page = seat(company.alice, path=f"/opportunities/{deals[0].pk}/")
    page.locator("#stage-now").click()
    flyout = page.locator("#flyout .flyout")
    flyout.get_by_label("Purchase process").select_option("individual")
    flyout.get_by_label("Budget").fill("15")
    shown = page.locator("#record-head [data-cell='value']")
    shown.get_by_role("link").click()
    page.get_by_label("Estimated value, Pump 1").fill("2500")
    page.keyboard.press("Enter")
    expect(shown).to_have_text("€2,500")
    expect(flyout.get_by_label("Budget")).to_have_value("15")
    expect(flyout.get_by_label("Purchase process")).to_have_value("individual")
    flyout.get_by_label("Budget").press("Enter")
    expect(page.locator("#details")).to_contain_text("€15")
    expect(flyout.get_by_label("Purchase process")).to_have_value("individual")
    assert Opportunity.objects.get(pk=deals[0].pk).purchase_process == ""


def test_a_colleagues_text_in_a_step_is_shown_before_ones_own(
    company: Company, deals: list[Opportunity], seat: Seat
) -> None:
    page = seat(company.alice, path=f"/opportunities/{deals[0].pk}/")
    page.locator("#stage-now").click()
    flyout = page.locator("#flyout .flyout")
    budget = flyout.get_by_label("Budget")
    budget.fill("15")
    actions.edit(company.carol, deals[0].pk, {"budget": Decimal(7000)})
    budget.press("Enter")
    row = flyout.locator("li").filter(has=page.get_by_label("Budget"))
    expect(row.get_by_role("alert")).to_contain_text("Theirs: €7,000")
    expect(budget).to_have_value("15")
    row.get_by_role("button", name="Save mine").click()
    expect(page.locator("#details")).to_contain_text("€15")
    actions.edit(company.carol, deals[0].pk, {"budget": Decimal(8000)})
    budget.fill("16")
    budget.press("Enter")
    row.get_by_role("button", name="Keep theirs").click()
    expect(budget).to_have_value("8000")
    assert Opportunity.objects.get(pk=deals[0].pk).budget == 8000


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


def test_steps_are_filled_in_one_by_one_and_nothing_typed_is_lost(
    company: Company, deals: list[Opportunity], seat: Seat
) -> None:
    company.contact("Archer")
    company.contact("Archibald")
    page = seat(company.alice, path=f"/opportunities/{deals[0].pk}/")
    stage = page.locator("#stage-now")
    expect(stage).to_contain_text("1 of 6")
    stage.click()
    flyout = page.locator("#flyout .flyout")
    budget, process = flyout.get_by_label("Budget"), flyout.get_by_label("Purchase process")
    contact, row = (
        flyout.get_by_label("Identify contact").first,
        flyout.locator("li").filter(has=page.get_by_label("Budget")),
    )
    contact.fill("Arch")
    process.select_option("individual")
    budget.fill("a lot")
    row.get_by_role("button", name="Save").click()
    expect(row.get_by_text("This is not a number.")).to_be_visible()
    expect(budget).to_be_focused()
    expect(budget).to_have_value("a lot")
    expect(contact).to_have_value("Arch")
    budget.fill("1500")
    page.keyboard.press("Enter")
    expect(toast(page)).to_contain_text("Saved.")
    expect(stage).to_contain_text("2 of 6")
    expect(page.locator("#details")).to_contain_text("€1,500")
    expect(page.locator("#moments li").first).to_contain_text("changed: Budget")
    expect(row.get_by_text("This is not a number.")).to_have_count(0)
    expect(budget).to_be_focused()
    tick = flyout.get_by_role("checkbox").first
    tick.focus()
    page.keyboard.press("Space")
    expect(page.locator("#moments li").first).to_contain_text("ticked: Identify decision maker")
    expect(tick).to_be_focused()
    save = (
        flyout.locator("li")
        .filter(has=page.get_by_label("Purchase process"))
        .get_by_role("button", name="Save")
    )
    save.focus()
    page.keyboard.press("Enter")
    expect(stage).to_contain_text("4 of 6")
    expect(process).to_have_value("individual")
    expect(save).to_be_focused()
    # what was kept works as before: one arrow goes one contact on
    contact.press("End")
    contact.press_sequentially("i")
    options = flyout.locator("op-combobox [role='option']:not([data-new])")
    expect(options).to_have_count(1)
    contact.press("Backspace")
    expect(options).to_have_count(2)
    contact.press("ArrowDown")
    expect(options.nth(1)).to_have_attribute("aria-selected", "true")
    page.keyboard.press("Escape")
    expect(flyout).to_be_visible()
    save.focus()
    page.keyboard.press("Control+z")
    expect(page.locator("#stage-now")).to_contain_text("3 of 6")


def test_a_key_pressed_before_the_scripts_run_waits_for_them(
    company: Company, deals: list[Opportunity], seat: Seat
) -> None:
    page = seat(company.alice, path="/opportunities/?sort=subject")
    held: list[Route] = []
    page.route(SCRIPTS, lambda route: held.append(route), times=1)
    page.goto(f"/opportunities/{deals[0].pk}/?from=/opportunities/?sort=subject", wait_until="commit")
    expect(page.get_by_role("heading", name="Pump 1")).to_be_visible()
    page.keyboard.press("]")
    assert f"/opportunities/{deals[0].pk}/" in page.url
    held[0].continue_()
    page.wait_for_url(f"**/opportunities/{deals[1].pk}/**")


def test_what_is_typed_in_a_field_before_the_scripts_run_stays_there(
    company: Company, deals: list[Opportunity], seat: Seat
) -> None:
    page = seat(company.alice, path="/opportunities/")
    held: list[Route] = []
    page.route(SCRIPTS, lambda route: held.append(route), times=1)
    page.goto(f"/opportunities/{deals[0].pk}/edit/", wait_until="commit")
    page.locator("[name=subject]").focus()
    page.keyboard.press("End")
    page.keyboard.type("]j")
    held[0].continue_()
    page.wait_for_load_state()
    expect(page.locator("[name=subject]")).to_have_value("Pump 1]j")


def test_what_is_typed_in_a_stage_outlives_another_stage_the_cross_and_an_undo(
    company: Company, deals: list[Opportunity], seat: Seat
) -> None:
    page = seat(company.alice, path=f"/opportunities/{deals[0].pk}/")
    page.locator("#stage-now").click()
    flyout, stages = page.locator("#flyout .flyout"), page.locator(".proc > a")
    budget = flyout.get_by_label("Budget")
    budget.fill("15")
    stages.nth(2).click()
    expect(flyout.get_by_label("Budget")).to_have_count(0)
    expect(toast(page)).to_contain_text("What you typed is kept, and not saved yet.")
    page.locator("#stage-now").click()
    expect(budget).to_have_value("15")
    flyout.locator("[data-close-flyout]").click()
    expect(flyout).to_have_count(0)
    page.locator("#stage-now").click()
    expect(budget).to_have_value("15")
    flyout.get_by_role("checkbox").first.check()
    expect(toast(page)).to_contain_text("Saved.")
    toast(page).get_by_role("button", name="Undo").click()
    expect(flyout.get_by_role("checkbox").first).not_to_be_checked()
    expect(budget).to_have_value("15")
    actions.edit(company.carol, deals[0].pk, {"budget": Decimal(7000)})
    page.reload()
    budget.press("Enter")
    expect(flyout.get_by_role("alert")).to_contain_text("Theirs: €7,000")
    flyout.get_by_role("button", name="Save mine").click()
    expect(page.locator("#details")).to_contain_text("€15")
    budget.fill("16")
    flyout.get_by_role("button", name="Next stage").click()
    expect(page.locator("#details")).to_contain_text("€16")
    expect(stages.nth(1)).to_have_attribute("aria-current", "step")
    stages.first.click()
    expect(budget).to_have_value("16")
    assert Opportunity.objects.get(pk=deals[0].pk).budget == 16


def test_what_is_typed_stays_on_screen_where_a_colleague_closed_the_deal(
    company: Company, deals: list[Opportunity], seat: Seat
) -> None:
    page = seat(company.alice, path=f"/opportunities/{deals[0].pk}/")
    page.locator("#stage-now").click()
    flyout = page.locator("#flyout .flyout")
    budget = flyout.get_by_label("Budget")
    budget.fill("15")
    actions.close(company.carol, deals[0].pk, outcome="lost", reason="PRICE_L", on=organisation_today())
    budget.press("Enter")
    expect(flyout.get_by_role("alert")).to_contain_text("What you typed is not saved. It stays here.")
    expect(budget).to_have_value("15")
    page.get_by_role("button", name="Reopen").click()
    expect(page.get_by_role("link", name="Close as won")).to_be_visible()
    expect(budget).to_have_value("15")
    budget.press("Enter")
    expect(page.locator("#details")).to_contain_text("€15")
