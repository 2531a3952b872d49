"""Numbers for Prometheus: right, added up over processes, and for those only who may read them."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest
from django.conf import LazySettings
from django.db import connection
from django.test import Client
from prometheus_client.parser import text_string_to_metric_families

from opportune import __version__
from opportune.kernel import clock
from opportune.kernel.watching import watchers
from opportune.ledger.models import ChangeSet, Delivery, Job
from opportune.operations.leases import renew_lease
from opportune.operations.metrics.counted import Counted
from opportune.operations.metrics.exposition import forget_gauges_of_the_dead
from opportune.operations.metrics.place import NAMED_BY, PREFIX, forget_the_dead, place_for_numbers
from tests.doors.callers import Market, caller
from tests.operations.test_worker import fail, note

SECRET = "what the monitoring knows, and nobody else"
HERE = {"host": "127.0.0.1:8000"}
Numbers = dict[tuple[str, frozenset[tuple[str, str]]], float]


def numbers_in(text: str) -> Numbers:
    """Every sample by its name and its labels."""
    return {
        (sample.name, frozenset(sample.labels.items())): sample.value
        for family in text_string_to_metric_families(text)
        for sample in family.samples
    }


def read(client: Client) -> Numbers:
    answer = client.get("/metrics", headers=HERE)
    assert answer.status_code == 200
    return numbers_in(answer.content.decode())


def value(numbers: Numbers, name: str, **labels: str) -> float:
    return numbers.get((name, frozenset(labels.items())), 0.0)


@pytest.fixture
def counting(settings: LazySettings) -> Iterator[None]:
    """Metrics switched on, for this machine."""
    settings.METRICS = "loopback"
    watchers.append(Counted())
    yield
    watchers.pop()


@pytest.mark.django_db
def test_there_are_no_metrics_unless_they_are_switched_on(client: Client, settings: LazySettings) -> None:
    assert settings.METRICS == "off"
    assert client.get("/metrics", headers=HERE).status_code == 404


@pytest.mark.django_db
@pytest.mark.parametrize("host", ["127.0.0.1:8000", "localhost", "[::1]:8000"])
def test_this_machine_may_read_them(client: Client, settings: LazySettings, host: str) -> None:
    settings.METRICS = "loopback"
    assert client.get("/metrics", headers={"host": host}).status_code == 200


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("address", "headers"),
    [
        ("10.0.0.7", HERE),
        ("127.0.0.1", {"host": "crm.example.com"}),
        ("127.0.0.1", {**HERE, "X-Forwarded-For": "127.0.0.1"}),
        ("127.0.0.1", {**HERE, "Forwarded": "for=10.0.0.7"}),
        ("127.0.0.1", {**HERE, "X-Real-IP": "10.0.0.7"}),
    ],
)
def test_no_other_machine_may_not_even_through_a_proxy_on_this_one(
    client: Client, settings: LazySettings, address: str, headers: dict[str, str]
) -> None:
    settings.METRICS = "loopback"
    assert client.get("/metrics", headers=headers, REMOTE_ADDR=address).status_code == 404


@pytest.mark.django_db
def test_who_knows_the_secret_may_read_them_from_anywhere(client: Client, settings: LazySettings) -> None:
    settings.METRICS, settings.METRICS_SECRET = "secret", SECRET
    known = client.get("/metrics", headers={"Authorization": f"Bearer {SECRET}"}, REMOTE_ADDR="10.0.0.7")
    assert known.status_code == 200


@pytest.mark.parametrize(
    "given", ["", "Bearer", f"Bearer {SECRET}x", f"Basic {SECRET}", f"Bearer {'é' * 40}"]
)
def test_who_does_not_know_the_secret_may_not(client: Client, settings: LazySettings, given: str) -> None:
    settings.METRICS, settings.METRICS_SECRET = "secret", SECRET
    answer = client.get("/metrics", headers={**HERE, "Authorization": given})
    assert (answer.status_code, answer.content) == (401, b"")


@pytest.mark.usefixtures("counting")
def test_requests_are_counted_by_route_method_and_status(client: Client, market: Market) -> None:
    labels = {"method": "PATCH", "route": "api/v1/opportunities/<int:opportunity_id>", "status": "200"}
    before = read(client)
    assert caller(market.alice).patch(f"/opportunities/{market.deal.pk}", {"budget": 7}).status == 200
    after = read(client)
    counted = [value(each, "opportune_request_seconds_count", **labels) for each in (before, after)]
    assert counted[1] - counted[0] == 1
    assert value(after, "opportune_request_seconds_bucket", le="+Inf", **labels) == counted[1]


@pytest.mark.usefixtures("counting")
def test_commands_are_counted_by_verb_and_outcome(client: Client, market: Market) -> None:
    before = read(client)
    alice, deal = caller(market.alice), market.deal.pk
    assert alice.patch(f"/opportunities/{deal}", {"budget": 8}).status == 200
    assert alice.patch(f"/opportunities/{deal}", {"budget": 8}).status == 200
    assert alice.patch("/opportunities/999999", {"budget": 8}).status == 404
    after = read(client)

    def more(outcome: str) -> float:
        labels = {"verb": "edit_opportunity", "outcome": outcome}
        return value(after, "opportune_actions_total", **labels) - value(
            before, "opportune_actions_total", **labels
        )

    assert (more("done"), more("not_found"), more("failed")) == (2, 1, 0)


@pytest.mark.usefixtures("counting")
@pytest.mark.django_db(transaction=True)
def test_waiting_in_the_queue_of_writers_is_counted(client: Client) -> None:
    if connection.vendor != "sqlite":
        pytest.skip("only SQLite has the queue")
    before = value(read(client), "opportune_sqlite_queue_seconds_count")
    renew_lease("host/1/1", clock.now())
    assert value(read(client), "opportune_sqlite_queue_seconds_count") > before


@pytest.mark.usefixtures("counting")
@pytest.mark.django_db
def test_what_waits_and_what_failed_is_counted_in_the_database(client: Client) -> None:
    now = clock.now()
    fail.enqueue()
    note.enqueue("later")
    for state in ("running", "failed", "failed"):
        Job.objects.create(kind="import", state=state, actor_kind="system", started_at=now)
    written = ChangeSet.objects.create(at=now, verb="edit", actor_kind="system", door="cli")
    for consumer, due_at, attempts in (("a", now, 0), ("b", now + timedelta(hours=1), 1), ("c", now, 8)):
        Delivery.objects.create(change_set=written, consumer=consumer, due_at=due_at, attempts=attempts)
    renew_lease("host/1/1", now - timedelta(seconds=30))
    numbers = read(client)
    assert value(numbers, "opportune_tasks", state="queued") == 2
    assert [value(numbers, "opportune_jobs", state=state) for state in ("running", "failed", "done")] == [
        1,
        2,
        0,
    ]
    assert value(numbers, "opportune_deliveries_due") == 1
    assert value(numbers, "opportune_deliveries_given_up") == 1
    assert 30 <= value(numbers, "opportune_worker_seen_seconds") < 60
    assert value(numbers, "opportune_database_up") == 1


@pytest.mark.usefixtures("counting")
@pytest.mark.django_db
def test_what_runs_here_is_told(client: Client) -> None:
    [labels] = [dict(labels) for name, labels in read(client) if name == "opportune_build_info"]
    assert (labels["version"], labels["engine"]) == (__version__, connection.vendor)


COUNT = """
import sys
from opportune.operations.metrics.counted import COMMANDS, POOL
COMMANDS.labels("move", "done").inc(int(sys.argv[1]))
POOL.labels("busy").set(int(sys.argv[1]))
print("ready", flush=True)
sys.stdin.read()
"""
ADD_UP = """
import sys
from prometheus_client import CollectorRegistry, generate_latest
from prometheus_client.multiprocess import MultiProcessCollector
counted = CollectorRegistry()
MultiProcessCollector(counted, sys.argv[1])
sys.stdout.buffer.write(generate_latest(counted))
"""


def test_processes_count_together_and_the_dead_hold_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    with place_for_numbers():
        place = os.environ[NAMED_BY]
        environment = {**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)}
        started = [
            subprocess.Popen(
                [sys.executable, "-c", COUNT, str(number)],
                env=environment,
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                text=True,
            )
            for number in (3, 4)
        ]

        def added_up() -> tuple[float, float]:
            told = subprocess.run(
                [sys.executable, "-c", ADD_UP, place],
                env=environment,
                check=True,
                capture_output=True,
                text=True,
            )
            numbers = numbers_in(told.stdout)
            return (
                value(numbers, "opportune_actions_total", verb="move", outcome="done"),
                value(numbers, "opportune_database_pool_connections", state="busy"),
            )

        assert all(each.stdout is not None and each.stdout.readline() == "ready\n" for each in started)
        assert added_up() == (7, 7)
        started[0].kill()
        started[0].communicate()
        forget_gauges_of_the_dead(Path(place))
        assert added_up() == (7, 4)
        started[1].communicate("")
    assert not Path(place).exists()
    assert NAMED_BY not in os.environ


def test_the_place_of_a_killed_supervisor_is_removed_and_no_other(tmp_path: Path) -> None:
    gone, mine = tmp_path / f"{PREFIX}{2**22 + 1}-a", tmp_path / f"{PREFIX}{os.getpid()}-b"
    other = tmp_path / "something-else"
    for place in (gone, mine, other):
        place.mkdir()
    forget_the_dead(tmp_path)
    assert sorted(tmp_path.iterdir()) == sorted([mine, other])
