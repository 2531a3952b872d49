"""The board under a finger, on a phone: a card is held, dragged over the edge into the next column, and let go."""

from __future__ import annotations

from decimal import Decimal

import pytest
from playwright.sync_api import Page, expect

from opportune.opportunities.models import Opportunity
from opportune.process.queries import StagePicture
from tests.browser.conftest import Seat
from tests.browser.fingers import Finger, middle_of
from tests.browser.screens import answered, card_of, column_of, sales_stages, toast
from tests.people import Company

pytestmark = [pytest.mark.browser, pytest.mark.long, pytest.mark.django_db(transaction=True)]

ARRIVED = """lane => new Promise((arrived) => {
  const column = document.querySelector(`.kcol[data-lane="${lane}"]`);
  const look = () => (column.getBoundingClientRect().left < 140 ? arrived() : requestAnimationFrame(look));
  look();
})"""


@pytest.fixture
def deal(company: Company) -> Opportunity:
    """A deal of Alice's in Qualify."""
    return company.deal("Two pumps", account_id=company.account().pk, estimated_value=Decimal(1000))


def into_view(page: Page, finger: Finger, stage: StagePicture) -> None:
    """Hold the card at the right edge until a column has come along, and move over that."""
    finger.slide(375, 420)
    page.evaluate(ARRIVED, str(stage.id))
    finger.slide(190, 420, steps=4)


def stage_of(deal: Opportunity) -> str:
    deal.refresh_from_db()
    return str(deal.stage.key if deal.stage else "")


@pytest.fixture
def page(company: Company, deal: Opportunity, seat: Seat) -> Page:
    """The board on a phone, with the deal in sight."""
    page = seat(company.alice, phone=True)
    card_of(page, deal).scroll_into_view_if_needed()
    return page


def test_a_card_is_dragged_by_a_finger_into_the_next_column(page: Page, deal: Opportunity) -> None:
    develop = column_of(page, sales_stages()[1])
    finger = Finger(page)
    finger.take_up(deal)
    into_view(page, finger, sales_stages()[1])
    expect(develop).to_have_class("kcol over")
    with answered(page, "**/move/"):
        finger.lift()
    expect(develop.locator(".kc")).to_contain_text("Two pumps")
    expect(toast(page)).to_contain_text("Moved to Develop.")
    assert stage_of(deal) == "develop"


def test_a_card_comes_back_from_a_column_that_refuses_it_and_says_why(page: Page, deal: Opportunity) -> None:
    qualify, _, propose, _ = sales_stages()
    finger = Finger(page)
    finger.take_up(deal)
    into_view(page, finger, propose)
    expect(column_of(page, propose)).to_have_class("kcol no")
    finger.lift()
    expect(toast(page)).to_contain_text("These stages cannot be skipped: Develop.")
    expect(column_of(page, qualify).locator(".kc")).to_contain_text("Two pumps")
    expect(column_of(page, propose).locator(".kc")).to_have_count(0)
    assert stage_of(deal) == "qualify"


def test_a_finger_that_does_not_wait_moves_the_board_and_no_card(page: Page, deal: Opportunity) -> None:
    board = page.locator(".kb")
    before = board.evaluate("board => board.scrollLeft")
    finger = Finger(page)
    finger.press(*middle_of(card_of(page, deal).locator(".mo")))
    finger.slide(20, finger.at[1])
    expect(board).not_to_have_attribute("data-dragging", "")
    finger.lift()
    assert board.evaluate("board => board.scrollLeft") > before
    assert stage_of(deal) == "qualify"


def test_a_touch_that_is_taken_away_by_the_phone_moves_nothing(page: Page, deal: Opportunity) -> None:
    """A call that comes in ends the touch without a drop."""
    finger = Finger(page)
    finger.take_up(deal)
    into_view(page, finger, sales_stages()[1])
    finger.lose()
    expect(page.locator(".kb")).not_to_have_attribute("data-dragging", "")
    expect(column_of(page, sales_stages()[0]).locator(".kc")).to_contain_text("Two pumps")
    page.wait_for_load_state("networkidle")
    assert stage_of(deal) == "qualify"


def test_the_column_under_a_finger_that_rests_at_the_edge_is_the_one_that_gets_the_card(
    page: Page, deal: Opportunity
) -> None:
    """The board moves on below the finger: what was there when it came counts no more."""
    finger = Finger(page)
    finger.take_up(deal)
    finger.slide(375, 420)
    close = column_of(page, sales_stages()[3])
    expect(close).to_have_class("kcol no")
    expect(close).to_be_in_viewport(ratio=0.9)
    expect(column_of(page, sales_stages()[1])).to_have_class("kcol")
    finger.lift()
    expect(toast(page)).to_contain_text("These stages cannot be skipped: Develop")
    assert stage_of(deal) == "qualify"


def test_on_a_phone_the_board_has_its_sums_its_owners_and_its_past(page: Page, deal: Opportunity) -> None:
    expect(page.locator("#board-sum")).to_be_in_viewport()
    expect(page.locator("#board-sum")).to_have_text("1 open deal · €1,000 · €200 weighted")
    expect(page.get_by_role("button", name="Filter")).to_be_in_viewport(ratio=1)
    page.get_by_role("button", name="Filter").tap()
    page.get_by_label("Owner", exact=True).select_option("me")
    page.get_by_role("button", name="Apply").tap()
    expect(page.locator(".chip", has_text="Alice")).to_have_count(1)
    page.get_by_role("button", name="Filter", exact=True).tap()
    page.locator("#filter").get_by_label("As of").fill("2026-01-31")
    page.get_by_role("button", name="Apply").tap()
    expect(page.get_by_text("As it stood at the end of")).to_be_visible()
    expect(page.locator(".kc")).to_have_count(0)
    assert page.evaluate("document.documentElement.scrollWidth") == 390


def test_on_a_desk_the_filter_keeps_the_day(company: Company, deal: Opportunity, seat: Seat) -> None:
    page = seat(company.alice, path="/pipeline/?as_of=2026-01-31")
    page.get_by_role("button", name="Filter", exact=True).click()
    expect(page.locator("#filter").get_by_label("Owner", exact=True)).to_be_visible()
    expect(page.locator("#filter").get_by_label("As of")).to_be_hidden()
    page.locator("#filter").get_by_label("Contains").fill("pumps")
    page.get_by_role("button", name="Apply").click()
    expect(page.get_by_text("As it stood at the end of")).to_be_visible()
