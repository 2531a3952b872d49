"""The ids of search entries: by them a kind's entries lie together, newest last."""

from importlib import import_module
from types import SimpleNamespace

import pytest
from django.db import connection

from opportune.operations.doctor.references import orphans
from opportune.search.models import SearchEntry
from opportune.search.queries import find
from opportune.search.sources import SOURCES, entry_id, entry_ids
from tests.people import Company

MIGRATION = import_module("opportune.search.migrations.0003_ids_by_kind")


def test_every_kind_that_can_be_found_has_a_number_of_its_own() -> None:
    numbers = {kind: source.number for kind, source in SOURCES.items()}
    assert len(set(numbers.values())) == len(numbers)
    assert numbers == MIGRATION.KIND_NUMBERS


@pytest.mark.parametrize("kind", SOURCES)
def test_the_ids_of_a_kind_are_among_its_own_only(kind: str) -> None:
    def is_among(other: str) -> bool:
        first, last = entry_ids(other)
        return first <= entry_id(kind, 2**39) <= last

    assert [other for other in SOURCES if is_among(other)] == [kind]


def test_what_is_kept_under_old_ids_is_found_after_the_migration(company: Company) -> None:
    deal, account = company.deal("Needle"), company.account("Needle")
    company.contact("Needle")
    for n, entry in enumerate(SearchEntry.objects.order_by("-pk"), 1):
        SearchEntry.objects.filter(pk=entry.pk).update(id=n)
    with connection.cursor() as cursor:
        if connection.vendor == "sqlite":
            cursor.execute("INSERT INTO search_trigrams (search_trigrams) VALUES ('rebuild')")
        assert find(company.alice, "needle") == []
        MIGRATION.renumber(None, SimpleNamespace(connection=connection, execute=cursor.execute))
    assert len(find(company.alice, "needle")) == 3
    kept = set(SearchEntry.objects.values_list("id", flat=True))
    assert {entry_id("opportunity", deal.pk), entry_id("account", account.pk)} <= kept


def test_an_entry_under_another_id_counts_as_missing(company: Company) -> None:
    account = company.account("Needle")
    assert "search_entry_missing" not in {finding.code for finding in orphans()}
    SearchEntry.objects.filter(record_id=account.pk).update(id=7)
    assert "search_entry_missing" in {finding.code for finding in orphans()}
