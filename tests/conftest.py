"""What every test may ask for: a real browser, and the engine it needs."""

from __future__ import annotations

import gc
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


def pytest_collection_finish() -> None:
    """What has been loaded stays: looking through it for garbage again and again takes a seventh of all time."""
    gc.collect()
    gc.freeze()
    gc.set_threshold(50_000, 20, 50)


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Leave out what asks for PostgreSQL on SQLite, and on PostgreSQL what asks for no database."""
    if connection.vendor == "postgresql":
        # It has run on SQLite, where it did the same.
        config.hook.pytest_deselected(items=[item for item in items if not asks_for_database(item)])
        items[:] = [item for item in items if asks_for_database(item)]
        return
    left_out = pytest.mark.skip(reason="needs PostgreSQL: bin/test runs it there")
    for item in items:
        if item.get_closest_marker("postgres"):
            item.add_marker(left_out)


def asks_for_database(item: pytest.Item) -> bool:
    """Whether a test uses the database of the tests, or needs PostgreSQL for another of its own."""
    asked = {"db", "transactional_db", "django_db_setup"}.intersection(getattr(item, "fixturenames", ()))
    return bool(asked) or any(item.get_closest_marker(name) for name in ("django_db", "postgres"))


@pytest.fixture(scope="session")
def browser_type_launch_args(browser_type_launch_args: dict[str, Any]) -> dict[str, Any]:
    """Playwright drives the Chromium of the system, which `bin/test` names, rather than one of its own."""
    # Playwright keeps an event loop in the thread of the test, where Django would refuse to use the database.
    os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"] = "true"
    browser = os.environ.get("OPPORTUNE_TEST_BROWSER") or shutil.which("chromium")
    return {**browser_type_launch_args, "executable_path": browser, "args": ["--no-sandbox"]}
