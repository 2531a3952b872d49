"""Lists and close reasons are edited beside a half-filled form, which stays as it is."""

from decimal import Decimal

import pytest
from playwright.sync_api import expect

from opportune.opportunities import actions
from opportune.opportunities.models import Opportunity
from opportune.opportunities.writing import organisation_today
from opportune.reference.queries import reason_by_code
from tests.browser.conftest import Seat
from tests.browser.screens import answered
from tests.people import Company

pytestmark = [pytest.mark.browser, pytest.mark.long, pytest.mark.django_db(transaction=True)]


@pytest.fixture
def deal(company: Company) -> Opportunity:
    """A deal of the administrator's, from a trade show."""
    account = company.account(owner=company.ada)
    return actions.create(
        company.ada, {"subject": "Two pumps", "account_id": account.pk, "source": "trade_show"}
    )


def test_a_choice_is_added_beside_a_half_filled_form(company: Company, deal: Opportunity, seat: Seat) -> None:
    page = seat(company.ada, path=f"/opportunities/{deal.pk}/edit/")
    page.get_by_label("Subject").fill("Three pumps")
    page.get_by_role("link", name="Edit this list: Source").click()
    dialog = page.locator("#second-dialog")
    expect(dialog).to_be_visible()
    dialog.get_by_label("New choice, in English").fill("Fair")
    dialog.get_by_role("button", name="Add").click()
    expect(dialog.get_by_label("English name of Fair")).to_have_value("Fair")
    dialog.get_by_role("button", name="Close").click()
    expect(dialog).to_be_hidden()
    source = page.get_by_label("Source", exact=True)
    expect(source).to_have_value("trade_show")
    source.select_option(label="Fair")
    expect(page.get_by_label("Subject")).to_have_value("Three pumps")
    page.get_by_role("button", name="Save", exact=True).click()
    expect(page.get_by_role("heading", name="Three pumps")).to_be_visible()
    deal.refresh_from_db()
    assert deal.source == "fair"


def test_a_reason_is_made_beside_the_close_form(company: Company, deal: Opportunity, seat: Seat) -> None:
    page = seat(company.ada, path=f"/opportunities/{deal.pk}/")
    page.get_by_role("link", name="Close as lost").click()
    form = page.locator("#dialog")
    form.get_by_label("What happened").fill("They went for the cheapest.")
    form.get_by_role("link", name="New reason").click()
    new = page.locator("#second-dialog")
    new.get_by_label("Name, in English").fill("Too slow")
    new.get_by_role("button", name="Add").click()
    expect(new).to_be_hidden()
    expect(form.get_by_label("Too slow")).to_be_checked()
    expect(form.get_by_label("What happened")).to_have_value("They went for the cheapest.")


def test_close_reasons_are_ordered_by_mouse_and_by_keyboard(company: Company, seat: Seat) -> None:
    page = seat(company.ada, path="/settings/close-reasons/")
    codes = page.locator("#reasons ol").first.locator(".code")
    one, other = codes.all_inner_texts()[:2]
    first, second = page.locator("#reasons ol").first.locator(".orow").all()[:2]
    grip, below = first.locator(".gr").bounding_box(), second.bounding_box()
    assert grip
    assert below
    page.mouse.move(grip["x"] + 8, grip["y"] + 8)
    page.mouse.down()
    page.mouse.move(below["x"] + 30, below["y"] + 30, steps=10)
    page.wait_for_timeout(120)
    page.mouse.move(below["x"] + 32, below["y"] + 34, steps=2)
    page.mouse.up()
    expect(page.locator(".toast")).to_contain_text("Order changed.")
    assert codes.all_inner_texts()[:2] == [other, one]
    page.locator("#reasons ol").first.locator(".gr").nth(1).focus()
    page.keyboard.press("Space")
    page.keyboard.press("ArrowUp")
    with answered(page, "**/place/"):
        page.keyboard.press("Space")
    expect(codes.first).to_have_text(one)
    expect(page.locator("#reasons ol").first.locator(".gr").first).to_be_focused()
    page.keyboard.press("Enter")
    page.get_by_role("menuitem", name="Move down").press("Enter")
    expect(codes.first).to_have_text(other)


def test_a_name_is_saved_as_it_is_left_and_a_used_reason_stays(
    company: Company, deal: Opportunity, seat: Seat
) -> None:
    actions.edit(company.ada, deal.pk, {"estimated_value": Decimal(1000)})
    actions.close(company.ada, deal.pk, outcome="won", reason="PRICE_W", on=organisation_today())
    page = seat(company.ada, path="/settings/close-reasons/")
    name = page.get_by_label("English name of Price").first
    name.fill("A fair price")
    name.press("Tab")
    expect(page.locator(".toast")).to_contain_text("Saved.")
    assert reason_by_code("PRICE_W").name_en == "A fair price"
    line = page.locator(".orow", has=page.get_by_text("PRICE_W", exact=True))
    line.get_by_role("button", name="Actions for").click()
    line.get_by_role("menuitem", name="Delete").click()
    expect(page.locator(".toast[role=alert]")).to_contain_text("1 opportunity was closed for")
