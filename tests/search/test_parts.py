"""On PostgreSQL the entries of each kind are a part of their own."""

from importlib import import_module
from types import SimpleNamespace

import pytest
from django.db import connection

from opportune.search.index import entry_of
from opportune.search.models import SearchEntry
from opportune.search.queries import find
from opportune.search.sources import SOURCES, entry_ids
from tests.people import Company

MIGRATION = import_module("opportune.search.migrations.0004_parts")

pytestmark = [pytest.mark.django_db, pytest.mark.postgres]


def told(statement: str) -> list[str]:
    """The first column of what a statement gives."""
    with connection.cursor() as cursor:
        cursor.execute(statement)
        return [row[0] for row in cursor.fetchall()] if cursor.description else []


def is_walked(kind: str) -> bool:
    """Whether the newest entries of a kind with a word are looked for by reading through them, newest first."""
    entries = SearchEntry.objects.filter(id__range=entry_ids(kind), text__like="%pump%")
    return "Backward" in entries.order_by("-id")[:100].explain()


@pytest.mark.parametrize("kind", SOURCES)
def test_every_kind_has_a_part(kind: str) -> None:
    SearchEntry.objects.bulk_create([entry_of(kind, 1, " pump")])
    assert told("SELECT tableoid::regclass::text FROM search_searchentry") == [f"search_searchentry_{kind}"]


def test_the_parts_are_those_of_the_kinds_there_are() -> None:
    assert {kind: source.number for kind, source in SOURCES.items()} == MIGRATION.KINDS


def test_a_kind_that_has_not_the_word_is_not_read_through() -> None:
    SearchEntry.objects.bulk_create(entry_of("opportunity", n, f" pump {n}") for n in range(1, 3001))
    SearchEntry.objects.bulk_create(entry_of("account", n, f" northwind {n}") for n in range(1, 3001))
    told("ANALYZE search_searchentry")
    assert not is_walked("account")
    assert is_walked("opportunity")


def test_parts_are_joined_and_made_again_without_losing_an_entry(company: Company) -> None:
    company.deal("Needle"), company.contact("Needle")
    kept = set(SearchEntry.objects.values_list())
    with connection.cursor() as cursor:
        editor = SimpleNamespace(connection=connection, execute=cursor.execute)
        MIGRATION.join(None, editor)
        assert set(SearchEntry.objects.values_list()) == kept
        MIGRATION.part(None, editor)
    assert set(SearchEntry.objects.values_list()) == kept
    assert len(find(company.alice, "needle")) == 2
