"""A job whose command line and whose workers are killed: the next one does the rest, and nothing is done twice."""

import json
import sqlite3
import subprocess
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from tests.importing.files import MAP, open_deals, write
from tests.importing.test_kill import PATIENCE, opportune

ROWS = 1200

pytestmark = pytest.mark.long


def asked(database: Path, question: str) -> Any:
    """The one number that a question to the database has as its answer."""
    with sqlite3.connect(f"file:{database}?mode=ro", uri=True) as reading:
        return reading.execute(question).fetchone()[0]


def killed_after(process: subprocess.Popen[str], reached: Callable[[], bool]) -> None:
    """Kill a process as soon as something is so."""
    deadline = time.monotonic() + PATIENCE
    while not reached():
        assert time.monotonic() < deadline
        assert process.poll() is None
        time.sleep(0.01)
    process.kill()
    process.wait(PATIENCE)


def test_a_job_survives_its_command_line_and_its_workers(tmp_path: Path) -> None:
    data = tmp_path / "data"
    data.mkdir()
    run = opportune(data)
    assert run("migrate").wait(PATIENCE) == 0
    [database] = data.glob("*.sqlite3")
    (tmp_path / "map.toml").write_text("create_people = true\n" + MAP, encoding="utf-8")
    file = write(tmp_path, *open_deals(ROWS))
    assert run("import", "opportunities", str(file), "--map", str(tmp_path / "map.toml")).wait(PATIENCE) == 0
    deals = asked(database, "SELECT count(*) FROM opportunities_opportunity")

    def lost() -> int:
        found: int = asked(database, "SELECT count(*) FROM opportunities_opportunity WHERE status = 'lost'")
        return found

    words = ("close-many", "--status", "open", "--outcome", "lost", "--reason", "PRICE_L")
    today = time.strftime("%Y-%m-%d", time.gmtime())
    killed_after(run("opportunities", *words, "--on", today), lambda: lost() > 0)
    after_command_line = lost()
    assert 0 < after_command_line < deals
    killed_after(run("worker", "--name", "here/1/1"), lambda: lost() > after_command_line)
    after_worker = lost()
    assert after_command_line < after_worker < deals
    killed_after(
        run("worker", "--name", "here/1/2"),
        lambda: asked(database, "SELECT state FROM ledger_job WHERE kind = 'close_opportunities'") == "done",
    )
    assert lost() == deals
    assert asked(database, "SELECT count(*) FROM opportunities_entry WHERE move = 'lost'") == deals
    assert asked(database, "SELECT count(*) FROM ledger_jobrow WHERE chunk > 0 AND code = ''") == deals
    number = asked(database, "SELECT id FROM ledger_job WHERE kind = 'close_opportunities'")
    undone = run("jobs", "undo", str(number), "--json")
    told = json.loads(undone.communicate(timeout=PATIENCE)[0])
    assert (told["state"], told["undone_job"], lost()) == ("done", number, 0)
