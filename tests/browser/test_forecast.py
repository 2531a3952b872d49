"""The forecast by month in a browser: a card gets another date by mouse, by keys and by its menu."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

import pytest
from playwright.sync_api import Locator, Page, expect

from opportune.opportunities import actions
from opportune.opportunities.models import Opportunity
from opportune.opportunities.months import close_lanes, lane_of
from opportune.opportunities.writing import organisation_today
from tests.browser.conftest import Seat
from tests.browser.screens import card_of, toast
from tests.browser.test_accessibility import faults
from tests.people import Company

pytestmark = [pytest.mark.browser, pytest.mark.long, pytest.mark.django_db(transaction=True)]


@pytest.fixture
def days() -> list[date]:
    """A day in each of the months to come."""
    return [lane.first for lane in close_lanes(organisation_today()) if lane.month and lane.first]


@pytest.fixture
def deal(company: Company, days: list[date]) -> Opportunity:
    """A deal of 1,000 that closes next month, and a late one of 500."""
    company.deal("Spare parts", estimated_value=Decimal(500), estimated_close_on=date(2025, 2, 1))
    return company.deal("Two pumps", estimated_value=Decimal(1000), estimated_close_on=days[1])


def lane_at(page: Page, day: date | None, *, key: str = "") -> Locator:
    """The lane in which a day lies, or that of a key."""
    return page.locator(f".kcol[data-lane='{key or lane_of(day, organisation_today())}']")


def drag_to(page: Page, deal: Opportunity, lane: Locator, *, drop: bool = True) -> None:
    """Drag a card by the mouse over a lane, and let go of it there."""
    start, end = card_of(page, deal).locator(".mo").bounding_box(), lane.bounding_box()
    assert start is not None
    assert end is not None
    page.mouse.move(start["x"] + start["width"] / 2, start["y"] + start["height"] / 2)
    page.mouse.down()
    page.mouse.move(end["x"] + end["width"] / 2, end["y"] + 200, steps=8)
    if drop:
        page.mouse.up()


def test_a_card_is_dragged_to_another_month_and_back(
    seat: Seat, company: Company, deal: Opportunity, days: list[date]
) -> None:
    page = seat(company.alice)
    page.get_by_role("group", name="View as").get_by_role("link", name="Forecast").click()
    expect(lane_at(page, days[1]).locator("header")).to_contain_text("€1,000")
    drag_to(page, deal, lane_at(page, days[2]))
    expect(toast(page)).to_contain_text("Closes in")
    expect(lane_at(page, days[2]).locator("header")).to_contain_text("€1,000")
    expect(lane_at(page, days[1]).locator(".cnt")).to_have_text("0")
    expect(page.locator("#board-sum")).to_have_text("2 open deals · €300 weighted · €1,500 in full")
    toast(page).get_by_role("button", name="Undo").click()
    expect(toast(page)).to_contain_text("Undone.")
    assert Opportunity.objects.get(pk=deal.pk).estimated_close_on == days[1]


def test_the_full_amounts_stay_in_front_when_a_card_is_put_elsewhere(
    seat: Seat, company: Company, deal: Opportunity, days: list[date]
) -> None:
    page = seat(company.alice, path="/forecast/")
    expect(lane_at(page, days[1]).locator("header b")).to_have_text("€200")
    page.get_by_role("group", name="Sums").get_by_role("link", name="Full amount").click()
    page.wait_for_url("**?sums=full")
    expect(lane_at(page, days[1]).locator("header b")).to_have_text("€1,000")
    drag_to(page, deal, lane_at(page, days[2]))
    expect(lane_at(page, days[2]).locator("header b")).to_have_text("€1,000")
    expect(page.locator("#board-sum")).to_have_text("2 open deals · €1,500 · €300 weighted")
    page.get_by_role("group", name="Sums").get_by_role("link", name="Weighted").click()
    expect(lane_at(page, days[2]).locator("header b")).to_have_text("€200")


def test_a_card_does_not_become_late_by_hand(seat: Seat, company: Company, deal: Opportunity) -> None:
    page = seat(company.alice, path="/forecast/")
    late = lane_at(page, None, key="late")
    drag_to(page, deal, late, drop=False)
    expect(late).to_have_class("kcol no")
    expect(late).to_have_attribute(
        "data-reason", "A day that is over is nothing to aim at. Choose a month to come."
    )
    page.mouse.up()
    expect(toast(page)).to_contain_text("Choose a month to come.")
    expect(late.locator(f"#card-{deal.pk}")).to_have_count(0)


def test_by_keys_a_card_goes_a_month_further_and_by_its_menu_further_still(
    seat: Seat, company: Company, deal: Opportunity, days: list[date]
) -> None:
    page = seat(company.alice, path="/forecast/")
    card_of(page, deal).locator("h3 a").focus()
    for key in ("Space", "ArrowRight", "Space"):
        page.keyboard.press(key)
    expect(toast(page)).to_contain_text("Closes in")
    expect(lane_at(page, days[2]).locator(f"#card-{deal.pk} h3 a")).to_be_focused()
    page.keyboard.press("m")
    page.locator(f"#menu:popover-open [data-lane='{lane_of(days[3], organisation_today())}']").press("Enter")
    expect(lane_at(page, days[3]).locator(f"#card-{deal.pk} h3 a")).to_be_focused()


def lanes_of(page: Page) -> list[str]:
    """The keys of the lanes, in the order in which they stand."""
    keys: list[str] = page.locator(".kcol").evaluate_all("(lanes) => lanes.map((lane) => lane.dataset.lane)")
    return keys


def test_a_month_that_has_no_lane_yet_is_chosen_and_gets_one(
    seat: Seat, company: Company, deal: Opportunity, days: list[date]
) -> None:
    company.deal("Some day")
    page = seat(company.alice, path="/forecast/")
    expect(lane_at(page, days[8])).to_have_count(0)
    card_of(page, deal).locator("h3 a").focus()
    page.keyboard.press("m")
    page.locator(f"#menu:popover-open [data-lane='{lane_of(days[8], organisation_today())}']").press("Enter")
    expect(lane_at(page, days[8]).locator(f"#card-{deal.pk} h3 a")).to_be_focused()
    expect(page.locator(f"#card-{deal.pk}")).to_have_count(1)
    expect(lane_at(page, days[8]).locator("header")).to_contain_text("€1,000")
    expect(lane_at(page, days[1]).locator(".cnt")).to_have_text("0")
    keys = [lane_of(day, organisation_today()) for day in (*days[:4], days[8])]
    assert lanes_of(page) == ["late", *keys, "none"]
    drag_to(page, deal, lane_at(page, days[2]))
    expect(lane_at(page, days[2]).locator("header")).to_contain_text("€1,000")
    assert Opportunity.objects.get(pk=deal.pk).estimated_close_on == days[2]


def test_a_lane_that_a_colleague_fills_first_stands_where_it_belongs(
    seat: Seat, company: Company, deal: Opportunity, days: list[date]
) -> None:
    company.deal("Some day")
    page = seat(company.alice, path="/forecast/")
    expect(card_of(page, deal)).to_be_visible()
    later = days[-1].replace(year=days[-1].year + 1)
    actions.edit(company.carol, deal.pk, {"estimated_close_on": later})
    page.evaluate("document.dispatchEvent(new Event('visibilitychange'))")
    expect(lane_at(page, None, key="later").locator(f"#card-{deal.pk}")).to_contain_text("Changed by Carol")
    assert lanes_of(page)[-2:] == ["later", "none"]
    expect(page.locator(f"#card-{deal.pk}")).to_have_count(1)


def test_a_colleague_was_first(seat: Seat, company: Company, deal: Opportunity, days: list[date]) -> None:
    page = seat(company.alice, path="/forecast/")
    expect(card_of(page, deal)).to_be_visible()
    actions.edit(company.carol, deal.pk, {"estimated_close_on": days[3]})
    drag_to(page, deal, lane_at(page, days[2]))
    expect(toast(page)).to_contain_text("Carol changed this first.")
    expect(lane_at(page, days[3]).locator(f"#card-{deal.pk}")).to_be_visible()


@pytest.mark.parametrize("preferences", [{"theme": "light"}, {"theme": "dark", "language": "fr"}])
def test_nothing_is_wrong_with_it(
    seat: Seat, company: Company, deal: Opportunity, preferences: dict[str, str]
) -> None:
    page = seat(company.alice, path="/forecast/", **preferences)
    expect(card_of(page, deal)).to_be_visible()
    assert faults(page) == []
    card_of(page, deal).locator("[data-menu]").click()
    expect(page.locator("#menu:popover-open")).to_be_visible()
    assert faults(page) == []
