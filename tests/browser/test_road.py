"""The whole road of a deal, by mouse and by keys alone."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

import pytest
from playwright.sync_api import Page, expect

from opportune.opportunities.models import Opportunity
from opportune.opportunities.writing import organisation_today
from opportune.process.actions import require_step
from tests.browser.conftest import Seat
from tests.browser.screens import (
    card_of,
    column_of,
    drag,
    expect_column,
    expect_dialog,
    expect_scripts,
    sales_stages,
    toast,
)
from tests.people import Company

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


@pytest.fixture
def deal(company: Company) -> Opportunity:
    """A deal of 1,000 beside one of 500; a budget is required before Develop."""
    budget = next(step for step in sales_stages()[0].steps if step.field == "budget")
    require_step(company.ada, budget.id, is_required=True)
    company.deal("Spare parts", estimated_value=Decimal(500), estimated_close_on=date(2031, 2, 1))
    return company.deal("Two pumps", estimated_value=Decimal(1000), estimated_close_on=date(2031, 1, 31))


def test_a_deal_goes_all_the_way_by_mouse(sign_in: Seat, company: Company, deal: Opportunity) -> None:
    qualify, develop, *_ = sales_stages()
    page = sign_in(company.alice)
    expect_column(page, qualify, 2, "€1,500", "€300")
    expect_column(page, develop, 0, "–", "–")

    drag(page, deal, develop)
    dialog = expect_dialog(page, "Before Develop")
    expect(column_of(page, qualify).locator(f"#card-{deal.pk}")).to_be_visible()
    expect_column(page, qualify, 2, "€1,500", "€300")

    dialog.locator("[name=budget]").fill("900")
    dialog.get_by_role("button", name="Save and move").click()
    expect(toast(page)).to_contain_text("Moved to Develop.")
    expect(page.locator("#dialog")).to_be_hidden()
    expect(column_of(page, develop).locator(f"#card-{deal.pk}")).to_be_visible()
    expect_column(page, qualify, 1, "€500", "€100")
    expect_column(page, develop, 1, "€1,000", "€450")
    expect(page.locator("#board-sum")).to_have_text("2 open deals · €1,500 · €550 weighted")

    card_of(page, deal).get_by_role("link", name="Two pumps").click()
    page.get_by_role("link", name="Close as won").click()
    dialog = expect_dialog(page, "Close as won")
    dialog.get_by_label("Price").check()
    dialog.get_by_label("Closed on").fill(f"{organisation_today():%Y-%m-%d}")
    dialog.get_by_role("button", name="Close as won").click()
    expect(toast(page)).to_contain_text("Closed as won.")
    expect_read_only(page)

    page.get_by_role("button", name="Reopen").click()
    expect(page.get_by_role("link", name="Close as won")).to_be_visible()
    toast(page).get_by_role("button", name="Undo").click()
    expect(toast(page)).to_contain_text("Undone.")
    expect_read_only(page)


def test_a_deal_goes_all_the_way_by_keys_alone(sign_in: Seat, company: Company, deal: Opportunity) -> None:
    _, develop, propose, _ = sales_stages()
    page = sign_in(company.alice)
    keys = page.keyboard
    card_of(page, deal).locator("h3 a").focus()

    keys.press("Space")
    expect(page.locator("[aria-live=polite].vh")).to_contain_text("Two pumps lifted.")
    keys.press("ArrowRight")
    expect(page.locator("[aria-live=polite].vh")).to_contain_text("Over Develop.")
    keys.press("Space")
    dialog = expect_dialog(page, "Before Develop")
    expect(dialog.locator("[name=budget]")).to_be_focused()
    keys.type("900")
    keys.press("Enter")
    expect(toast(page)).to_contain_text("Moved to Develop.")
    expect_column(page, develop, 1, "€1,000", "€450")

    card_of(page, deal).locator("h3 a").focus()
    keys.press("m")
    menu = page.locator("#menu:popover-open")
    expect(menu.get_by_role("menuitem", name="Qualify")).to_be_focused()
    keys.press("ArrowDown")
    expect(menu.get_by_role("menuitem", name="Propose")).to_be_focused()
    keys.press("Enter")
    expect(toast(page)).to_contain_text("Moved to Propose.")
    expect_column(page, propose, 1, "€1,000", "€650")
    expect(card_of(page, deal).locator("h3 a")).to_be_focused()

    keys.press("m")
    expect(menu.get_by_role("menuitem", name="Qualify")).to_be_focused()
    menu.get_by_role("menuitem", name="Close as won").press("Enter")
    expect_dialog(page, "Close as won")
    keys.press("Space")  # the first reason has the focus
    keys.press("Enter")
    expect(toast(page)).to_contain_text("Closed as won.")
    expect(card_of(page, deal)).to_have_count(0)
    page.goto(f"/opportunities/{deal.pk}/")
    expect(page.locator(".notice.won")).to_contain_text("Closed as won")

    page.get_by_role("button", name="Reopen").focus()
    keys.press("Enter")
    expect(toast(page)).to_contain_text("Reopened")
    expect_scripts(page)
    keys.press("Control+z")
    expect(toast(page)).to_contain_text("Undone.")
    expect(page.locator(".notice.won")).to_contain_text("Closed as won")


def test_a_lifted_card_goes_back_by_escape(seat: Seat, company: Company, deal: Opportunity) -> None:
    qualify, *_ = sales_stages()
    page = seat(company.alice)
    card_of(page, deal).locator("h3 a").focus()
    for key in ("Space", "ArrowRight", "ArrowRight", "Escape"):
        page.keyboard.press(key)
    expect(column_of(page, qualify).locator(f"#card-{deal.pk} h3 a")).to_be_focused()
    expect_column(page, qualify, 2, "€1,500", "€300")


def expect_read_only(page: Page) -> None:
    """The record says that it is closed, and why, and offers nothing but reopening."""
    notice = page.locator(".notice.won")
    expect(notice).to_contain_text("Closed as won on")
    expect(notice).to_contain_text("Reason: Price.")
    expect(page.get_by_role("link", name="Edit")).to_have_count(0)
    expect(page.get_by_role("link", name="Close as")).to_have_count(0)
    expect(page.get_by_role("button", name="Reopen")).to_be_visible()


def test_after_a_refused_move_the_focus_is_on_the_card_again(
    seat: Seat, company: Company, deal: Opportunity
) -> None:
    page = seat(company.alice)
    card = card_of(page, deal)
    card.locator("h3 a").focus()
    page.keyboard.press("m")
    menu = page.locator("#menu:popover-open")
    menu.get_by_role("menuitem", name="Close", exact=True).press("Enter")
    expect_dialog(page, "Before Close")
    page.keyboard.press("Escape")
    expect(page.locator("dialog[open]")).to_have_count(0)
    expect(card.locator(":focus")).to_have_count(1)
