"""Whoever watches over a server learns whether it lives and whether it is ready, and strangers no more than that."""

from __future__ import annotations

import os
from pathlib import Path

import pytest
from django.conf import LazySettings
from django.db import DatabaseError, connection
from django.db.migrations.recorder import MigrationRecorder
from django.test import Client

from opportune.kernel import clock
from opportune.operations import health, probes
from opportune.operations.leases import LEASE_LASTS, renew_lease

ALL_IN_ORDER = {"database": True, "migrations": True, "worker": True, "disk": True, "data": True}


def refuse() -> None:
    raise DatabaseError("gone")


def parts_of(client: Client) -> tuple[int, dict[str, bool]]:
    """The status of the answer, and the parts that are not in order."""
    answer = client.get("/readyz")
    assert answer.json()["ready"] is (answer.status_code == 200)
    return answer.status_code, answer.json()["parts"]


@pytest.fixture
def worker(db: None) -> None:
    renew_lease("host/1/1", clock.now())


def test_a_process_lives_without_asking_the_database(client: Client) -> None:
    # No database is granted to this test: a query would fail it.
    answer = client.get("/healthz")
    assert (answer.status_code, answer.json()) == (200, {"alive": True})


def test_a_process_lives_under_whatever_name_it_is_asked(client: Client) -> None:
    assert client.get("/healthz", headers={"host": "10.1.2.3:8000"}).status_code == 200
    assert client.get("/", headers={"host": "10.1.2.3:8000"}).status_code == 400


def test_a_probe_only_reads(client: Client) -> None:
    assert client.post("/healthz").status_code == 405


@pytest.mark.usefixtures("worker")
def test_an_installation_is_ready_when_every_part_is_in_order(client: Client) -> None:
    answer = client.get("/readyz")
    assert answer.status_code == 200
    assert answer.json() == {"ready": True, "parts": ALL_IN_ORDER}
    assert {name: answer.headers[name] for name in probes.HEADERS} == probes.HEADERS


@pytest.mark.usefixtures("worker")
def test_without_its_database_it_is_not_ready(client: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    with monkeypatch.context() as without:
        without.setattr(connection, "cursor", refuse)
        status, parts = parts_of(client)
    assert status == 503
    assert parts == {**ALL_IN_ORDER, "database": False, "migrations": False, "worker": False}


@pytest.mark.usefixtures("worker")
def test_with_a_migration_to_come_it_is_not_ready(client: Client) -> None:
    app, name = next(leaf for leaf in health.last_migrations() if leaf[0] == "ledger")
    MigrationRecorder(connection).record_unapplied(app, name)
    assert parts_of(client) == (503, {**ALL_IN_ORDER, "migrations": False})


@pytest.mark.django_db
def test_without_a_worker_it_is_not_ready(client: Client) -> None:
    assert parts_of(client) == (503, {**ALL_IN_ORDER, "worker": False})


@pytest.mark.django_db
def test_a_worker_that_has_fallen_silent_counts_for_none(client: Client) -> None:
    renew_lease("host/1/1", clock.now() - 2 * LEASE_LASTS)
    assert parts_of(client) == (503, {**ALL_IN_ORDER, "worker": False})


@pytest.mark.usefixtures("worker")
def test_on_a_full_disk_it_is_not_ready(client: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(health, "LEAST_FREE_BYTES", 2**70)
    assert parts_of(client) == (503, {**ALL_IN_ORDER, "disk": False})


@pytest.mark.usefixtures("worker")
def test_without_its_data_directory_it_is_not_ready(
    client: Client, settings: LazySettings, tmp_path: Path
) -> None:
    settings.DATA = tmp_path / "gone"
    assert parts_of(client) == (503, {**ALL_IN_ORDER, "disk": False, "data": False})


@pytest.mark.usefixtures("worker")
@pytest.mark.skipif(os.geteuid() == 0, reason="the superuser may write everywhere")
def test_with_a_data_directory_it_cannot_write_it_is_not_ready(
    client: Client, settings: LazySettings, tmp_path: Path
) -> None:
    tmp_path.chmod(0o500)
    settings.DATA = tmp_path
    assert parts_of(client) == (503, {**ALL_IN_ORDER, "data": False})
