"""Choosing a customer in a real browser: lately used ones, by type, and a new one without losing the form."""

from __future__ import annotations

import pytest
from playwright.sync_api import Locator, Page, expect
from pytest_django.live_server_helper import LiveServer

from opportune.customers.models import Account, Contact
from opportune.opportunities.models import Opportunity
from tests.people import PASSWORD, found_company


@pytest.mark.browser
@pytest.mark.long
@pytest.mark.django_db(transaction=True)
def test_a_customer_is_made_in_place_and_the_form_is_kept(page: Page, live_server: LiveServer) -> None:
    company = found_company()
    company.account("Northwind")
    page.goto(f"{live_server.url}/opportunities/new/")
    page.fill("input[name=login]", "alice@example.com")
    page.fill("input[name=password]", PASSWORD)
    page.click("button[type=submit], form button")
    form = page.locator("form.dlg")
    form.locator("#f-subject").fill("Two pumps")
    picker = form.locator("op-combobox[data-name=customer]")
    picker.get_by_role("combobox", name="Customer").click()
    expect(picker.get_by_role("option", name="Northwind")).to_be_visible()
    picker.locator("select").select_option("contact")
    expect(picker.get_by_role("option", name="Northwind")).to_have_count(0)
    picker.locator("#f-customer").press_sequentially("Zoé Durand")
    picker.get_by_role("option", name="New contact “Zoé Durand”…").click()
    made = picker.locator("[data-made]")
    expect(made.locator("#new-first_name")).to_have_value("Zoé")
    made.locator("#new-email").fill("nobody")
    made.get_by_role("button", name="Create and choose").click()
    expect(made.locator("#new-email")).to_have_attribute("aria-invalid", "true")
    made.locator("#new-email").fill("zoe@example.com")
    made.locator("#new-email").press("Enter")
    expect(picker.locator("#f-customer")).to_have_value("Zoé Durand")
    expect(form.locator("#f-subject")).to_have_value("Two pumps")
    form.get_by_role("button", name="Create", exact=True).click()
    expect(page.get_by_role("heading", name="Two pumps")).to_be_visible()
    assert Opportunity.objects.get().contact_id == Contact.objects.get().pk


@pytest.mark.browser
@pytest.mark.long
@pytest.mark.django_db(transaction=True)
def test_a_customer_that_is_there_is_chosen_instead_or_made_anyway(
    page: Page, live_server: LiveServer
) -> None:
    company = found_company()
    there = company.account("Northwind", city="Lyon")
    page.goto(f"{live_server.url}/opportunities/new/")
    page.fill("input[name=login]", "alice@example.com")
    page.fill("input[name=password]", PASSWORD)
    page.click("button[type=submit], form button")
    picker = page.locator("form.dlg op-combobox[data-name=customer]")

    def make() -> Locator:
        picker.locator("#f-customer").fill("")
        picker.locator("#f-customer").press_sequentially("Northwind")
        picker.get_by_role("option", name="New account “Northwind”…").click()
        made = picker.locator("[data-made]")
        made.get_by_role("button", name="Create and choose").click()
        expect(made.get_by_role("alert")).to_contain_text("Northwind (Lyon)")
        return made

    make().get_by_role("button", name="Choose Northwind (Lyon)").press("Enter")
    expect(picker.locator("[data-made]")).to_have_count(0)
    expect(picker.locator("input[name=customer]")).to_have_value(f"account:{there.pk}")
    make().get_by_role("button", name="Create anyway").click()
    expect(picker.locator("[data-made]")).to_have_count(0)
    assert Account.objects.filter(name="Northwind").count() == 2
    another = Account.objects.latest("id")
    expect(picker.locator("input[name=customer]")).to_have_value(f"account:{another.pk}")
