"""Backups nobody asks for: regular ones with an end, and one before every migration."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from zipfile import ZipFile

import pytest
from django.conf import LazySettings

from opportune.config.env import BadSetting, Environment
from opportune.kernel import clock
from opportune.operations.backup import keeping
from opportune.operations.backup.keeping import (
    BEFORE_MIGRATION,
    BY_HAND,
    REGULAR,
    back_up_before_migration,
    back_up_regularly,
    begin_regular_backup,
    kept_backups,
    kept_name,
    made_at,
)
from opportune.operations.schedule import backups
from tests.deals import Trade
from tests.operations.installations import Installation

NOON = datetime(2026, 3, 2, 12, tzinfo=UTC)


@pytest.fixture
def place(files: Path, settings: LazySettings, tmp_path: Path) -> Path:
    """Where backups go in this test."""
    settings.BACKUPS, settings.BACKUPS_KEPT, settings.BACKUP_PASSPHRASE = tmp_path / "backups", 2, ""
    return tmp_path / "backups"


def test_as_many_regular_backups_are_kept_as_was_said_and_others_are_left_alone(
    trade: Trade, place: Path
) -> None:
    with clock.stopped_at(NOON - timedelta(days=30)):
        back_up_before_migration()
        by_hand = kept_name(BY_HAND)
        by_hand.write_bytes(b"")
    (place / "notes.txt").touch()
    for day in range(4):
        with clock.stopped_at(NOON + timedelta(days=day)):
            back_up_regularly()
    assert [made_at(file) for file in kept_backups(REGULAR)] == [
        NOON + timedelta(days=3),
        NOON + timedelta(days=2),
    ]
    assert len(kept_backups(BEFORE_MIGRATION)) == 1
    assert by_hand.exists()
    assert (place / "notes.txt").exists()


def test_a_backup_that_fails_deletes_no_former_one(
    trade: Trade, place: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for day in range(2):
        with clock.stopped_at(NOON + timedelta(days=day)):
            back_up_regularly()
    monkeypatch.setattr(keeping, "back_up", lambda *_, **__: 1 / 0)
    with pytest.raises(ZeroDivisionError):
        back_up_regularly()
    assert len(kept_backups(REGULAR)) == 2


@pytest.mark.django_db(transaction=True)
def test_the_worker_backs_up_beside_its_other_work_and_once_at_a_time(trade: Trade, place: Path) -> None:
    thread = begin_regular_backup()
    assert thread is not None
    second = begin_regular_backup()
    thread.join(30)
    assert second is None or not kept_backups(REGULAR)
    assert len(kept_backups(REGULAR)) == 1


def test_a_regular_backup_is_due_as_often_as_was_said_or_never() -> None:
    [daily] = backups(24)
    assert (daily.name, daily.every, daily.run) == ("back up", timedelta(days=1), begin_regular_backup)
    assert backups(0) == ()


@pytest.mark.parametrize(
    ("name", "value"), [("OPPORTUNE_BACKUP_HOURS", "daily"), ("OPPORTUNE_BACKUPS_KEPT", "0")]
)
def test_settings_without_sense_are_refused(name: str, value: str) -> None:
    with pytest.raises(BadSetting, match=name):
        Environment({name: value}).check()


def test_the_directory_of_backups_lies_in_the_data_directory_unless_said_otherwise(tmp_path: Path) -> None:
    data = {"OPPORTUNE_DATA": str(tmp_path)}
    assert Environment(data).backups() == tmp_path / "backups"
    assert Environment({**data, "OPPORTUNE_BACKUPS": "/mnt/elsewhere"}).backups() == Path("/mnt/elsewhere")


def outdated(installation: Installation) -> Installation:
    """The installation as a former version has left it: one migration has not run."""
    installation.run("manage", "migrate", "search", "0001", "-v", "0")
    return installation


@pytest.mark.long
def test_before_a_migration_data_are_backed_up_in_the_tables_they_are_in(
    installed: Callable[..., Installation], tmp_path: Path
) -> None:
    old = outdated(installed())
    old.run("migrate")
    [file] = (old.data / "backups").iterdir()
    assert file.name.endswith("-before-migration.zip")
    with ZipFile(file) as archive:
        migrations = json.loads(archive.read("manifest.json"))["migrations"]
    assert ["search", "0001_initial"] in migrations
    assert ["search", "0002_trigrams"] not in migrations
    old.run("migrate")
    assert len(list((old.data / "backups").iterdir())) == 1, "nothing to migrate, nothing to back up"

    restored = Installation(tmp_path / "restored")
    restored.run("restore", str(file))
    assert restored.told("doctor")["findings"] == [], "an older backup is brought up to date"


@pytest.mark.long
def test_without_that_backup_nothing_is_migrated_unless_told(installed: Callable[..., Installation]) -> None:
    old = outdated(installed(OPPORTUNE_BACKUPS="/dev/null/backups"))
    assert "cannot be written" in old.run("migrate", code=6)
    assert [one["code"] for one in old.told("doctor", code=1)["findings"]] == ["migrations_pending"]
    assert "cannot be written" in old.run("serve", code=6), "nor is it served"
    old.run("migrate", "--no-backup")
    assert old.told("doctor")["findings"] == []


def test_a_new_installation_is_not_backed_up(migrated_data: Path) -> None:
    assert not (migrated_data / "backups").exists()
