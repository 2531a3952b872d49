"""The board while a card is in somebody's hand: lanes that would refuse it say why, by mouse and by keys."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

import pytest
from playwright.sync_api import Route, expect

from opportune.opportunities import actions
from opportune.opportunities.models import Opportunity
from opportune.process.actions import require_step
from tests.browser.conftest import Seat
from tests.browser.screens import (
    card_of,
    column_of,
    drag,
    expect_column,
    sales_stages,
    toast,
)
from tests.browser.test_accessibility import faults
from tests.people import Company

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

FIRM = "These stages cannot be skipped: Develop."


@pytest.fixture
def deal(company: Company) -> Opportunity:
    """A deal of 1,000 in the first stage, beside one of 500."""
    company.deal("Spare parts", estimated_value=Decimal(500), estimated_close_on=date(2031, 2, 1))
    return company.deal("Two pumps", estimated_value=Decimal(1000), estimated_close_on=date(2031, 1, 31))


def test_while_dragging_lanes_that_would_refuse_say_why_and_take_nothing(
    seat: Seat, company: Company, deal: Opportunity
) -> None:
    qualify, develop, propose, close = sales_stages()
    page = seat(company.alice)
    drag(page, deal, propose, drop=False)
    for firm in (propose, close):
        expect(column_of(page, firm)).to_have_class("kcol no")
    expect(column_of(page, propose)).to_have_attribute("data-reason", FIRM)
    expect(column_of(page, develop)).to_have_class("kcol")
    page.mouse.up()
    expect(toast(page)).to_contain_text(FIRM)
    expect(column_of(page, qualify).locator(f"#card-{deal.pk}")).to_have_count(1)
    expect(column_of(page, propose)).to_have_class("kcol")
    assert Opportunity.objects.get(pk=deal.pk).stage_id == qualify.id


def test_a_lane_under_the_card_refuses_it_as_soon_as_the_answer_comes(
    seat: Seat, company: Company, deal: Opportunity
) -> None:
    _, _, propose, _ = sales_stages()
    page = seat(company.alice)
    asked: list[Route] = []
    page.route("**/destinations/?*", lambda route: asked.append(route))
    drag(page, deal, propose, drop=False)
    expect(column_of(page, propose)).to_have_class("kcol over")
    for route in asked:
        route.continue_()
    expect(column_of(page, propose)).to_have_class("kcol no")


def test_a_lane_that_asks_for_a_step_says_for_which_and_may_be_tried(
    seat: Seat, company: Company, deal: Opportunity
) -> None:
    _, develop, *_ = sales_stages()
    budget = next(step for step in sales_stages()[0].steps if step.field == "budget")
    require_step(company.ada, budget.id, is_required=True)
    page = seat(company.alice)
    drag(page, deal, develop, drop=False)
    expect(column_of(page, develop)).to_have_attribute(
        "data-reason", "Required before the next stage: Budget."
    )
    expect(column_of(page, develop)).to_contain_class("kcol asks over")
    page.mouse.up()
    expect(page.locator("#dialog[open]")).to_contain_text("Before Develop")


def test_by_keys_a_lane_that_would_refuse_is_heard_and_takes_nothing(
    seat: Seat, company: Company, deal: Opportunity
) -> None:
    qualify, _, propose, _ = sales_stages()
    page = seat(company.alice)
    card_of(page, deal).locator("h3 a").focus()
    page.keyboard.press("Space")
    expect(column_of(page, propose)).to_have_class("kcol no")
    page.keyboard.press("ArrowRight")
    page.keyboard.press("ArrowRight")
    expect(page.locator("[aria-live=polite].vh")).to_contain_text(f"Over Propose. {FIRM}")
    page.keyboard.press("Space")
    expect(toast(page)).to_contain_text(FIRM)
    expect(column_of(page, qualify).locator(f"#card-{deal.pk} h3 a")).to_be_focused()
    expect(column_of(page, propose)).to_have_class("kcol")


def test_whoever_may_only_read_is_told_so_by_every_lane(
    seat: Seat, company: Company, deal: Opportunity
) -> None:
    _, develop, *_ = sales_stages()
    page = seat(company.rita)
    drag(page, deal, develop, drop=False)
    expect(page.locator(".kcol.no")).to_have_count(4)
    page.mouse.up()
    expect(toast(page)).to_contain_text("You do not have the right to do this.")


@pytest.mark.parametrize("preferences", [{"theme": "light"}, {"theme": "dark", "language": "fr"}])
def test_nothing_is_wrong_with_a_card_in_hand(
    seat: Seat, company: Company, deal: Opportunity, preferences: dict[str, str]
) -> None:
    _, _, propose, _ = sales_stages()
    page = seat(company.alice, **preferences)
    card_of(page, deal).locator("h3 a").focus()
    page.keyboard.press("Space")
    expect(column_of(page, propose)).to_have_class("kcol no")
    # what is faded is out of reach for as long as the card is held: nothing that one has to read
    page.evaluate("document.querySelectorAll('.kcol.no > *').forEach((one) => one.ariaHidden = 'true')")
    page.evaluate("document.querySelectorAll('.kcol.no').forEach((one) => one.inert = true)")
    assert faults(page) == []


def test_bobs_move_meanwhile_sends_the_card_back_and_names_him(
    seat: Seat, company: Company, deal: Opportunity
) -> None:
    qualify, develop, *_ = sales_stages()
    page = seat(company.alice)
    expect_column(page, qualify, 2, "€1,500", "€300")
    actions.move(company.carol, deal.pk, wish="update", chance=Decimal(35))
    drag(page, deal, develop)
    expect(toast(page)).to_contain_text("Carol")
    expect(column_of(page, qualify).locator(f"#card-{deal.pk}")).to_have_count(1)
    assert Opportunity.objects.get(pk=deal.pk).stage_id == qualify.id
