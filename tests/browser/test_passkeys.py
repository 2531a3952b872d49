"""Passkeys in a real browser, with an authenticator that Chromium plays; and the look of what is about signing in."""

from __future__ import annotations

from typing import Any

import pytest
from allauth.mfa.models import Authenticator
from playwright.sync_api import Page, expect

from opportune.ledger.models import ChangeSet
from tests.browser.conftest import Seat, Visit
from tests.browser.test_accessibility import faults
from tests.people import PASSWORD, Company
from tests.security.proofs import code_of

pytestmark = [pytest.mark.browser, pytest.mark.long, pytest.mark.django_db(transaction=True)]


def with_authenticator(page: Page, *, verifies: bool = True) -> None:
    """Give the browser a device that holds passkeys and says yes; without `verifies` its owner never proves it."""
    session = page.context.new_cdp_session(page)
    session.send("WebAuthn.enable")
    kept: dict[str, Any] = {
        "protocol": "ctap2",
        "transport": "internal",
        "hasResidentKey": True,
        "hasUserVerification": True,
        "isUserVerified": verifies,
        "automaticPresenceSimulation": True,
    }
    session.send("WebAuthn.addVirtualAuthenticator", {"options": kept})


def prove(page: Page) -> None:
    """Give the password once more, where it is asked for."""
    page.fill("[name=password]", PASSWORD)
    page.click("main button.pri")


def add_passkey(page: Page, name: str = "My laptop") -> None:
    """Add a passkey, which the device makes."""
    page.goto("/sign/passkeys/new/")
    prove(page)
    page.fill("[name=name]", name)
    page.click("[data-passkey]")
    page.get_by_text("12345678").or_(page.locator(".codes, .areas")).first.wait_for()


def sign_out(page: Page) -> None:
    page.goto("/sign/logout/")
    page.click("main button.pri")
    page.wait_for_url("**/sign/login/**")


def test_a_passkey_is_added_and_opens_without_a_password(company: Company, seat: Seat) -> None:
    page = seat(company.alice)
    with_authenticator(page)
    add_passkey(page)
    assert ChangeSet.objects.latest("id").verb == "add_second_factor"
    page.goto("/sign/passkeys/")
    expect(page.locator("main")).to_contain_text("My laptop")
    sign_out(page)
    page.click("[data-passkey]")
    page.wait_for_url("**/pipeline/")
    assert ChangeSet.objects.latest("id").verb == "sign_in"


def test_a_passkey_is_the_second_factor_after_a_password(company: Company, seat: Seat) -> None:
    page = seat(company.alice)
    with_authenticator(page)
    add_passkey(page)
    sign_out(page)
    page.fill("[name=login]", "alice@example.com")
    page.fill("[name=password]", PASSWORD)
    page.press("[name=password]", "Enter")
    page.wait_for_url("**/sign/factor/")
    page.click("[data-passkey]")
    page.wait_for_url("**/pipeline/")


def test_a_passkey_shows_once_more_that_it_is_oneself(company: Company, seat: Seat) -> None:
    page = seat(company.alice)
    with_authenticator(page)
    add_passkey(page)
    page.goto("/sign/passkeys/again/?next=/sign/tokens/")
    page.click("[data-passkey]")
    page.wait_for_url("**/sign/tokens/")


def test_without_a_passkey_the_way_by_password_stays(company: Company, visit: Visit) -> None:
    page = visit()
    with_authenticator(page)
    page.goto("/sign/login/")
    page.click("[data-passkey]")
    expect(page.locator("[data-failed]")).to_be_visible()
    expect(page.locator("[data-failed]")).to_contain_text("sign in another way")


def test_a_passkey_whose_owner_proves_nothing_does_not_open_alone(company: Company, seat: Seat) -> None:
    page = seat(company.alice)
    with_authenticator(page, verifies=False)
    page.goto("/sign/passkeys/new/")
    prove(page)
    page.click("[data-passkey]")
    expect(page.locator("[data-failed]")).to_be_visible()
    assert not Authenticator.objects.exists()


def test_a_removed_passkey_opens_nothing(company: Company, seat: Seat) -> None:
    page = seat(company.alice)
    with_authenticator(page)
    add_passkey(page)
    page.goto("/sign/passkeys/")
    page.get_by_role("link", name="Remove: My laptop").click()
    page.click("main button.danger")
    page.wait_for_url("**/sign/passkeys/")
    assert ChangeSet.objects.latest("id").verb == "remove_second_factor"
    sign_out(page)
    page.click("[data-passkey]")
    page.get_by_role("alert").first.wait_for()
    assert "/sign/login/" in page.url


PAGES = (
    "mine",
    "password/change",
    "app/removal",
    "codes",
    "codes/new",
    "passkeys",
    "passkeys/new",
    "sessions",
    "tokens",
    "tokens/new",
)


def set_up(page: Page) -> None:
    """An authenticator app and a passkey, so that every page has something to show."""
    page.goto("/sign/app/")
    prove(page)
    assert faults(page) == []
    page.fill("[name=code]", code_of(page.input_value("#f-key")))
    page.click("main button.pri")
    page.locator(".codes").wait_for()


@pytest.mark.parametrize(
    ("theme", "language", "phone"),
    [("light", "en", False), pytest.param("dark", "fr", True, marks=pytest.mark.long)],
    ids=["light", "dark, French, phone"],
)
def test_nothing_is_wrong_with_the_pages_about_signing_in(
    company: Company, seat: Seat, theme: str, language: str, phone: bool
) -> None:
    page = seat(company.ada, theme=theme, language=language, phone=phone)
    set_up(page)
    wrong: dict[str, list[str]] = {}
    for address in (*(f"/sign/{name}/" for name in PAGES), "/settings/sign-in/"):
        page.goto(address)
        wrong[address] = faults(page)
        assert page.evaluate("document.documentElement.scrollWidth <= innerWidth"), address
    assert {address: found for address, found in wrong.items() if found} == {}


@pytest.mark.long
def test_nothing_is_wrong_with_the_doors(company: Company, visit: Visit, seat: Seat) -> None:
    set_up(seat(company.alice))
    page = visit()
    for address in ("login", "inactive", "signup", "provider/cancelled"):
        page.goto(f"/sign/{address}/")
        assert faults(page) == [], address
    page.goto("/sign/login/")
    page.fill("[name=login]", "alice@example.com")
    page.fill("[name=password]", PASSWORD)
    page.press("[name=password]", "Enter")
    page.wait_for_url("**/sign/factor/")
    assert faults(page) == []
