"""Lists and close reasons are edited beside a half-filled form, which stays as it is."""

import pytest
from playwright.sync_api import expect

from opportune.opportunities import actions
from opportune.opportunities.models import Opportunity
from tests.browser.conftest import Seat
from tests.people import Company

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


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
