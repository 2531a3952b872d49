"""Showing what a command found: tables for people, JSON for machines."""

from __future__ import annotations

import json
import sys
import unicodedata
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from babel.dates import format_date
from babel.numbers import format_currency, format_decimal
from pydantic import BaseModel
from rich.console import Console
from rich.table import Table

from opportune.identity.actor import Actor
from opportune.kernel.sentences import Sentence, sentence
from opportune.schemas.language import spoken

NOTHING = "–"
WIDE = 160


@dataclass(frozen=True, slots=True)
class Terminal:
    """Who acts, and how they are answered."""

    actor: Actor
    language: str
    is_json: bool = False

    def shape(self, shape: BaseModel) -> None:
        """A shape as JSON, as the API has it."""
        sys.stdout.write(f"{shape.model_dump_json()}\n")

    def outcome(self, outcome: Mapping[str, object]) -> None:
        """What a command came to, as JSON, where no shape of the API says it."""
        sys.stdout.write(f"{json.dumps(outcome, ensure_ascii=False)}\n")

    def written(self, shape: BaseModel, change_sets: Sequence[int]) -> None:
        """A shape as JSON after a command, with the change set that takes it back."""
        last = change_sets[-1] if change_sets else None
        self.outcome({**json.loads(shape.model_dump_json()), "change_set_id": last})

    def say(self, message: Sentence) -> None:
        """A sentence on a line of its own."""
        self.plain(spoken(message, self.language))

    def plain(self, text: str) -> None:
        """Text that belongs to no language, on a line of its own."""
        sys.stdout.write(f"{printable(text)}\n")

    def say_undo(self, change_sets: Sequence[int]) -> None:
        """How to take back what a command did."""
        for change_set in change_sets[-1:]:
            self.say(sentence("Take it back with: opportune undo {id}", id=change_set))

    def table(self, headings: Sequence[Sentence], rows: Iterable[Sequence[str]]) -> None:
        """Rows under headings."""
        table = Table(box=None, pad_edge=False)
        for heading in headings:
            table.add_column(spoken(heading, self.language), overflow="fold")
        for row in rows:
            table.add_row(*(printable(cell) for cell in row))
        self._print(table)

    def fields(self, pairs: Iterable[tuple[Sentence, str]]) -> None:
        """What there is to say of one record, a line each."""
        table = Table(box=None, pad_edge=False, show_header=False)
        for name, value in pairs:
            table.add_row(spoken(name, self.language), printable(value or NOTHING))
        self._print(table)

    def amount(self, value: Decimal | None, currency: str) -> str:
        """Money as the language writes it."""
        if value is None:
            return NOTHING
        return str(format_currency(value, currency, locale=self.language))

    def percentage(self, value: Decimal | None) -> str:
        """A percentage as the language writes it."""
        return NOTHING if value is None else f"{format_decimal(value, locale=self.language)} %"

    def day(self, value: date | None) -> str:
        """A day as the language writes it."""
        return NOTHING if value is None else str(format_date(value, "medium", locale=self.language))

    def _print(self, table: Table) -> None:
        console = Console(file=sys.stdout, markup=False, highlight=False, emoji=False)
        if not console.is_terminal:
            console.width = WIDE
        console.print(table)


def printable(text: str) -> str:
    """Text without the characters that would command the terminal."""
    return "".join(" " if unicodedata.category(each) == "Cc" else each for each in text)
