"""With a streaming replica: reads go there, nobody misses their own writes, and it may fall behind or fail."""

from __future__ import annotations

import re
import urllib.request
from collections.abc import Iterator
from dataclasses import dataclass
from http.cookiejar import CookieJar
from urllib.parse import urlencode

import psycopg
import pytest

from tests.operations.groups import Group, ask, environment_for, eventually, served, tokens_of_new, told
from tests.postgresql import Cluster, cluster, replica_of

pytestmark = [pytest.mark.postgres, pytest.mark.long]
PASSWORD = "correct horse battery"
LOOK = "from opportune.storage.replica import replica_lag, state; print(replica_lag(), state.look())"


@dataclass(frozen=True)
class Pair:
    """A served installation with a primary and a replica, and three people who may do everything."""

    group: Group
    replica: Cluster
    environment: dict[str, str]
    ada: str
    ben: str
    cleo: str
    cleos_token: int

    def names(self, token: str) -> set[str]:
        """The accounts that somebody sees."""
        status, found = ask(self.group.port, token, "GET", "accounts")
        assert status == 200
        return {row["name"] for row in found["items"]}

    def create(self, token: str, name: str) -> None:
        assert ask(self.group.port, token, "POST", "accounts", {"name": name})[0] == 201

    def reads(self, database: str) -> float:
        """How many reads have gone to the `primary` or to the `replica`."""
        with urllib.request.urlopen(f"http://127.0.0.1:{self.group.port}/metrics", timeout=30) as answer:
            found = re.search(
                rf'opportune_reads_total{{database="{database}"}} (\S+)', answer.read().decode()
            )
        return float(found[1]) if found else 0.0

    def command(self, sql: str) -> None:
        """Have the replica do something."""
        with psycopg.connect(host=str(self.replica.place), user="opportune", autocommit=True) as connection:
            connection.execute(sql)


@pytest.fixture(scope="module")
def pair(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Pair]:
    with cluster() as primary:
        alone = environment_for(tmp_path_factory.mktemp("data"), DATABASE_URL=primary.url)
        told(alone, "migrate")
        (_, ada), (_, ben), (number, cleo) = tokens_of_new(alone, "ada", "ben", "cleo", password=PASSWORD)
        with replica_of(primary) as replica:
            environment = {
                **alone,
                "DATABASE_REPLICA_URL": replica.url,
                "OPPORTUNE_REPLICA_LAG": "600",
                "OPPORTUNE_METRICS": "loopback",
            }
            with served(environment) as group:
                yield Pair(group, replica, environment, ada, ben, cleo, number)


@pytest.fixture
def behind(pair: Pair) -> Iterator[None]:
    """The replica keeps what it has, and learns nothing more until the test ends."""
    pair.names(pair.ben)
    assert eventually(lambda: reads_the_replica(pair, pair.ben))
    pair.command("SELECT pg_wal_replay_pause()")
    yield
    pair.command("SELECT pg_wal_replay_resume()")


def reads_the_replica(pair: Pair, token: str) -> bool:
    """Whether somebody's next read goes to the replica."""
    before = pair.reads("replica")
    pair.names(token)
    return pair.reads("replica") > before


@pytest.mark.usefixtures("behind")
def test_who_wrote_reads_it_from_the_primary_until_the_replica_has_it(pair: Pair) -> None:
    pair.create(pair.ada, "Nobody else knows yet")
    before = pair.reads("primary")
    assert "Nobody else knows yet" in pair.names(pair.ada)
    assert pair.reads("primary") == before + 1
    assert "Nobody else knows yet" not in pair.names(pair.ben)

    pair.command("SELECT pg_wal_replay_resume()")
    assert eventually(lambda: "Nobody else knows yet" in pair.names(pair.ben))
    assert eventually(lambda: reads_the_replica(pair, pair.ada))


@pytest.mark.usefixtures("behind")
def test_a_session_reads_what_it_wrote_and_a_command_never_asks_the_replica(pair: Pair) -> None:
    browser = urllib.request.build_opener(urllib.request.HTTPCookieProcessor(jar := CookieJar()))
    site = f"http://127.0.0.1:{pair.group.port}"

    def send(address: str, **values: str) -> str:
        [secret] = [cookie.value for cookie in jar if cookie.name == "opportune_csrf"]
        data = urlencode({**values, "csrfmiddlewaretoken": secret or ""}).encode()
        with browser.open(f"{site}{address}", data, timeout=60) as answer:
            return str(answer.read().decode())

    browser.open(f"{site}/sign/login/", timeout=60).close()
    send("/sign/login/", login="cleo@example.com", password=PASSWORD)
    assert "Session Steel" in send("/accounts/new/", name="Session Steel")
    before = pair.reads("primary")
    with browser.open(f"{site}/accounts/", timeout=60) as answer:
        assert "Session Steel" in answer.read().decode()
    assert pair.reads("primary") > before


@pytest.mark.usefixtures("behind")
def test_a_replica_too_far_behind_is_left_alone(pair: Pair) -> None:
    pair.create(pair.ada, "Late News")

    def look(limit: str) -> tuple[float, bool]:
        environment = {**pair.environment, "OPPORTUNE_REPLICA_LAG": limit}
        lag, usable = told(environment, "manage", "shell", "--no-imports", "-c", LOOK).split()
        return float(lag), usable == "True"

    lag, usable = look("600")
    assert 0 < lag < 600
    assert usable
    assert not look("1")[1]


def test_a_replica_that_fails_is_replaced_by_the_primary_and_read_again_when_it_is_back(pair: Pair) -> None:
    assert eventually(lambda: reads_the_replica(pair, pair.ben))
    pair.replica.stop()
    pair.create(pair.ada, "Business as Usual")
    for token in (pair.ben, pair.ada):
        assert "Business as Usual" in pair.names(token)
    assert not reads_the_replica(pair, pair.ben)
    pair.replica.start()
    assert eventually(lambda: reads_the_replica(pair, pair.ben))


def test_the_health_of_the_replica_and_of_the_pools_is_told(pair: Pair) -> None:
    pair.names(pair.ada)
    with urllib.request.urlopen(f"http://127.0.0.1:{pair.group.port}/metrics", timeout=30) as answer:
        told_of = answer.read().decode()
    assert "opportune_replica_up 1.0" in told_of
    assert "opportune_replica_lag_seconds" in told_of
    held = re.findall(r'opportune_database_pool_connections{state="\w+"} (\S+)', told_of)
    assert sum(map(float, held)) >= 1


@pytest.mark.usefixtures("behind")
def test_who_has_lost_a_token_is_refused_at_once(pair: Pair) -> None:
    assert pair.names(pair.cleo) is not None
    told(pair.environment, "token", "revoke", str(pair.cleos_token))
    assert ask(pair.group.port, pair.cleo, "GET", "accounts")[0] == 401
