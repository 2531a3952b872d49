"""`kill -9` in the midst of work: every change set is whole or absent, and what was confirmed is there."""

from __future__ import annotations

import json
import sqlite3
import subprocess
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path
from random import Random
from typing import Any

import pytest

from opportune.operations.serving import OPPORTUNE
from tests.importing.files import MAP, open_deals, write
from tests.operations.installations import Installation, Served, eventually, served, work_on

MOVES = 200
ROWS = 3000
SELLERS = 8

Heard = list[tuple[int, Any]]


@pytest.fixture
def running(installed: Callable[..., Installation]) -> Iterator[Served]:
    """A seller with 24 deals, served."""
    with served(installed(), 3 * SELLERS) as found:
        yield found


def moved_until(running: Served, count: int, strike: Callable[[], None], chance: Random) -> Heard:
    """Have eight sellers move deals, strike in the midst of the first `count` moves, go on to the end; all answers."""
    heard: list[Heard] = [[] for _ in range(SELLERS)]
    until = threading.Event()
    threads = [
        threading.Thread(target=work_on, args=(running, running.deals[n::SELLERS], until, heard[n]))
        for n in range(SELLERS)
    ]

    def done() -> int:
        return sum(status == 200 for each in heard for status, _ in list(each))

    for thread in threads:
        thread.start()
    try:
        early = chance.randrange(count // 4, 3 * count // 4)
        assert eventually(lambda: done() >= early)
        strike()
        assert eventually(lambda: done() >= max(count, early + 20))
    finally:
        until.set()
        for thread in threads:
            thread.join(60)
    return [answer for each in heard for answer in each]


def demand_whole(running: Served, heard: Heard) -> None:
    """The doctor finds nothing, and every confirmed version of a deal is in the ledger."""
    assert {status for status, _ in heard} <= {0, 200, 503}, [told for _, told in heard if told][-1]
    assert running.installation.told("doctor")["findings"] == []
    confirmed = {(told["id"], told["version"]) for status, told in heard if status == 200}
    with closing(sqlite3.connect(running.installation.data / "opportune.sqlite3")) as database:
        kept = set(
            database.execute("SELECT record_id, version FROM ledger_change WHERE kind = 'opportunity'")
        )
    assert confirmed
    assert confirmed <= kept


@pytest.mark.long
@pytest.mark.parametrize("whom", ["web"])
def test_a_kill_in_the_midst_of_moves_loses_nothing_and_leaves_nothing_half(
    running: Served, whom: str
) -> None:
    heard = moved_until(running, 100, lambda: running.kill(whom), Random(7))
    demand_whole(running, heard)


@pytest.mark.long
def test_ten_kills_of_web_worker_and_supervisor_in_the_midst_of_moves_and_an_import(
    running: Served, tmp_path: Path
) -> None:
    chance = Random(20260302)
    (tmp_path / "map.toml").write_text("create_people = true\n" + MAP, encoding="utf-8")
    file = write(tmp_path, *open_deals(ROWS))
    words = ("import", "opportunities", str(file), "--map", str(tmp_path / "map.toml"), "--json")
    for whom in ["web", "worker", "supervisor"] * 3 + ["web"]:
        importing = start(running.installation, *words)

        def strike(whom: str = whom, importing: subprocess.Popen[str] = importing) -> None:
            running.kill(whom)
            time.sleep(chance.random())
            importing.kill()
            if whom == "supervisor":
                assert running.process is not None
                running.process.wait()
                running.start()

        heard = moved_until(running, MOVES, strike, chance)
        importing.wait()
        demand_whole(running, heard)
    told = json.loads(start(running.installation, *words).communicate()[0])
    assert told["refused"] == 0
    assert told["imported"] + told["skipped"] == ROWS
    with closing(sqlite3.connect(running.installation.data / "opportune.sqlite3")) as database:
        [counted] = database.execute(
            "SELECT count(*), count(DISTINCT external_id) FROM opportunities_opportunity WHERE external_id != ''"
        )
        jobs = database.execute("SELECT state FROM ledger_job WHERE kind = 'import_opportunities'").fetchall()
    assert counted == (ROWS, ROWS), "no row is lost, none is there twice"
    assert [state for (state,) in jobs][-1] == "done"
    demand_whole(running, heard)


def start(installation: Installation, *words: str) -> subprocess.Popen[str]:
    """Start a command of `opportune` without waiting for it."""
    return subprocess.Popen(
        [*OPPORTUNE, *words], env=installation.environment, stdout=subprocess.PIPE, text=True
    )
