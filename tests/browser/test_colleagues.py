"""Two people at once: what one does is seen by the other within seconds, and disturbs nothing."""

from __future__ import annotations

from decimal import Decimal

import pytest
from playwright.sync_api import Page, expect

from opportune.opportunities import actions
from opportune.opportunities.models import Opportunity
from tests.browser.conftest import Seat
from tests.browser.screens import card_of, cell_of, column_of, drag, expect_column, sales_stages, toast
from tests.browser.test_accessibility import faults
from tests.people import Company

pytestmark = [pytest.mark.browser, pytest.mark.long, pytest.mark.django_db(transaction=True)]
PATHS = pytest.mark.parametrize("path", ["/pipeline/", "/opportunities/?sort=subject"])


@pytest.fixture
def deals(company: Company) -> list[Opportunity]:
    """Twelve deals of Alice's in the first stage, more than a screen holds."""
    account = company.account()
    return [
        company.deal(f"Pump {number:02}", account_id=account.pk, estimated_value=Decimal(100))
        for number in range(1, 13)
    ]


def look(page: Page) -> None:
    """Come back to the page, which then asks at once."""
    with page.expect_response("**/news/**"):
        page.evaluate("document.dispatchEvent(new Event('visibilitychange'))")


def test_a_card_that_a_colleague_moves_moves_and_nothing_else_does(
    seat: Seat, company: Company, deals: list[Opportunity]
) -> None:
    qualify, develop, *_ = sales_stages()
    page = seat(company.alice)
    link = card_of(page, deals[10]).locator("h3 a")
    link.focus()
    column = column_of(page, qualify).locator("ul")
    before = column.evaluate("(list) => list.scrollTop")
    page.evaluate("window.kept = document.activeElement")
    assert before > 0
    actions.move(company.carol, deals[11].pk, stage_id=develop.id)
    expect(column_of(page, develop).locator(f"#card-{deals[11].pk}")).to_be_visible(timeout=9000)
    expect(card_of(page, deals[11])).to_contain_text("Changed by Carol")
    expect(page.locator("[aria-live=polite].vh")).to_have_text("Pump 12: Changed by Carol.")
    expect_column(page, qualify, 11, "€1,100", "€220")
    expect_column(page, develop, 1, "€100", "€45")
    expect(page.locator("#board-sum")).to_have_text("12 open deals · €1,200 · €265 weighted")
    expect(link).to_be_focused()
    assert page.evaluate("window.kept === document.activeElement")
    assert column.evaluate("(list) => list.scrollTop") == pytest.approx(before, abs=130)
    assert faults(page) == []


def test_the_card_in_focus_keeps_it_when_it_is_drawn_anew(
    seat: Seat, company: Company, deals: list[Opportunity]
) -> None:
    _, develop, *_ = sales_stages()
    page = seat(company.alice)
    card_of(page, deals[0]).locator("h3 a").focus()
    actions.move(company.carol, deals[0].pk, stage_id=develop.id)
    look(page)
    expect(column_of(page, develop).locator(f"#card-{deals[0].pk} h3 a")).to_be_focused()


def test_nothing_is_asked_while_a_card_is_in_hand_or_a_dialog_is_open(
    seat: Seat, company: Company, deals: list[Opportunity]
) -> None:
    qualify, develop, *_ = sales_stages()
    page = seat(company.alice)
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url) if "/news/" in request.url else None)
    actions.move(company.carol, deals[1].pk, stage_id=develop.id)
    for key in (" ", "m"):
        card_of(page, deals[0]).locator("h3 a").focus()
        page.keyboard.press(key)
        expect(page.locator(".kc.held, #menu:popover-open")).to_have_count(1)
        page.evaluate("document.dispatchEvent(new Event('visibilitychange'))")
        page.wait_for_timeout(300)
        page.keyboard.press("Escape")
        expect(page.locator(".kc.held, #menu:popover-open")).to_have_count(0)
    assert asked == []
    expect(column_of(page, qualify).locator(f"#card-{deals[1].pk}")).to_have_count(1)
    look(page)
    expect(column_of(page, develop).locator(f"#card-{deals[1].pk}")).to_have_count(1)


@PATHS
def test_who_may_not_see_a_deal_is_told_nothing_of_it(
    seat: Seat, company: Company, deals: list[Opportunity], path: str
) -> None:
    company.deal("Own business", owner=company.dan)
    page = seat(company.dan, path=path.partition("?")[0])
    answers: list[int] = []
    page.on("response", lambda answer: answers.append(answer.status) if "/news/" in answer.url else None)
    look(page)
    actions.edit(company.carol, deals[0].pk, {"subject": "Hidden from Dan"})
    answers.clear()
    look(page)
    look(page)
    assert answers == [304, 304]
    expect(page.get_by_text("Hidden from Dan")).to_have_count(0)


def test_a_conflict_shows_at_once_where_the_card_is_now(
    seat: Seat, company: Company, deals: list[Opportunity]
) -> None:
    qualify, develop, propose, _ = sales_stages()
    page = seat(company.alice)
    expect_column(page, qualify, 12, "€1,200", "€240")
    actions.move(company.carol, deals[0].pk, stage_id=develop.id)
    actions.move(company.carol, deals[0].pk, stage_id=propose.id)
    drag(page, deals[0], develop)
    expect(toast(page)).to_contain_text("Carol changed this first.")
    expect(column_of(page, propose).locator(f"#card-{deals[0].pk}")).to_have_count(1)
    expect(column_of(page, develop).locator("li")).to_have_count(0)


def test_a_row_that_a_colleague_changes_is_drawn_anew_and_stays_chosen(
    seat: Seat, company: Company, deals: list[Opportunity]
) -> None:
    page = seat(company.alice, path="/opportunities/?sort=subject")
    row = page.locator(f"#row-{deals[1].pk}")
    page.get_by_role("checkbox", name="Pump 02").check()
    row.locator("td.t a").focus()
    actions.edit(company.carol, deals[1].pk, {"estimated_value": Decimal(700)})
    expect(row.locator(".c-value")).to_have_text("€700", timeout=9000)
    expect(row).to_contain_text("Changed by Carol")
    expect(row.locator("td.t a")).to_be_focused()
    expect(page.get_by_role("checkbox", name="Pump 02")).to_be_checked()
    expect(page.locator("#list-sums")).to_contain_text("€1,800")
    assert faults(page) == []


def test_an_edit_under_way_is_kept_and_both_values_are_shown(
    seat: Seat, company: Company, deals: list[Opportunity]
) -> None:
    page = seat(company.alice, path="/opportunities/?sort=subject")
    row, cell = page.locator(f"#row-{deals[0].pk}"), cell_of(page, deals[0], "value")
    cell.click()
    value = page.get_by_label("Estimated value, Pump 01")
    value.fill("800")
    actions.edit(company.carol, deals[0].pk, {"estimated_value": Decimal(700)})
    look(page)
    expect(row).to_contain_text("Changed by Carol")
    expect(value).to_be_focused()
    expect(value).to_have_value("800")
    page.keyboard.press("Enter")
    expect(cell.get_by_role("alert")).to_contain_text("Carol changed this first.")
    expect(cell.get_by_role("alert")).to_contain_text("Theirs: €700")
    page.get_by_role("button", name="Keep theirs").click()
    expect(cell).to_have_text("€700")


def test_after_both_values_were_shown_enter_saves_mine(
    seat: Seat, company: Company, deals: list[Opportunity]
) -> None:
    page = seat(company.alice, path="/opportunities/?sort=subject")
    cell = cell_of(page, deals[0], "value")
    cell.click()
    page.get_by_label("Estimated value, Pump 01").fill("800")
    actions.edit(company.carol, deals[0].pk, {"estimated_value": Decimal(700)})
    page.keyboard.press("Enter")
    expect(cell.get_by_role("alert")).to_contain_text("Theirs: €700")
    expect(page.get_by_label("Estimated value, Pump 01")).to_be_focused()
    page.keyboard.press("Enter")
    expect(cell).to_have_text("€800")
    assert faults(page) == []


def test_an_edit_given_up_leaves_what_the_colleague_typed(
    seat: Seat, company: Company, deals: list[Opportunity]
) -> None:
    page = seat(company.alice, path="/opportunities/?sort=subject")
    cell = cell_of(page, deals[0], "value")
    cell.click()
    page.get_by_label("Estimated value, Pump 01").fill("800")
    actions.edit(company.carol, deals[0].pk, {"estimated_value": Decimal(700)})
    look(page)
    page.keyboard.press("Escape")
    page.locator(f"#row-{deals[1].pk} td.t a").focus()
    expect(cell).to_have_text("€700")
    assert Opportunity.objects.get(pk=deals[0].pk).estimated_value == Decimal(700)


@PATHS
@pytest.mark.parametrize("theme", ["light", "dark"])
def test_after_very_many_changes_the_page_asks_to_be_loaded_anew(
    seat: Seat, company: Company, deals: list[Opportunity], path: str, theme: str
) -> None:
    page = seat(company.alice, path=path, theme=theme)
    expect(page.locator("body")).to_contain_text("Pump 01")
    page.evaluate("document.querySelector('[data-news]').news.since = '2020-01-01T00:00:00Z'")
    look(page)
    notice = page.locator("#news-much")
    expect(notice).to_contain_text("Much may have changed since this page was loaded.")
    assert faults(page) == []
    look(page)
    expect(notice).to_have_count(1)
    notice.get_by_role("link").click()
    expect(notice).to_have_count(0)
    expect(page.locator("body")).to_contain_text("Pump 01")


def test_a_row_that_is_gone_stays_in_its_place_and_new_ones_are_counted(
    seat: Seat, company: Company, deals: list[Opportunity]
) -> None:
    page = seat(company.alice, path="/opportunities/?sort=subject")
    expect(page.locator("#rows tr")).to_have_count(12)
    actions.edit(company.ada, deals[0].pk, {"owner_id": company.dan.person_id})
    company.deal("Spare parts")
    look(page)
    expect(page.locator(f"#row-{deals[0].pk}.gone")).to_contain_text("No longer here")
    notice = page.locator("#list-arrived")
    expect(notice).to_contain_text("1 more opportunity has been changed and matches.")
    assert faults(page) == []
    page.evaluate("document.querySelector('op-list').news.since = new Date(Date.now() + 6e4).toISOString()")
    actions.edit(company.carol, deals[1].pk, {"estimated_value": Decimal(700)})
    look(page)
    expect(page.locator(f"#row-{deals[1].pk}")).to_contain_text("€700")
    expect(notice).to_contain_text("1 more opportunity has been changed and matches.")
    notice.get_by_role("link").click()
    expect(page.locator("#rows")).to_contain_text("Spare parts")
    expect(page.locator(f"#row-{deals[0].pk}")).to_have_count(0)
