"""The rows that were refused, in a CSV file like the first one, to be put right and imported again."""

import csv
from collections import Counter
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any, TextIO

from opportune.importing.tables import Line, Table
from opportune.kernel.errors import Invalid
from opportune.kernel.sentences import Sentence, sentence
from opportune.kernel.spreadsheets import as_meant, harmless

ADDED = ("row", "reason")
_KEPT_REASONS = 1000


class Rejects:
    """Counts refused rows and, if a file is named, writes them there with their number and the reason.

    The file is made with the first refusal. `say` puts a reason into the reader's language.
    """

    def __init__(self, table: Table, file: Path | None, say: Callable[[Sentence], str] = str) -> None:
        self.table, self.file, self.say = table, file, say
        self.count = 0
        self.reasons: Counter[str] = Counter()
        self._opened: TextIO | None = None
        self._writer: Any = None

    def add(self, line: Line, reasons: Sequence[Sentence]) -> None:
        """Refuse a row."""
        told = " ".join(self.say(reason) for reason in reasons)
        self.count += 1
        if told in self.reasons or len(self.reasons) < _KEPT_REASONS:
            self.reasons[told] += 1
        if self.file is None:
            return
        if self._writer is None:
            self._begin(self.file)
        own = [harmless(as_meant(cell)) for cell in self._own(line.raw)]
        self._writer.writerow([*own, line.number, harmless(told)])

    def close(self) -> None:
        """Finish the file."""
        if self._opened is not None:
            self._opened.close()

    @property
    def written(self) -> Path | None:
        """The file, if a row was refused into it."""
        return self.file if self._opened is not None else None

    def _begin(self, file: Path) -> None:
        try:
            self._opened = file.open("w", encoding="utf-8", newline="")
        except OSError as failure:
            raise Invalid(
                {
                    "rejects": sentence(
                        "{file} cannot be written: {problem}.", file=str(file), problem=failure.strerror
                    )
                }
            ) from None
        self._writer = csv.writer(self._opened, delimiter=self.table.delimiter, lineterminator="\n")
        self._writer.writerow([*self._own(self.table.header), *ADDED])

    def _own(self, cells: Sequence[str]) -> Sequence[str]:
        """The cells without those that an earlier import has added."""
        return cells[: -len(ADDED)] if self.table.header[-len(ADDED) :] == ADDED else cells
