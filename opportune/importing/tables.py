"""Reading CSV files: commas, semicolons or tabs, UTF-8 with or without a mark at its beginning."""

import csv
import hashlib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import NoReturn, TextIO

from opportune.kernel.errors import Invalid
from opportune.kernel.sentences import Sentence, sentence
from opportune.kernel.spreadsheets import as_meant

DELIMITERS = (",", ";", "\t")
_LONGEST_CELL = 1_000_000


@dataclass(frozen=True, slots=True)
class Line:
    """A row of a table: its number in the file, the header being row 1, and its cells by column.

    `raw` are the cells as they stand; when their number is not the header's, `cells` is empty.
    """

    number: int
    raw: tuple[str, ...]
    cells: dict[str, str]


@dataclass(frozen=True, slots=True)
class Table:
    """A CSV file whose header was checked. It is read again each time, so that it need not fit into memory."""

    file: Path
    delimiter: str
    header: tuple[str, ...]

    def lines(self) -> Iterator[Line]:
        """The rows that are not blank. Raises Invalid where the file turns out to be no CSV after all."""
        with _opened(self.file) as opened:
            for number, row in enumerate(_read(opened, self.file, self.delimiter), start=1):
                if number > 1 and any(cell.strip() for cell in row):
                    fits = len(row) == len(self.header)
                    cells = dict(zip(self.header, map(as_meant, row), strict=True)) if fits else {}
                    yield Line(number, tuple(row), cells)

    def digest(self) -> str:
        """What tells this content from any other."""
        with self.file.open("rb") as opened:
            return hashlib.file_digest(opened, "sha256").hexdigest()


def open_table(file: Path, columns: Sequence[str]) -> Table:
    """The table in a file that has to have some columns. Raises Invalid if it cannot be read or lacks one."""
    delimiter, header = max(_headers(file), key=lambda one: (len(set(columns) & set(one[1])), len(one[1])))
    missing = [column for column in columns if column not in header]
    if missing:
        _refuse(
            file,
            sentence(
                "{file} has no column “{missing}”. It has: {present}.",
                file=file.name,
                missing=missing[0],
                present=", ".join(header),
            ),
        )
    twice = [column for column in columns if header.count(column) > 1]
    if twice:
        _refuse(
            file,
            sentence("{file} has two columns called “{column}”.", file=file.name, column=twice[0]),
        )
    return Table(file, delimiter, header)


def _headers(file: Path) -> list[tuple[str, tuple[str, ...]]]:
    """The header as each delimiter would have it. Raises Invalid if none makes sense of it."""
    headers = []
    problem: Invalid | None = None
    for delimiter in DELIMITERS:
        try:
            headers.append((delimiter, _header(file, delimiter)))
        except Invalid as refusal:
            problem = problem or refusal
    if problem is not None and not headers:
        raise problem
    return headers


def _header(file: Path, delimiter: str) -> tuple[str, ...]:
    with _opened(file) as opened:
        first = next(_read(opened, file, delimiter), None)
    if first is None:
        _refuse(file, sentence("{file} is empty.", file=file.name))
    return tuple(cell.strip() for cell in first)


def _opened(file: Path) -> TextIO:
    try:
        return file.open(encoding="utf-8-sig", newline="")
    except OSError as failure:
        _refuse(file, sentence("{file} cannot be read: {problem}.", file=str(file), problem=failure.strerror))
    except ValueError as failure:  # a name that no file can have
        _refuse(
            file, sentence("{file} cannot be read: {problem}.", file=ascii(str(file)), problem=str(failure))
        )


def _read(opened: TextIO, file: Path, delimiter: str) -> Iterator[list[str]]:
    csv.field_size_limit(_LONGEST_CELL)
    reader = csv.reader(opened, delimiter=delimiter, strict=True)
    try:
        for row in reader:
            if any("\0" in cell for cell in row):
                _refuse(file, sentence("{file} is no text file. Save it as CSV.", file=file.name))
            yield row
    except UnicodeDecodeError:
        _refuse(
            file,
            sentence(
                "{file} is not UTF-8 text, after line {line}. Save it as “CSV UTF-8”.",
                file=file.name,
                line=reader.line_num,
            ),
        )
    except (csv.Error, IsADirectoryError) as problem:
        _refuse(
            file,
            sentence(
                "{file} is no valid CSV in line {line}: {problem}.",
                file=file.name,
                line=reader.line_num,
                problem=str(problem),
            ),
        )


def _refuse(file: Path, message: Sentence) -> NoReturn:
    raise Invalid({file.name: message})
