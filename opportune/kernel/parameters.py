"""Reading the parameters of an address: what every filter and every form does with them first."""

import re
from collections.abc import Mapping
from datetime import date

from opportune.kernel.text import storable

_LONGEST_ID = 18
_DAY = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")


def given(parameters: Mapping[str, str]) -> dict[str, str]:
    """The parameters that ask for something, without the blanks around them; empty ones ask for nothing."""
    typed = {name: storable(value).strip() for name, value in parameters.items()}
    return {name: value for name, value in typed.items() if value}


def parts(listed: str | None) -> list[str]:
    """The parts of a list written with commas."""
    return [part.strip() for part in (listed or "").split(",") if part.strip()]


def record_id(text: str) -> int | None:
    """A record's id, or none for what is none; a longer number would not fit a column."""
    return int(text) if text.isascii() and text.isdigit() and len(text) <= _LONGEST_ID else None


def written_day(text: object) -> date:
    """A day written as 2026-12-31, and in no other way. Raises ValueError."""
    if not isinstance(text, str) or not _DAY.fullmatch(text):
        raise ValueError("not written as a day")
    return date.fromisoformat(text)
