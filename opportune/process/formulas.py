"""Close-date formulas: how long after a stage is entered the close is to be expected (BC §2.4).

A formula is a row of parts, applied from left to right: `3D`, `2W`, `1M`, `1Q` and `1Y` are days, weeks, months,
quarters and years, `CW`, `CM`, `CQ` and `CY` go to the end of the week, month, quarter or year one is in. A part
may be taken away: `CM-5D` is five days before the end of the month, `-CM` goes to its beginning.
"""

import re
from calendar import monthrange
from dataclasses import dataclass
from datetime import date, timedelta

from opportune.kernel.clock import FIRST_DAY, LAST_DAY
from opportune.kernel.errors import Invalid
from opportune.kernel.sentences import sentence

FIELD = "close_date_formula"
LONGEST = 30
_PART = re.compile(r"([+-]?)(?:(\d{1,3})|([CF]))([DJWSMQTYA])")
_LETTERS = str.maketrans("JSTAF", "DWQYC")
_MONTHS = {"M": 1, "Q": 3, "Y": 12}


@dataclass(frozen=True, slots=True)
class Part:
    """One part: `count` units forward (below zero: back), or none for the end (back: the beginning) of one."""

    is_back: bool
    count: int | None
    unit: str

    def __str__(self) -> str:
        return f"{'-' if self.is_back else '+'}{'C' if self.count is None else self.count}{self.unit}"

    def applied(self, on: date) -> date:
        """The day this part leads to. Raises OverflowError or ValueError beyond the calendar."""
        if self.count is None:
            return _first_day(on, self.unit) if self.is_back else _last_day(on, self.unit)
        count = -self.count if self.is_back else self.count
        if self.unit in _MONTHS:
            return _months_later(on, count * _MONTHS[self.unit])
        return on + timedelta(days=count * (7 if self.unit == "W" else 1))


def parts(formula: str) -> tuple[Part, ...]:
    """The parts of a formula, in either case, with the letters of English or French (J, S, M, T, A; F for C).

    Raises Invalid for what is not a formula, or leads nowhere but back.
    """
    typed = "".join(formula.split()).strip("<>").upper()
    found = [
        Part(sign == "-", int(count) if count else None, unit.translate(_LETTERS))
        for sign, count, _, unit in _PART.findall(typed)
    ]
    written = "".join(match.group(0) for match in _PART.finditer(typed))
    unsigned = [match for match in _PART.finditer(typed) if match.start() and not match.group(1)]
    if not found or written != typed or unsigned or len(typed) > LONGEST:
        raise Invalid(
            {
                FIELD: sentence(
                    "“{formula}” is not a date formula. Write for example 3D, 2W+1D, 1M, 1Q, 1Y or CM, "
                    "the end of the month.",
                    formula=formula,
                )
            }
        )
    if all(part.is_back for part in found):
        raise Invalid({FIELD: sentence("A date formula must lead forward from the day of change.")})
    return tuple(found)


def canonical(formula: str) -> str:
    """A formula as it is kept: without blanks, in English letters; blank stays blank. Raises Invalid."""
    return "".join(str(part) for part in parts(formula)).removeprefix("+") if formula.strip() else ""


def expected_close(formula: str, on: date) -> date:
    """The day a formula leads to from the day of change: never before it, nor beyond what a record may bear.

    Raises Invalid for a formula that is none; call it only where there is one.
    """
    day = on
    for part in parts(formula):
        try:
            day = part.applied(day)
        except (OverflowError, ValueError):
            day = FIRST_DAY if part.is_back else LAST_DAY
    return min(max(day, on), LAST_DAY)


def _months_later(on: date, months: int) -> date:
    """The same day of a later month, or its last one where it has no such day."""
    year, month = divmod(on.year * 12 + on.month - 1 + months, 12)
    return date(year, month + 1, min(on.day, monthrange(year, month + 1)[1]))


def _first_day(on: date, unit: str) -> date:
    if unit == "D":
        return on
    if unit == "W":
        return on - timedelta(days=on.weekday())
    length = _MONTHS[unit]
    return date(on.year, (on.month - 1) // length * length + 1, 1)


def _last_day(on: date, unit: str) -> date:
    if unit == "D":
        return on
    if unit == "W":
        return on + timedelta(days=6 - on.weekday())
    return _months_later(_first_day(on, unit), _MONTHS[unit]) - timedelta(days=1)
