"""What many tests begin with is made once and its rows kept beside; each test copies them instead of making it again.

Founding the company takes some two hundred statements through the actions, copying it a few. A pytest plugin;
`company` is its fixture.
"""

from __future__ import annotations

from collections.abc import Callable
from copy import copy
from dataclasses import dataclass, field, fields, replace
from typing import Any, ClassVar, Generic, TypeVar

import pytest
from django.apps import apps
from django.core.management import call_command
from django.db import connection
from django.db.models import Model
from pytest_django.plugin import DjangoDbBlocker

from opportune.ledger.lasting import new_edition
from opportune.ledger.models import Edition
from opportune.opportunities.models import Tally
from tests.people import Company, found_company

Made = TypeVar("Made")
NOT_COPIED = {Tally, Edition}
"""The rows of tallies come with those of deals, and no edition is ever given twice."""


@dataclass(eq=False)
class Founded(Generic[Made]):
    """A dataclass of records that is made once, `upon` another; both are there in the tests that ask for it."""

    name: str
    make: Callable[[], Made]
    upon: Founded[Any] | None = None
    _made: list[Made] = field(default_factory=list)
    _copies: list[str] = field(default_factory=list)
    every: ClassVar[list[Founded[Any]]] = []

    def __post_init__(self) -> None:
        self.every.append(self)

    @property
    def made(self) -> Made:
        """What was made, whose rows may be gone."""
        [made] = self._made
        return made

    def keep(self) -> None:
        """Make it and keep its rows, in tables of their own."""
        if self.upon is not None:
            self.upon.copied()
        self._made.append(self.make())
        with connection.cursor() as cursor:
            for model in apps.get_models(include_auto_created=True):
                if not model._meta.managed or not model.__module__.startswith("opportune."):
                    continue
                table = connection.ops.quote_name(model._meta.db_table)
                before = f" EXCEPT SELECT * FROM {self.upon.kept(model)}" if self.upon else ""
                cursor.execute(f"CREATE TABLE {self.kept(model)} AS SELECT * FROM {table}{before}")
                cursor.execute(f"SELECT 1 FROM {self.kept(model)} LIMIT 1")
                if cursor.fetchone() and model not in NOT_COPIED:
                    self._copies.append(f"INSERT INTO {table} SELECT * FROM {self.kept(model)}")
        # numbers go on from here, so that no test gives out an id of what was made
        call_command("flush", interactive=False, verbosity=0, reset_sequences=False)

    def kept(self, model: type[Model]) -> str:
        """Where its rows of a model are kept."""
        return connection.ops.quote_name(f"{self.name}_{model._meta.db_table}")

    def copied(self) -> Made:
        """Its rows and its records as they were when it was made; what it is made upon must be there."""
        with connection.cursor() as cursor:
            for statement in self._copies:
                cursor.execute(statement)
        new_edition()  # everywhere there is one, and what it stands for is kept
        inside: Any = self.made
        values = {each.name: getattr(inside, each.name) for each in fields(inside)}
        records = {name: copy(value) for name, value in values.items() if isinstance(value, Model)}
        again: Made = replace(inside, **records)
        return again


COMPANY = Founded("kept", found_company)


@pytest.fixture(scope="session")
def django_db_setup(django_db_setup: None, django_db_blocker: DjangoDbBlocker) -> None:
    """The empty database of the tests, and beside it the rows of what they begin with."""
    with django_db_blocker.unblock():
        for founded in Founded.every:
            founded.keep()


@pytest.fixture
def company(db: None) -> Company:
    """The company, just founded."""
    return COMPANY.copied()
