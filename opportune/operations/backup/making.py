"""Making a backup, while everybody goes on working."""

from __future__ import annotations

import os
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from hashlib import file_digest
from pathlib import Path
from typing import IO, Any

from django.conf import settings
from django.core.files.storage import default_storage
from django.db import connection
from django.db.migrations.loader import MigrationLoader

from opportune import __version__
from opportune.kernel import clock
from opportune.kernel.errors import Refused
from opportune.kernel.sentences import sentence
from opportune.operations.backup.archives import FORMAT, Writer, file_part, table_part
from opportune.operations.backup.sealing import seal
from opportune.operations.backup.sequences import last_id
from opportune.operations.backup.tables import Table, applied_migrations, tables_at
from opportune.operations.snapshots import snapshot

Progress = Callable[[str, int], None]


@dataclass(frozen=True, slots=True)
class Backup:
    """A backup that was made: its file and that file's digest, its bytes, and how many rows and files it holds."""

    file: Path
    sha256: str
    size: int
    rows: int
    files: int
    sealed: bool

    def as_json(self) -> dict[str, Any]:
        """For machines."""
        return {
            "file": str(self.file),
            "sha256": self.sha256,
            "bytes": self.size,
            "rows": self.rows,
            "files": self.files,
            "encrypted": self.sealed,
        }


def back_up(to: Path, *, passphrase: str = "", progress: Progress = lambda table, rows: None) -> Backup:
    """Write everything of one instant into a new file, which appears whole or not at all.

    It is readable by its owner only; with a passphrase only who knows it can read it. Raises Refused if the file is
    there already, or cannot be written.
    """
    if to.exists():
        raise Refused("file_exists", sentence("{file} exists already. Give another name.", file=str(to)))
    try:
        with _appearing(to) as out:
            if not passphrase:
                rows, files = _write(out, progress)
            else:
                with tempfile.TemporaryFile(dir=settings.DATA) as plain:
                    rows, files = _write(plain, progress)
                    plain.seek(0)
                    seal(plain, out, passphrase)
    except OSError as error:
        raise Refused(
            "backup_not_written",
            sentence(
                "The backup {file} cannot be written: {reason}.",
                file=str(to),
                reason=error.strerror or str(error),
            ),
        ) from error
    with to.open("rb") as made:
        return Backup(
            to, file_digest(made, "sha256").hexdigest(), to.stat().st_size, rows, files, bool(passphrase)
        )


def _write(out: IO[bytes], progress: Progress) -> tuple[int, int]:
    """Write the archive; how many rows and files it holds."""
    with Writer(out) as writer:
        begun_at = clock.now()
        with snapshot():
            loader = MigrationLoader(connection)
            migrations = applied_migrations(loader)
            tables = {table.name: _keep(table, writer, progress) for table in tables_at(loader, migrations)}
        # After the rows: a file is there before the first row that names it, and one stored since does no harm.
        files = {name: writer.add_file(file_part(name), content) for name, content in _stored_files()}
        writer.finish(
            {
                "format": FORMAT,
                "opportune": __version__,
                "made_at": begun_at.isoformat(timespec="seconds"),
                "engine": connection.vendor,
                "migrations": [list(key) for key in migrations],
                "tables": tables,
                "files": {name: {"bytes": part.count, "sha256": part.sha256} for name, part in files.items()},
            }
        )
    return sum(int(told["rows"]) for told in tables.values()), len(files)


def _keep(table: Table, writer: Writer, progress: Progress) -> dict[str, Any]:
    part = writer.add_lines(table_part(table.name), table.lines())
    progress(table.name, part.count)
    return {
        "rows": part.count,
        "sha256": part.sha256,
        **({"last_id": last_id(table)} if table.counts_its_rows else {}),
    }


def stored_files(folder: str = "") -> Iterator[str]:
    """The names of all stored files, in order."""
    try:
        folders, files = default_storage.listdir(folder)
    except FileNotFoundError:
        return
    for name in sorted(files):
        yield f"{folder}{name}"
    for name in sorted(folders):
        yield from stored_files(f"{folder}{name}/")


def _stored_files() -> Iterator[tuple[str, IO[bytes]]]:
    for name in stored_files():
        try:
            content = default_storage.open(name)
        except FileNotFoundError:  # deleted meanwhile
            continue
        with content:
            yield name, content


@contextmanager
def _appearing(to: Path) -> Iterator[IO[bytes]]:
    """A file to write that gets its name when all of it lies on the disk, and leaves nothing behind if that fails."""
    to.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    descriptor, name = tempfile.mkstemp(prefix=f".{to.name}.", suffix=".part", dir=to.parent)  # 0600
    draft = Path(name)
    try:
        with os.fdopen(descriptor, "wb") as out:
            yield out
            out.flush()
            os.fsync(out.fileno())
        draft.rename(to)
    except BaseException:
        draft.unlink(missing_ok=True)
        raise
