"""A restore takes back what is whole, of a version it knows, where nothing is yet; and nothing else."""

from __future__ import annotations

import json
from collections.abc import Callable
from hashlib import sha256
from pathlib import Path
from typing import Any
from zipfile import ZipFile

import pytest

from opportune.kernel.errors import Refused
from opportune.operations.backup.archives import MANIFEST, table_part
from opportune.operations.backup.making import Backup, back_up
from opportune.operations.backup.restoring import check, fill, restore
from opportune.operations.backup.tables import line_of
from opportune.reference.models import CloseReason
from tests.deals import Trade
from tests.operations.backup.test_backup import tables_now
from tests.operations.installations import Installation

PASSPHRASE = "a long walk to the station"
REASONS = table_part("reference_closereason")
NOWHERE = 987_654
Parts = dict[str, bytes]


@pytest.fixture
def made(trade: Trade, files: Path, tmp_path: Path) -> Backup:
    trade.deal("Two pumps")
    return back_up(tmp_path / "one.zip")


def rewritten(made: Backup, change: Callable[[Parts], object]) -> Path:
    """A copy of a backup with other parts, correctly packed."""
    with ZipFile(made.file) as archive:
        parts = {name: archive.read(name) for name in archive.namelist()}
    change(parts)
    copy = made.file.with_name("copy.zip")
    with ZipFile(copy, "w") as archive:
        for name, content in parts.items():
            archive.writestr(name, content)
    return copy


def with_manifest(parts: Parts, change: Callable[[dict[str, Any]], object]) -> None:
    manifest = json.loads(parts[MANIFEST])
    change(manifest)
    parts[MANIFEST] = json.dumps(manifest).encode()


def without_last_line(content: bytes) -> bytes:
    return b"".join(content.splitlines(keepends=True)[:-1])


def escape(parts: Parts) -> None:
    told = {"bytes": 4, "sha256": sha256(b"mine").hexdigest()}
    parts["files/../../secret.key"] = b"mine"
    with_manifest(parts, lambda manifest: manifest["files"].update({"../../secret.key": told}))


TAMPERED: dict[str, Callable[[Parts], object]] = {
    "a value": lambda parts: parts.update({REASONS: parts[REASONS].replace(b"PRICE_W", b"PRICE_X")}),
    "a row less": lambda parts: parts.update({REASONS: without_last_line(parts[REASONS])}),
    "a row more": lambda parts: parts.update({REASONS: parts[REASONS] + b"[]\n"}),
    "a table less": lambda parts: parts.pop(REASONS),
    "a part more": lambda parts: parts.update({"tables/more.jsonl": b"[]\n"}),
    "a file": lambda parts: parts.update({"files/2026/offer.pdf": b"%PDF of another offer"}),
    "no manifest": lambda parts: parts.pop(MANIFEST),
    "a manifest that is none": lambda parts: parts.update({MANIFEST: b"[1, 2]"}),
    "a count": lambda parts: with_manifest(
        parts, lambda told: told["tables"]["ledger_change"].update(rows=1)
    ),
    "a digest": lambda parts: with_manifest(
        parts, lambda told: told["tables"]["ledger_change"].update(sha256="0" * 64)
    ),
    "a file beyond the directory": escape,
}


@pytest.mark.parametrize("what", TAMPERED)
def test_a_backup_that_was_tampered_with_is_refused(made: Backup, what: str) -> None:
    with pytest.raises(Refused) as refused:
        check(rewritten(made, TAMPERED[what]))
    assert refused.value.code == "archive_damaged"


def test_a_backup_that_is_as_it_was_passes(made: Backup) -> None:
    assert check(rewritten(made, lambda parts: None)).rows == made.rows
    assert check(made.file, digest=made.sha256.upper()).files == 1


def test_a_backup_that_was_cut_short_or_lost_a_byte_is_refused(made: Backup, tmp_path: Path) -> None:
    whole = made.file.read_bytes()
    middle = len(whole) // 2
    flipped = whole[:middle] + bytes([whole[middle] ^ 1]) + whole[middle + 1 :]
    for name, content in {
        "short": whole[:middle],
        "flipped": flipped,
        "empty": b"",
        "text": b"no zip",
    }.items():
        (tmp_path / name).write_bytes(content)
        with pytest.raises(Refused) as refused:
            check(tmp_path / name)
        assert refused.value.code == "archive_damaged", name


def test_another_file_than_the_one_that_was_meant_is_refused(made: Backup) -> None:
    other = rewritten(made, lambda parts: None)
    with pytest.raises(Refused, match="no whole backup"):
        check(other, digest=made.sha256)


def test_a_backup_of_a_newer_version_is_refused(made: Backup) -> None:
    future = ["opportunities", "9999_of_the_future"]
    newer = rewritten(
        made, lambda parts: with_manifest(parts, lambda told: told["migrations"].append(future))
    )
    with pytest.raises(Refused) as refused:
        restore(newer)
    assert refused.value.code == "archive_newer"
    newest = rewritten(made, lambda parts: with_manifest(parts, lambda told: told.update(format=2)))
    with pytest.raises(Refused) as refused:
        check(newest)
    assert refused.value.code == "archive_newer"


def test_where_there_are_data_nothing_is_restored(made: Backup) -> None:
    with pytest.raises(Refused) as refused:
        restore(made.file)
    assert refused.value.code == "target_not_empty"


def test_a_file_that_is_not_there_is_refused(files: Path, tmp_path: Path) -> None:
    with pytest.raises(Refused, match="cannot be read"):
        check(tmp_path / "nowhere.zip")


def test_a_sealed_backup_opens_with_its_passphrase_alone(trade: Trade, files: Path, tmp_path: Path) -> None:
    made = back_up(tmp_path / "one.zip", passphrase=PASSPHRASE)
    assert made.sealed
    assert b"manifest.json" not in made.file.read_bytes()
    assert check(made.file, passphrase=PASSPHRASE).rows == made.rows
    codes = []
    for passphrase in ("", "another"):
        with pytest.raises(Refused) as refused:
            check(made.file, passphrase=passphrase)
        codes.append(refused.value.code)
    assert codes == ["passphrase_needed", "passphrase_wrong"]


def test_a_sealed_backup_that_was_changed_is_refused(trade: Trade, files: Path, tmp_path: Path) -> None:
    made = back_up(tmp_path / "one.zip", passphrase=PASSPHRASE)

    def flip(parts: Parts) -> None:
        content = parts["backup.age"]
        parts["backup.age"] = content[:-20] + bytes([content[-20] ^ 1]) + content[-19:]

    with pytest.raises(Refused) as refused:
        check(rewritten(made, flip), passphrase=PASSPHRASE)
    assert refused.value.code == "archive_damaged"


def test_a_row_that_the_database_cannot_keep_is_named(db: None) -> None:
    [table] = [one for one in tables_now() if one.name == "reference_closereason"]
    lines = iter([line_of(table.columns), line_of([None] * len(table.columns))])
    with pytest.raises(Refused, match="reference_closereason") as refused:
        fill(table, lines)
    assert refused.value.code == "archive_unfit"


@pytest.mark.postgres
def test_a_reference_to_nothing_is_refused_before_the_end(trade: Trade, files: Path) -> None:
    [table] = [one for one in tables_now() if one.name == "process_step"]
    columns, *rows = table.lines()
    values = json.loads(rows[0])
    values[table.columns.index("id")] = NOWHERE
    fill(table, iter([columns, line_of(values)]))
    values[table.columns.index("id")] = NOWHERE + 1
    values[table.columns.index("stage_id")] = NOWHERE
    with pytest.raises(Refused, match="process_step"):
        fill(table, iter([columns, line_of(values)]))


@pytest.mark.long
def test_a_refused_restore_leaves_no_row_and_no_file_and_can_be_repeated(
    made: Backup, tmp_path: Path
) -> None:
    def spoil(parts: Parts) -> None:
        """An account too many by the ledger's count of rows, with digests that agree with it."""
        rows = parts[REASONS].splitlines(keepends=True)
        parts[REASONS] = b"".join([*rows, rows[-1]])  # twice the same key
        told = {"rows": len(rows), "sha256": sha256(parts[REASONS]).hexdigest()}
        with_manifest(parts, lambda manifest: manifest["tables"]["reference_closereason"].update(told))

    target = Installation(tmp_path / "there")
    spoilt = rewritten(made, spoil)
    assert target.told("restore", str(spoilt), code=6)["code"] == "archive_unfit"
    assert not [file for file in (target.data / "files").rglob("*") if file.is_file()]
    assert target.told("restore", str(made.file))["rows"] == made.rows
    assert CloseReason.objects.count() > 0
    assert target.told("restore", str(made.file), code=6)["code"] == "target_not_empty"
