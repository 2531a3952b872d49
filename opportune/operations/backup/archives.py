"""The file of a backup: writing its parts with their digests, and reading none that is not what it must be."""

from __future__ import annotations

import json
import zlib
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from hashlib import sha256
from pathlib import PurePosixPath
from typing import IO, Any
from zipfile import ZIP_DEFLATED, BadZipFile, ZipFile, ZipInfo

from opportune.kernel.errors import Refused
from opportune.kernel.sentences import sentence

FORMAT = 1
MANIFEST = "manifest.json"
QUICK = 3  # of the levels of deflate: half the time of the default for a tenth more space
PIECE = 1 << 18
LARGEST_MANIFEST = 1 << 28
_BROKEN = (BadZipFile, zlib.error, EOFError, OSError, ValueError, KeyError, NotImplementedError, RuntimeError)


@dataclass(frozen=True, slots=True)
class Part:
    """What a part of an archive must be: its digest, and how many lines or bytes it has."""

    sha256: str
    count: int


class Writer:
    """An archive that is being written."""

    def __init__(self, out: IO[bytes]) -> None:
        self._zip = ZipFile(out, "w", ZIP_DEFLATED, compresslevel=QUICK)

    def __enter__(self) -> Writer:
        return self

    def __exit__(self, kind: type[BaseException] | None, *error: object) -> None:
        if kind is not None:
            with suppress(OSError, ValueError):  # what cannot be written cannot be ended either
                self._zip.close()

    def add_lines(self, name: str, lines: Iterable[bytes]) -> Part:
        """Write lines as one part; those after the first, which names the columns, count."""
        lines_counted = -1
        digest = sha256()
        with self._open(name) as part:
            waiting: list[bytes] = []
            size = 0
            for line in lines:
                lines_counted += 1
                waiting.append(line)
                size += len(line)
                if size >= PIECE:
                    _put(part, digest, waiting)
                    waiting, size = [], 0
            _put(part, digest, waiting)
        return Part(digest.hexdigest(), max(lines_counted, 0))

    def add_file(self, name: str, content: IO[bytes]) -> Part:
        """Copy a file into the archive; its bytes count."""
        digest, size = sha256(), 0
        with self._open(name) as part:
            while piece := content.read(PIECE):
                size += len(piece)
                _put(part, digest, [piece])
        return Part(digest.hexdigest(), size)

    def finish(self, manifest: Mapping[str, Any]) -> None:
        """Write the manifest, and the end."""
        with self._open(MANIFEST) as part:
            part.write(json.dumps(manifest, ensure_ascii=False, indent=1).encode())
        self._zip.close()

    def _open(self, name: str) -> IO[bytes]:
        info = ZipInfo(name)
        info.compress_type = ZIP_DEFLATED
        info.external_attr = 0o600 << 16
        return self._zip.open(info, "w", force_zip64=True)


class Archive:
    """An archive that is read. Every method raises Refused `archive_damaged` for one that is not whole."""

    def __init__(self, file: IO[bytes]) -> None:
        with _whole():
            self._zip = ZipFile(file)
            info = self._zip.getinfo(MANIFEST)
            if info.file_size > LARGEST_MANIFEST:
                raise ValueError("the manifest is too large")
            self.manifest: dict[str, Any] = json.loads(self._zip.read(info))
            if self.manifest["format"] > FORMAT:
                raise newer()
            self.tables = {name: _part(told, "rows") for name, told in self.manifest["tables"].items()}
            self.files = {name: _part(told, "bytes") for name, told in self.manifest["files"].items()}
            self.migrations = [(app, name) for app, name in self.manifest["migrations"]]
            self.last_ids = {
                name: int(told.get("last_id", 0)) for name, told in self.manifest["tables"].items()
            }
            wanted = sorted([MANIFEST, *map(table_part, self.tables), *map(file_part, self.files)])
            if sorted(self._zip.namelist()) != wanted or not all(map(_stays_below, self.files)):
                raise ValueError("parts are missing, or there are others")

    def verify(self) -> None:
        """Read all of it, comparing every digest and count with the manifest."""
        for name in self.tables:
            for _ in self.lines(name):
                pass
        for name in self.files:
            for _ in self.pieces(name):
                pass

    def lines(self, table: str) -> Iterator[bytes]:
        """The lines of a table, the names of the columns first; the last one comes once all are proven."""
        wanted = self.tables[table]
        digest, count, last = sha256(), -1, b""
        with _whole():
            for line in self._zip.open(table_part(table)):
                if last:
                    yield last
                digest.update(line)
                count, last = count + 1, line
            if Part(digest.hexdigest(), count) != wanted:
                raise ValueError(f"{table} differs from the manifest")
            yield last

    def pieces(self, file: str) -> Iterator[bytes]:
        """The content of a stored file, piece by piece."""
        wanted = self.files[file]
        digest, size = sha256(), 0
        with _whole(), self._zip.open(file_part(file)) as content:
            while piece := content.read(PIECE):
                digest.update(piece)
                size += len(piece)
                yield piece
            if Part(digest.hexdigest(), size) != wanted:
                raise ValueError(f"{file} differs from the manifest")


def table_part(table: str) -> str:
    """The name of the part with a table's rows."""
    return f"tables/{table}.jsonl"


def file_part(file: str) -> str:
    """The name of the part with a stored file."""
    return f"files/{file}"


def newer() -> Refused:
    """The refusal of an archive that this version cannot understand."""
    return Refused(
        "archive_newer",
        sentence("This backup was made by a newer version of Opportune. Install that version, then restore."),
    )


def damaged(reason: str) -> Refused:
    """The refusal of an archive that is not what was written."""
    return Refused(
        "archive_damaged",
        sentence(
            "This is no whole backup ({reason}). Nothing was restored. Take another copy.", reason=reason
        ),
        reason=reason,
    )


@contextmanager
def _whole() -> Iterator[None]:
    try:
        yield
    except (*_BROKEN, TypeError, AttributeError) as error:
        raise damaged(str(error).strip("'\"") or type(error).__name__) from error


def _put(part: IO[bytes], digest: Any, pieces: list[bytes]) -> None:
    joined = b"".join(pieces)
    digest.update(joined)
    part.write(joined)


def _part(told: Mapping[str, Any], counted: str) -> Part:
    return Part(str(told["sha256"]), int(told[counted]))


def _stays_below(file: str) -> bool:
    path = PurePosixPath(file)
    return not path.is_absolute() and ".." not in path.parts and str(path) == file and "\\" not in file
