"""Naming a customer by hand in a real browser: left by Tab, made in place after a refusal, and without script."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import Locator, Page, expect

from opportune.customers.models import Account
from opportune.opportunities.models import Opportunity
from tests.browser.conftest import Seat, Visit
from tests.people import PASSWORD, Company

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]
NEW = "/opportunities/new/"


def customer(page: Page) -> Locator:
    """The field of a new deal's customer."""
    return page.locator("#f-customer")


def holds(page: Page, account: Account) -> None:
    """The picker has chosen an account."""
    expect(page.locator("input[type=hidden][name=customer]")).to_have_value(f"account:{account.pk}")
    expect(customer(page)).to_have_value(account.name)


def test_tab_takes_what_is_marked_or_the_only_one_of_the_name(seat: Seat, company: Company) -> None:
    north, south = company.account("Northwind"), company.account("Épicerie du Sud")
    page = seat(company.alice, path=NEW)
    page.locator("#f-subject").fill("Pumps")
    customer(page).press_sequentially("Northw")
    expect(page.get_by_role("option", name="Northwind")).to_have_attribute("aria-selected", "true")
    customer(page).press("Tab")
    holds(page, north)
    expect(page.locator("#f-estimated_value")).to_be_focused()
    # before anything was offered
    customer(page).fill("epicerie DU sud")
    customer(page).press("Tab")
    holds(page, south)
    customer(page).press("Shift+Tab")
    holds(page, south)
    page.locator("button.pri").click()
    page.wait_for_url(re.compile(r"/opportunities/\d+/$"))
    assert Opportunity.objects.get().account_id == south.pk


def test_tab_makes_nobody_and_fills_in_nothing_of_itself(seat: Seat, company: Company) -> None:
    company.account("Northwind")
    page = seat(company.alice, path=NEW)
    customer(page).click()
    expect(page.get_by_role("option", name="Northwind")).to_be_visible()
    customer(page).press("Tab")
    expect(customer(page)).to_have_value("")
    customer(page).press_sequentially("Nobody")
    expect(page.get_by_role("option", name="New account “Nobody”…")).to_be_visible()
    customer(page).press("Tab")
    expect(page.get_by_role("listbox", name="Customer")).to_be_hidden()
    expect(page.locator("[data-made]")).to_have_count(0)
    expect(customer(page)).to_have_value("Nobody")


def test_what_is_typed_for_a_new_account_is_not_lost_to_the_form_around_it(
    seat: Seat, company: Company
) -> None:
    page = seat(company.alice, path=NEW)
    create = page.get_by_role("button", name="Create", exact=True)
    customer(page).fill("Contoso")
    create.click()
    expect(page.get_by_role("alert")).to_contain_text("2 values cannot be saved.")
    customer(page).fill("")
    customer(page).press_sequentially("Contoso SA")
    page.get_by_role("option", name="New account “Contoso SA”…").click()
    page.locator("#new-city").fill("Lyon")
    create.click()
    expect(page.locator("[data-made] [role=alert]")).to_have_text(
        "Create the account first, or discard its form."
    )
    make = page.get_by_role("button", name="Create and choose")
    expect(make).to_be_focused()
    expect(page.locator("#new-city")).to_have_value("Lyon")
    make.press("Enter")
    expect(page.locator("op-combobox[data-name=customer] [role=status]")).to_have_text(
        "“Contoso SA” was created and is chosen."
    )
    holds(page, Account.objects.get(city="Lyon"))
    expect(page.locator("#err-customer")).to_have_count(0)
    expect(customer(page)).not_to_have_attribute("aria-invalid", "true")
    expect(page.get_by_role("alert").first).to_contain_text("1 value cannot be saved.")
    page.locator("#f-subject").fill("Pumps")
    create.click()
    page.wait_for_url(re.compile(r"/opportunities/\d+/$"))


def test_without_script_a_customer_is_named_and_one_of_namesakes_chosen(
    visit: Visit, company: Company
) -> None:
    company.account("Northwind", city="Lyon")
    meant = company.account("Northwind", city="Lille")
    page = visit(java_script_enabled=False)
    page.goto(f"/sign/login/?next={NEW}")
    page.fill("[name=login]", "alice@example.com")
    page.fill("[name=password]", PASSWORD)
    page.press("[name=password]", "Enter")
    page.wait_for_url(f"**{NEW}")
    page.locator("#f-subject").fill("Pumps")
    customer(page).fill("Northwind")
    page.get_by_role("button", name="Create", exact=True).click()
    expect(page.locator("#err-customer")).to_contain_text("Several have this name.")
    expect(customer(page)).to_have_value("Northwind")
    page.get_by_role("radio", name="Northwind Lille").check()
    page.get_by_role("button", name="Create", exact=True).click()
    page.wait_for_url(re.compile(r"/opportunities/\d+/$"))
    assert Opportunity.objects.get().account_id == meant.pk
