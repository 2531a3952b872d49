"""A deal’s campaign and segment in a real browser, by the keyboard alone: one narrows the other."""

from __future__ import annotations

import pytest
from playwright.sync_api import Locator, expect

from opportune.campaigns.actions import create_campaign, create_segment
from tests.browser.conftest import Seat
from tests.people import Company

pytestmark = [pytest.mark.browser, pytest.mark.long, pytest.mark.django_db(transaction=True)]


def chosen(field: Locator, name: str) -> None:
    """Choose from a picker by typing."""
    field.focus()
    field.fill("")
    field.press_sequentially(name)
    option = field.page.get_by_role("option", name=name)
    expect(option).to_be_visible()
    field.press("Enter")
    expect(field).to_have_value(name)


def test_a_campaign_brings_its_only_segment_and_narrows_the_segments(seat: Seat, company: Company) -> None:
    running = {"is_activated": True}
    spring = create_campaign(company.alice, {"name": "Spring fair", **running})
    autumn = create_campaign(company.alice, {"name": "Autumn fair", **running})
    create_campaign(company.alice, {"name": "Winter fair"})
    create_segment(company.alice, {"name": "Mills", "campaign_id": spring.pk})
    for name in ("Forges", "Foundries"):
        create_segment(company.alice, {"name": name, "campaign_id": autumn.pk})
    deal = company.deal()
    page = seat(company.alice)
    page.goto(f"/opportunities/{deal.pk}/edit/")
    campaign, segment = page.locator("#f-campaign_id"), page.locator("#f-segment_id")
    campaign.press_sequentially("Winter")
    expect(page.get_by_role("listbox", name="Campaign").get_by_text("Nothing found")).to_be_visible()
    chosen(campaign, "Spring fair")
    expect(segment).to_have_value("Mills")
    chosen(campaign, "Autumn fair")
    expect(segment).to_have_value("")
    segment.focus()
    segment.press("ArrowDown")
    offered = page.locator("#list-segment_id [role=option] > span")
    expect(offered.first).to_be_visible()
    expect(offered).to_have_text(["Forges", "Foundries"])
    segment.press("ArrowDown")
    segment.press("Enter")
    expect(segment).to_have_value("Foundries")
    page.locator("#f-subject").press("Enter")
    expect(page.get_by_role("link", name="Autumn fair")).to_be_visible()
    deal.refresh_from_db()
    assert deal.campaign_id == autumn.pk
