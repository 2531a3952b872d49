"""An import whose process is killed: what it had done is whole, and running it again does the rest."""

import json
import os
import sqlite3
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.importing.files import MAP, open_deals, write

ROOT = Path(__file__).resolve().parents[2]
ROWS = 3000
PATIENCE = 120.0

pytestmark = pytest.mark.long


def opportune(data: Path) -> Callable[..., subprocess.Popen[str]]:
    """A way to run `opportune` on a data directory of its own, with SQLite."""
    kept = {name: value for name, value in os.environ.items() if name != "DATABASE_URL"}
    environment = {**kept, "OPPORTUNE_DATA": str(data), "PYTHONPATH": str(ROOT)}
    environment.pop("DJANGO_SETTINGS_MODULE", None)

    def run(*words: str) -> subprocess.Popen[str]:
        command = [sys.executable, "-m", "opportune", *words]
        return subprocess.Popen(command, env=environment, stdout=subprocess.PIPE, text=True)

    return run


def opportunities_in(database: Path) -> int:
    with sqlite3.connect(f"file:{database}?mode=ro", uri=True) as reading:
        counted: tuple[int] = reading.execute("SELECT count(*) FROM opportunities_opportunity").fetchone()
    return counted[0]


def test_a_killed_import_leaves_whole_chunks_and_is_completed(tmp_path: Path) -> None:
    data = tmp_path / "data"
    data.mkdir()
    run = opportune(data)
    assert run("migrate").wait(PATIENCE) == 0
    [database] = data.glob("*.sqlite3")
    (tmp_path / "map.toml").write_text("create_people = true\n" + MAP, encoding="utf-8")
    file = write(tmp_path, *open_deals(ROWS))
    words = ("import", "opportunities", str(file), "--map", str(tmp_path / "map.toml"), "--json")
    killed = run(*words)
    deadline = time.monotonic() + PATIENCE
    while opportunities_in(database) == 0:
        assert time.monotonic() < deadline
        assert killed.poll() is None
        time.sleep(0.02)
    killed.kill()
    killed.wait(PATIENCE)
    left = opportunities_in(database)
    assert 0 < left < ROWS
    with sqlite3.connect(database) as reading:
        created = reading.execute(
            "SELECT count(*) FROM ledger_change WHERE kind = 'opportunity' AND operation = 'create'"
        ).fetchone()
        entries = reading.execute("SELECT count(*) FROM opportunities_entry WHERE is_current").fetchone()
    assert created == entries == (left,)
    again = run(*words)
    told = json.loads(again.communicate(timeout=PATIENCE)[0])
    assert (told["imported"], told["skipped"], told["refused"]) == (ROWS - left, left, 0)
    assert told["job"] == 1
    assert opportunities_in(database) == ROWS
