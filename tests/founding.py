"""The company is founded once and kept beside; each test copies its rows instead of founding it again.

Founding takes some two hundred statements through the actions, copying a few. A pytest plugin; `company` is its
fixture.
"""

from copy import copy
from dataclasses import replace

import pytest
from django.apps import apps
from django.core.management import call_command
from django.db import connection
from pytest_django.plugin import DjangoDbBlocker

from tests.people import Company, found_company

_copies: list[str] = []
_founded: list[Company] = []


@pytest.fixture(scope="session")
def django_db_setup(django_db_setup: None, django_db_blocker: DjangoDbBlocker) -> None:
    """The empty database of the tests, with the company's rows in tables of their own."""
    with django_db_blocker.unblock():
        _founded.append(found_company())
        with connection.cursor() as cursor:
            for model in apps.get_models(include_auto_created=True):
                if model._meta.managed and model.__module__.startswith("opportune."):
                    table = connection.ops.quote_name(model._meta.db_table)
                    kept = connection.ops.quote_name(f"kept_{model._meta.db_table}")
                    if model._default_manager.exists():
                        cursor.execute(f"CREATE TABLE {kept} AS SELECT * FROM {table}")
                        _copies.append(f"INSERT INTO {table} SELECT * FROM {kept}")
        # numbers go on from here, so that no test gives out an id of the company's
        call_command("flush", interactive=False, verbosity=0, reset_sequences=False)


@pytest.fixture
def company(db: None) -> Company:
    """The company, just founded."""
    with connection.cursor() as cursor:
        for statement in _copies:
            cursor.execute(statement)
    [founded] = _founded
    records = {name: copy(getattr(founded, name)) for name in ("sales", "elsewhere", "hunters", "farmers")}
    return replace(founded, **records)
