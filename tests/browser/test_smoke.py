"""A real browser reaches a running server."""

from __future__ import annotations

import pytest
from playwright.sync_api import Page
from pytest_django.live_server_helper import LiveServer


@pytest.mark.browser
@pytest.mark.django_db(transaction=True)
def test_the_server_says_that_it_is_alive(page: Page, live_server: LiveServer) -> None:
    response = page.goto(f"{live_server.url}/healthz")
    assert response is not None
    assert response.json() == {"alive": True}
    assert "default-src 'none'" in response.headers["content-security-policy"]
