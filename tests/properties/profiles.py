"""How hard the property tests look: always at the same few examples, with `--all` at many random ones.

A pytest plugin. `bin/test --all` is what does not leave the long tests out.
"""

from collections.abc import Iterator
from contextlib import contextmanager

import pytest
from django.db import connection, transaction
from hypothesis import HealthCheck, settings

# A company that stands for all examples of a test is meant; each example is forgotten in itself.
SLOW_AND_SHARED = (
    HealthCheck.function_scoped_fixture,
    HealthCheck.too_slow,
    HealthCheck.data_too_large,
    HealthCheck.filter_too_much,
)
settings.register_profile(
    "short",
    max_examples=50,
    deadline=None,
    derandomize=True,
    database=None,
    suppress_health_check=SLOW_AND_SHARED,
)
settings.register_profile(
    "long", max_examples=800, deadline=None, print_blob=True, suppress_health_check=SLOW_AND_SHARED
)


def pytest_configure(config: pytest.Config) -> None:
    """Choose the profile by what is left out."""
    settings.load_profile("short" if "not long" in str(config.getoption("markexpr")) else "long")


def few(share: int) -> settings:
    """One in so many of the usual examples, for tests of which each does much in the database."""
    usual = settings.default
    assert usual is not None
    return settings(max_examples=max(1, usual.max_examples // share))


@contextmanager
def forgotten() -> Iterator[None]:
    """What happens in this block holds, and is then forgotten."""
    with transaction.atomic():
        yield
        connection.check_constraints()
        transaction.set_rollback(True)
