"""How the command line writes what a change did to a record's fields."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from opportune.cli.terminal import NOTHING, Terminal
from opportune.customers.queries import Told
from opportune.kernel.sentences import Named, Sentence, sentence
from opportune.schemas.language import spoken

YES, NO = sentence("Yes"), sentence("No")


def changes_in_words(terminal: Terminal, changes: Sequence[Told], currency: str) -> str:
    """The fields of a change with their values before and after; of long texts and what cannot be told, the names."""
    return ", ".join(_in_words(terminal, one, currency) for one in changes)


def _in_words(terminal: Terminal, one: Told, currency: str) -> str:
    if one.kind == "long" or not one.is_said:
        return one.field
    before, after = (
        _value(terminal, value, one.kind, then or currency)
        for value, then in zip((one.before, one.after), one.currencies, strict=True)
    )
    return f"{one.field}: {before} → {after}"


def _value(terminal: Terminal, value: Any, kind: str, currency: str) -> str:
    if value is None or value == "":
        return NOTHING
    if isinstance(value, bool):
        return spoken(YES if value else NO, terminal.language)
    if isinstance(value, Decimal):
        return terminal.percentage(value) if kind == "percent" else terminal.amount(value, currency)
    if isinstance(value, datetime):
        return value.isoformat(timespec="minutes")
    if isinstance(value, date):
        return terminal.day(value)
    if isinstance(value, Sentence):
        return spoken(value, terminal.language)
    return value.in_language(terminal.language) if isinstance(value, Named) else str(value)
