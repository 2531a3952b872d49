"""People at a browser: Debian's Chromium, the running server, and a page that notes what it complains of."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from django.conf import settings
from django.core.cache import cache
from django.test import Client
from playwright.sync_api import BrowserContext, ConsoleMessage, Page
from pytest_django.live_server_helper import LiveServer

from opportune.identity.actions import change_preferences
from opportune.identity.actor import Actor
from opportune.identity.models import User
from tests.people import PASSWORD

DESKTOP = {"viewport": {"width": 1280, "height": 800}}
PHONE = {
    "viewport": {"width": 390, "height": 844},
    "has_touch": True,
    "is_mobile": True,
    "device_scale_factor": 2,
}
# Chromium and htmx note every refusal and every lost request: those are answers here, not mistakes.
ANSWERS = re.compile(
    r"Failed to load resource: (the server responded with a status of (403|404|409|422)"
    r"|net::ERR_(INTERNET_DISCONNECTED|FAILED))"
    r"|Response Status Error Code (409|422) from"
    r"|htmx:(sendError|afterRequest)"
)

# A page can be clicked on once it is loaded: what it shows stands there a moment before its scripts run.
PATIENT = """
const still = new CSSStyleSheet();
still.replaceSync("html { pointer-events: none !important }");
document.adoptedStyleSheets.push(still);
addEventListener("load", () => {
  document.adoptedStyleSheets = document.adoptedStyleSheets.filter((sheet) => sheet !== still);
});
"""

Seat = Callable[..., Page]
Visit = Callable[..., Page]


class Complaints(list[str]):
    """What pages logged as errors, threw, or were kept from by the content security policy."""

    def listen(self, page: Page) -> None:
        """Note what a page complains of from here on."""
        page.on("console", self._console)
        page.on("pageerror", lambda error: self.append(f"thrown: {error}"))

    def _console(self, message: ConsoleMessage) -> None:
        if message.type == "error" and not ANSWERS.search(message.text):
            self.append(f"console: {message.text}")


@pytest.fixture
def complaints() -> Iterator[Complaints]:
    """The complaints of all pages of a test, of which there must be none at its end."""
    noted = Complaints()
    yield noted
    assert noted == []


@pytest.fixture
def visit(
    new_context: Callable[..., BrowserContext],
    live_server: LiveServer,
    complaints: Complaints,
    settings: Any,
) -> Visit:
    """A page of somebody who has not signed in, on a `phone` or with another `locale` if asked for."""
    cache.clear()  # how often somebody tried to sign in
    settings.BASE_URL = live_server.url

    def visited(*, phone: bool = False, **context: Any) -> Page:
        kind = {**(PHONE if phone else DESKTOP), "reduced_motion": "reduce", **context}
        page = new_context(base_url=live_server.url, **kind).new_page()
        page.set_default_timeout(10_000)
        if context.get("java_script_enabled", True):
            page.add_init_script(PATIENT)
        complaints.listen(page)
        return page

    return visited


@pytest.fixture
def seat(visit: Visit, live_server: LiveServer) -> Seat:
    """The page of somebody who has signed in; their `language` and `theme` as asked for."""

    def seated(actor: Actor, *, path: str = "/pipeline/", phone: bool = False, **preferences: str) -> Page:
        if preferences:
            change_preferences(actor, **preferences)
        page = visit(phone=phone)
        client = Client()
        client.force_login(
            User.objects.get(pk=actor.person_id or 0), backend="django.contrib.auth.backends.ModelBackend"
        )
        cookie = client.cookies[settings.SESSION_COOKIE_NAME]
        page.context.add_cookies([{"name": cookie.key, "value": cookie.value, "url": live_server.url}])
        page.goto(path)
        return page

    return seated


@pytest.fixture
def sign_in(visit: Visit) -> Seat:
    """The page of somebody who signed in by the sign-in page."""

    def signed_in(actor: Actor, *, path: str = "/pipeline/") -> Page:
        page = visit()
        page.goto(f"/sign/login/?next={path}")
        page.fill("[name=login]", User.objects.get(pk=actor.person_id or 0).email)
        page.fill("[name=password]", PASSWORD)
        page.press("[name=password]", "Enter")
        page.wait_for_url(f"**{path}")
        return page

    return signed_in
