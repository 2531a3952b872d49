"""What every test may ask for: a real browser, and the engine it needs."""

from __future__ import annotations

import os
import shutil
from typing import Any

import pytest
from django.db import connection

pytest_plugins = [
    "tests.founding",
    "tests.deals",
    "tests.doors.callers",
    "tests.properties.profiles",
    "tests.scenarios.hands",
]


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Leave out what asks for PostgreSQL where the tests run on SQLite."""
    if connection.vendor == "postgresql":
        return
    left_out = pytest.mark.skip(reason="needs PostgreSQL: bin/test runs it there")
    for item in items:
        if item.get_closest_marker("postgres"):
            item.add_marker(left_out)


@pytest.fixture(scope="session")
def browser_type_launch_args(browser_type_launch_args: dict[str, Any]) -> dict[str, Any]:
    """Playwright drives the Chromium of the system, which `bin/test` names, rather than one of its own."""
    # Playwright keeps an event loop in the thread of the test, where Django would refuse to use the database.
    os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"] = "true"
    browser = os.environ.get("OPPORTUNE_TEST_BROWSER") or shutil.which("chromium")
    return {**browser_type_launch_args, "executable_path": browser, "args": ["--no-sandbox"]}
