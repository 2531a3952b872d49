"""The disk is full or cannot be written, PostgreSQL goes away: a sentence, nothing half done, and on again."""

from __future__ import annotations

import json
import shutil
import subprocess
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

from opportune.operations.serving import OPPORTUNE
from tests.operations.installations import Installation, Served, eventually, served, work_on
from tests.postgresql import NoPostgreSQL, restart, temporary_cluster

MEGABYTE = 1 << 20


@contextmanager
def small_disk(place: Path, size: int) -> Iterator[Path]:
    """A file system of its own in memory; the test is left out where none may be mounted."""
    place.mkdir()
    mounted = subprocess.run(
        ["mount", "-t", "tmpfs", "-o", f"size={size},mode=0700", "tmpfs", str(place)],
        check=False,
        capture_output=True,
    )
    if mounted.returncode:
        pytest.skip("no file system may be mounted here")
    try:
        yield place
    finally:
        subprocess.run(["umount", "--lazy", str(place)], check=True)


@contextmanager
def on_small_disk(tmp_path: Path, migrated: Path, *words: str) -> Iterator[Served]:
    """A seller with three deals, served from a disk of its own."""
    with small_disk(tmp_path / "disk", 40 * MEGABYTE) as disk:
        shutil.copytree(migrated, disk / "data")
        with served(Installation(disk / "data"), 3, words) as running:
            yield running


@pytest.fixture
def on_full_disk(migrated_data: Path, tmp_path: Path) -> Iterator[Served]:
    """Web server and worker, as usual."""
    with on_small_disk(tmp_path, migrated_data, "serve", "--prepared") as running:
        yield running


@pytest.fixture
def on_locked_disk(migrated_data: Path, tmp_path: Path) -> Iterator[Served]:
    """The web server alone, which writes nothing when it starts, since the disk is read-only then."""
    with on_small_disk(tmp_path, migrated_data, "web") as running:
        yield running


def fill(directory: Path) -> Path:
    """Leave no byte free where the directory lies."""
    ballast = directory / "ballast"
    with ballast.open("wb", buffering=0) as file:
        for size in (MEGABYTE, 4096, 1):
            try:
                while True:
                    file.write(b"x" * size)
            except OSError:
                continue
    return ballast


def long_edit(running: Served, language: str = "en") -> tuple[int, Any, Any]:
    """Write enough that it needs room of its own."""
    words = {"comments": f"{time.monotonic()} " + "long " * 20_000}
    return running.ask("PATCH", f"/opportunities/{running.deals[0]}", words, language)


@pytest.mark.long
def test_a_full_disk_is_told_of_nothing_is_half_done_and_it_goes_on_by_itself(on_full_disk: Served) -> None:
    deal = f"/opportunities/{on_full_disk.deals[0]}"
    before = on_full_disk.ask("GET", deal)[1]
    ballast = fill(on_full_disk.installation.data.parent)
    for language, words in (
        ("en", "no room left on the server’s disk"),
        ("fr", "plus de place sur le disque"),
    ):
        status, told, headers = long_edit(on_full_disk, language)
        assert (status, told["code"]) == (503, "storage_full"), told
        assert words in told["detail"]
        assert headers["Content-Type"] == "application/problem+json"
        assert headers["Retry-After"] == "5"
    status, now, _ = on_full_disk.ask("GET", deal)
    assert (status, now) == (200, before), "it can still be read, and is as it was"
    ballast.unlink()
    status, told, _ = long_edit(on_full_disk)
    assert (status, told["version"]) == (200, before["version"] + 1)
    on_full_disk.stop()
    codes = {finding["code"] for finding in doctor(on_full_disk.installation)}
    assert codes <= {"disk_nearly_full"}


@pytest.mark.long
def test_a_read_only_directory_is_told_of_and_it_goes_on_by_itself(on_locked_disk: Served) -> None:
    disk = on_locked_disk.installation.data.parent
    deal = f"/opportunities/{on_locked_disk.deals[0]}"
    before = on_locked_disk.ask("GET", deal)[1]
    # whoever has answered keeps the database open, and a disk in use cannot be locked
    on_locked_disk.stop()
    assert remounted(disk, "ro")
    on_locked_disk.start()
    status, told, _ = long_edit(on_locked_disk)
    assert (status, told["code"]) in {(503, "storage_read_only"), (503, "storage_failing")}, told
    status, told, _ = long_edit(on_locked_disk, "fr")
    assert "Le serveur ne peut pas" in told["detail"]
    assert {finding["code"] for finding in on_locked_disk.installation.told("doctor", code=1)["findings"]}
    assert remounted(disk, "rw")
    assert eventually(lambda: long_edit(on_locked_disk)[0] == 200, 20)
    assert on_locked_disk.ask("GET", deal)[1]["version"] == before["version"] + 1


def test_a_data_directory_in_which_no_secret_can_be_made_is_refused_in_a_sentence(tmp_path: Path) -> None:
    with small_disk(tmp_path / "disk", MEGABYTE) as disk:
        assert remounted(disk, "ro")
        assert "cannot be read or made" in Installation(disk / "data").run("migrate", code=2)


def remounted(disk: Path, how: str) -> bool:
    """Mount a file system anew, read-only (`ro`) or not (`rw`); whether that could be done."""
    return not subprocess.run(["mount", "-o", f"remount,{how}", str(disk)], check=False).returncode


@pytest.mark.long
@pytest.mark.parametrize("mode", ["fast", "immediate"])
def test_postgresql_restarted_under_load_is_told_of_and_it_goes_on_by_itself(
    tmp_path: Path, mode: str
) -> None:
    try:
        with temporary_cluster() as url:
            installation = Installation(tmp_path / "data", url)
            installation.run("migrate")
            with served(installation, 16) as running:
                heard = restarted_under_load(running, lambda: restart(url, mode))
            outages = [told for status, told in heard if status == 503]
            assert {told["code"] for told in outages} <= {"database_unavailable"}
            assert {status for status, _ in heard} <= {200, 503}
            assert installation.told("doctor")["findings"] == []
    except NoPostgreSQL:
        pytest.skip("no PostgreSQL server")


def restarted_under_load(running: Served, restart_it: Callable[[], None]) -> list[tuple[int, Any]]:
    """Have eight sellers work while the database is restarted; all they were answered, without fault in the end."""
    heard: list[list[tuple[int, Any]]] = [[] for _ in range(8)]
    until = threading.Event()
    threads = [
        threading.Thread(target=work_on, args=(running, running.deals[n::8], until, heard[n]))
        for n in range(8)
    ]
    for thread in threads:
        thread.start()
    time.sleep(2)
    restart_it()
    assert eventually(lambda: running.ask("GET", "/opportunities")[0] == 200, 30)
    time.sleep(3)
    before = [len(each) for each in heard]
    time.sleep(2)
    until.set()
    for thread in threads:
        thread.join(60)
    later = [status for each, count in zip(heard, before, strict=True) for status, _ in each[count:]]
    assert len(later) > 8
    assert set(later) == {200}
    return [answer for each in heard for answer in each]


def doctor(installation: Installation) -> list[dict[str, Any]]:
    """What the doctor finds."""
    words = subprocess.run(
        [*OPPORTUNE, "doctor", "--json"],
        env=installation.environment,
        capture_output=True,
        text=True,
        check=False,
    )
    found: list[dict[str, Any]] = json.loads(words.stdout)["findings"]
    return found
