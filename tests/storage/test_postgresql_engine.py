"""The PostgreSQL engine: how a fixed read is done is kept by the server, where it may keep anything."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import pytest
from django.db import connection
from django.db.models import QuerySet
from django.test.utils import CaptureQueriesContext

from opportune.identity.models import Membership
from opportune.search.models import SearchEntry
from opportune.storage.postgresql.base import PREPARED_AFTER
from opportune.storage.prepared import prepared
from tests.people import Company

pytestmark = pytest.mark.postgres


@prepared
def mates(team_ids: Sequence[int]) -> QuerySet[Membership, Any]:
    return Membership.objects.filter(team_id__in=team_ids).order_by("user__name").values_list("user__name")


def plans_kept() -> int:
    """How many statements the server has a plan of, on this connection."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM pg_prepared_statements")
        found: int = cursor.fetchone()[0]
    return found


def asked(company: Company) -> None:
    for _ in range(PREPARED_AFTER + 1):
        assert ("Alice",) in mates([company.hunters.pk])


def test_a_fixed_read_that_comes_again_is_planned_no_more(company: Company) -> None:
    before = plans_kept()
    asked(company)
    assert plans_kept() == before + 1
    assert mates([company.farmers.pk]) == list(mates.make([company.farmers.pk]))
    assert plans_kept() == before + 1


@prepared
def first_mates(team_ids: Sequence[int]) -> QuerySet[Membership, Any]:
    return mates.make(team_ids)[:2]


@prepared
def having(pattern: str) -> QuerySet[SearchEntry, Any]:
    return SearchEntry.objects.filter(text__like=pattern).values_list("record_id")


def test_what_depends_on_the_values_is_planned_for_them(company: Company) -> None:
    before = plans_kept()
    for _ in range(PREPARED_AFTER + 1):
        assert len(first_mates([company.hunters.pk])) == 2
        assert having("%nobody%") == []
    assert plans_kept() == before


def test_nothing_is_kept_where_connections_are_shared(
    company: Company, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(connection.settings_dict, "DISABLE_SERVER_SIDE_CURSORS", True)
    before = plans_kept()
    asked(company)
    assert plans_kept() == before


def test_a_fixed_read_is_told_with_its_values(company: Company) -> None:
    with CaptureQueriesContext(connection) as seen:
        mates([company.hunters.pk])
    assert f"IN ({company.hunters.pk})" in seen[0]["sql"]
