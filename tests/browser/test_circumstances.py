"""A phone, French, a slow line, two people at once, wrong input, no script."""

from __future__ import annotations

import re
import time
from collections.abc import Callable
from datetime import date
from decimal import Decimal

import pytest
from playwright.sync_api import BrowserContext, Page, Route, expect
from pytest_django.live_server_helper import LiveServer

from opportune.opportunities import actions
from opportune.opportunities.models import Opportunity
from opportune.process.actions import require_step
from tests.browser.conftest import Seat
from tests.browser.screens import (
    answered,
    card_of,
    column_of,
    drag,
    expect_dialog,
    new_opportunity,
    sales_stages,
    toast,
)
from tests.people import PASSWORD, Company

pytestmark = [pytest.mark.browser, pytest.mark.long, pytest.mark.django_db(transaction=True)]


@pytest.fixture
def deal(company: Company) -> Opportunity:
    """A deal of 1,000 in its first stage."""
    return company.deal("Two pumps", estimated_value=Decimal(1000), estimated_close_on=date(2031, 1, 31))


def require_budget(company: Company) -> None:
    """Ask for a budget before Develop."""
    budget = next(step for step in sales_stages()[0].steps if step.field == "budget")
    require_step(company.ada, budget.id, is_required=True)


def test_on_a_phone_a_deal_is_moved_by_its_menu(seat: Seat, company: Company, deal: Opportunity) -> None:
    _, develop, *_ = sales_stages()
    require_budget(company)
    page = seat(company.alice, phone=True)
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
    card_of(page, deal).locator("[data-menu]").tap()
    page.get_by_role("menuitem", name="Develop").tap()
    dialog = expect_dialog(page, "Before Develop")
    dialog.locator("[name=budget]").fill("900")
    dialog.get_by_role("button", name="Save and move").tap()
    expect(toast(page)).to_contain_text("Moved to Develop.")
    expect(column_of(page, develop).locator(f"#card-{deal.pk}")).to_have_count(1)


@pytest.mark.parametrize("path", ["/pipeline/", "/opportunities/", "/tasks/", "/accounts/", "/contacts/"])
def test_no_screen_is_wider_than_a_phone(seat: Seat, company: Company, deal: Opportunity, path: str) -> None:
    page = seat(company.alice, phone=True, path=path)
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")


def test_the_board_speaks_french(seat: Seat, company: Company, deal: Opportunity) -> None:
    page = seat(company.alice, language="fr")
    expect(page.locator("html")).to_have_attribute("lang", "fr")
    expect(page.locator("#board-sum")).to_have_text(
        re.compile(r"1 affaire ouverte · 1\s000\s€ · 200\s€ pondérés?")
    )
    card_of(page, deal).locator("[data-menu]").click()
    page.get_by_role("menuitem", name="Développement").click()
    expect(toast(page)).to_contain_text("Développement")
    expect(toast(page).get_by_role("button", name="Annuler")).to_be_visible()


def test_a_refused_card_goes_back_and_the_reason_is_said(
    seat: Seat, company: Company, deal: Opportunity
) -> None:
    qualify, _, propose, _ = sales_stages()
    page = seat(company.alice)
    drag(page, deal, propose)
    expect(toast(page).or_(page.locator("#dialog[open]"))).to_contain_text("cannot be skipped: Develop")
    expect(column_of(page, qualify).locator(f"#card-{deal.pk}")).to_have_count(1)


def test_a_lost_line_puts_the_card_back(seat: Seat, company: Company, deal: Opportunity) -> None:
    qualify, develop, *_ = sales_stages()
    page = seat(company.alice)
    page.route("**/move/", lambda route: route.abort("internetdisconnected"))
    drag(page, deal, develop)
    expect(toast(page)).to_contain_text("The server did not answer.")
    expect(column_of(page, qualify).locator(f"#card-{deal.pk}")).to_have_count(1)
    assert Opportunity.objects.get(pk=deal.pk).stage_id == qualify.id


def test_on_a_slow_line_a_form_is_sent_once(seat: Seat, company: Company, deal: Opportunity) -> None:
    page = seat(company.alice)

    def slowly(route: Route) -> None:
        time.sleep(0.8)
        route.continue_()

    new_opportunity(page)
    dialog = expect_dialog(page, "New opportunity")
    dialog.locator("[name=subject]").fill("Slow pumps")
    pick_customer(page, "North")
    page.route("**/opportunities/new/", slowly)
    create = dialog.get_by_role("button", name="Create")
    create.click()
    create.click(force=True, no_wait_after=True)
    page.wait_for_url(re.compile(r"/opportunities/\d+/$"))
    assert Opportunity.objects.filter(subject="Slow pumps").count() == 1


def pick_customer(page: Page, typed: str) -> None:
    """Choose the first customer that is offered."""
    page.locator("#dialog [role=combobox]").fill(typed)
    page.locator("#dialog [role=option]").first.click()


def test_wrong_input_is_named_and_kept(seat: Seat, company: Company, deal: Opportunity) -> None:
    page = seat(company.alice)
    new_opportunity(page)
    dialog = expect_dialog(page, "New opportunity")
    dialog.locator("[name=subject]").fill("<b>Pumps & valves</b>")
    pick_customer(page, "North")
    dialog.locator("[name=estimated_value]").fill("about ten")
    dialog.get_by_role("button", name="Create").click()
    expect(dialog.locator("[name=estimated_value]")).to_have_attribute("aria-invalid", "true")
    expect(dialog.locator("[name=estimated_value]")).to_have_value("about ten")
    expect(dialog.locator("[name=estimated_value]")).to_be_focused()
    expect(dialog.locator("[name=subject]")).to_have_value("<b>Pumps & valves</b>")
    expect(dialog).to_contain_text("This is not a number.")
    assert Opportunity.objects.count() == 1


def test_all_that_is_wrong_is_said_at_once(seat: Seat, company: Company, deal: Opportunity) -> None:
    """Chromium alone would stop at the first field that is required."""
    page = seat(company.alice)
    new_opportunity(page)
    dialog = expect_dialog(page, "New opportunity")
    dialog.locator("[name=estimated_value]").fill("about ten")
    with answered(page, "**/opportunities/new/"):
        dialog.get_by_role("button", name="Create").click()
    expect(dialog.get_by_role("alert")).to_contain_text("3 values cannot be saved.")
    expect(dialog.locator("[aria-invalid='true']")).to_have_count(3)
    expect(dialog.locator("[name=subject]")).to_be_focused()
    dialog.get_by_role("link", name="Estimated value").press("Enter")
    expect(dialog.locator("[name=estimated_value]")).to_be_focused()


def test_a_form_leaves_its_faults_to_the_server_before_it_is_touched(
    seat: Seat, company: Company, deal: Opportunity
) -> None:
    page = seat(company.alice, path="/accounts/new/")
    assert page.locator("form[data-at-once]").evaluate("form => form.noValidate")
    page.goto("/opportunities/")
    new_opportunity(page)
    form = expect_dialog(page, "New opportunity").locator("form[data-at-once]")
    assert form.evaluate("form => form.noValidate")


def test_a_form_of_its_own_page_begins_at_its_first_fault(seat: Seat, company: Company) -> None:
    page = seat(company.alice, path="/accounts/new/")
    page.locator("[name=email]").fill("nobody")
    page.locator("[name=annual_revenue]").fill("much")
    page.get_by_role("button", name="Save").click()
    expect(page.locator("[aria-invalid='true']")).to_have_count(3)
    expect(page.locator("[name=name]")).to_be_focused()


def test_a_date_that_is_half_typed_is_not_lost(seat: Seat, company: Company, deal: Opportunity) -> None:
    page = seat(company.alice)
    new_opportunity(page)
    dialog = expect_dialog(page, "New opportunity")
    dialog.locator("[name=subject]").fill("Pumps")
    pick_customer(page, "North")
    dialog.locator("[name=estimated_close_on]").press_sequentially("12")
    dialog.get_by_role("button", name="Create").click()
    expect(dialog.locator("[name=estimated_close_on]")).to_be_focused()
    assert Opportunity.objects.count() == 1


def test_the_focus_comes_back_when_a_dialog_is_closed(
    seat: Seat, company: Company, deal: Opportunity
) -> None:
    page = seat(company.alice)
    opener = page.locator("[popovertarget='create']:visible")
    opener.focus()
    page.keyboard.press("Enter")
    page.locator("[data-quick-create]").press("Enter")
    expect_dialog(page, "New opportunity")
    page.keyboard.press("Escape")
    expect(page.locator("#dialog")).to_be_hidden()
    expect(opener).to_be_focused()


def test_whoever_comes_second_is_told_and_keeps_what_was_typed(
    seat: Seat, company: Company, deal: Opportunity
) -> None:
    page = seat(company.alice, path=f"/opportunities/{deal.pk}/edit/")
    actions.edit(company.carol, deal.pk, {"subject": "Three pumps"})
    page.locator("[name=subject]").fill("Four pumps")
    page.get_by_role("button", name="Save", exact=True).click()
    expect(page.locator("main")).to_contain_text("Carol changed this first.")
    expect(page.locator("[name=subject]")).to_have_value("Four pumps")
    assert Opportunity.objects.get(pk=deal.pk).subject == "Three pumps"


def test_what_two_people_change_beside_each_other_is_all_kept(
    seat: Seat, company: Company, deal: Opportunity
) -> None:
    page = seat(company.alice, path=f"/opportunities/{deal.pk}/edit/")
    actions.edit(company.carol, deal.pk, {"customer_need": "Quiet ones"})
    page.locator("[name=subject]").fill("Four pumps")
    page.get_by_role("button", name="Save", exact=True).click()
    page.wait_for_url(f"**/opportunities/{deal.pk}/")
    kept = Opportunity.objects.get(pk=deal.pk)
    assert (kept.subject, kept.customer_need) == ("Four pumps", "Quiet ones")


def test_without_script_a_deal_is_made_moved_and_closed(
    new_context: Callable[..., BrowserContext], live_server: LiveServer, company: Company, deal: Opportunity
) -> None:
    page = new_context(base_url=live_server.url, java_script_enabled=False).new_page()
    page.set_default_timeout(10_000)
    page.goto("/sign/login/?next=/opportunities/")
    page.fill("[name=login]", "alice@example.com")
    page.fill("[name=password]", PASSWORD)
    page.press("[name=password]", "Enter")
    page.goto(f"/opportunities/{deal.pk}/move/")
    expect(page.get_by_role("heading", level=1)).to_contain_text("Two pumps")
    page.get_by_role("button", name="Develop").click()
    expect(page.locator("body")).to_contain_text("Moved to Develop.")
    page.goto(f"/opportunities/{deal.pk}/close/?outcome=won")
    page.get_by_label("Price").check()
    page.get_by_role("button", name="Close as won").click()
    expect(page.locator(".notice.won")).to_contain_text("Closed as won")
