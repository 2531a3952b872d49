"""Through pgbouncer in transaction mode: nothing is left on a connection that another client gets next."""

from __future__ import annotations

import json
import shutil
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor

import pytest

from tests.operations.groups import ask, environment_for, served, tokens_of_new, told
from tests.postgresql import bouncer_before, cluster

pytestmark = [
    pytest.mark.postgres,
    pytest.mark.long,
    pytest.mark.skipif(
        shutil.which("pgbouncer", path="/usr/sbin:/usr/bin:/usr/local/bin") is None, reason="needs pgbouncer"
    ),
]
CLIENTS, ROUNDS = 8, 4
READ_IN_PARTS = """
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier
import psycopg
from django.db import DatabaseError, connection
from opportune.ledger.models import Change
clients = 8
together = Barrier(clients)
def read(number):
    together.wait()
    try:
        return len({change.pk for change in Change.objects.order_by("pk").iterator(chunk_size=10)})
    except (DatabaseError, psycopg.Error):
        return -1
    finally:
        connection.close()
with ThreadPoolExecutor(clients) as pool:
    wanted = Change.objects.count()
    found = [number for _ in range(5) for number in pool.map(read, range(clients))]
print(wanted, sum(number == wanted for number in found), len(found))
"""


@pytest.fixture(scope="module")
def environment(tmp_path_factory: pytest.TempPathFactory) -> Iterator[dict[str, str]]:
    """An installation that has never known its database but through pgbouncer."""
    with cluster() as server, bouncer_before(server, connections=3) as url:
        made = environment_for(
            tmp_path_factory.mktemp("data"),
            DATABASE_URL=url,
            OPPORTUNE_SERVER_SIDE_CURSORS="no",
            OPPORTUNE_DATABASE_POOL="0",
        )
        told(made, "migrate")
        yield made


def test_many_clients_share_few_connections_and_nothing_is_lost_or_mixed_up(
    environment: dict[str, str],
) -> None:
    [(_, token)] = tokens_of_new(environment, "ada")
    with served(environment) as group:

        def work(client: int) -> list[int]:
            statuses = []
            for number in range(ROUNDS):
                name = f"Client {client} of round {number}"
                status, account = ask(group.port, token, "POST", "accounts", {"name": name})
                found_status, found = ask(group.port, token, "GET", f"accounts/{account['id']}")
                assert found["name"] == name
                summed, _ = ask(group.port, token, "GET", "opportunities/summary")
                statuses += [status, found_status, summed]
            return statuses

        with ThreadPoolExecutor(CLIENTS) as pool:
            answered = [status for statuses in pool.map(work, range(CLIENTS)) for status in statuses]
    assert sorted(set(answered)) == [200, 201]
    told_names = [row["name"] for row in json.loads(told(environment, "accounts", "list", "--json"))["items"]]
    assert len(told_names) >= min(50, CLIENTS * ROUNDS)
    assert len(set(told_names)) == len(told_names)


def read_in_parts(environment: dict[str, str]) -> tuple[int, int, int]:
    """How many rows there are, how many of the reads got them all, and how many reads there were."""
    wanted, whole, reads = told(environment, "manage", "shell", "--no-imports", "-c", READ_IN_PARTS).split()
    return int(wanted), int(whole), int(reads)


def test_what_is_read_in_parts_is_whole_with_the_setting_for_it(environment: dict[str, str]) -> None:
    wanted, whole, reads = read_in_parts(environment)
    assert wanted > 50
    assert whole == reads


def test_what_is_read_in_parts_breaks_off_without_the_setting(environment: dict[str, str]) -> None:
    _, whole, reads = read_in_parts({**environment, "OPPORTUNE_SERVER_SIDE_CURSORS": "yes"})
    assert whole < reads
