"""A session that ends while somebody types: nothing typed is lost."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.contrib.sessions.models import Session
from playwright.sync_api import expect

from opportune.kernel import clock
from tests.browser.conftest import Seat
from tests.browser.screens import new_opportunity
from tests.people import PASSWORD, Company

pytestmark = [pytest.mark.browser, pytest.mark.long, pytest.mark.django_db(transaction=True)]


def test_what_was_typed_is_sent_after_signing_in_again_in_another_tab(seat: Seat, company: Company) -> None:
    page = seat(company.alice, path="/opportunities/")
    new_opportunity(page)
    form = page.locator("#dialog-body form")
    subject = form.locator("[name=subject]")
    subject.fill("Typed before")
    form.evaluate("form => { form.noValidate = true }")  # it is the server's answer that counts
    Session.objects.update(expire_date=clock.now() - timedelta(seconds=1))
    subject.press("Enter")
    over = page.locator("#side-body")
    expect(over).to_contain_text("What you typed is still here")
    with page.context.expect_page() as opened:
        over.get_by_role("link", name="Sign in").click()
    there = opened.value
    expect(there.get_by_role("status")).to_contain_text("because you had not used Opportune")
    there.fill("[name=login]", "alice@example.com")
    there.fill("[name=password]", PASSWORD)
    there.press("[name=password]", "Enter")
    there.wait_for_url("**/opportunities/")
    there.close()
    page.bring_to_front()
    page.evaluate("dispatchEvent(new Event('focus'))")
    expect(over).to_be_hidden()
    expect(subject).to_have_value("Typed before")
    subject.press("Enter")
    expect(
        form.locator("[aria-invalid='true']").first
    ).to_be_visible()  # it came through: the customer is missing
    expect(subject).to_have_value("Typed before")
