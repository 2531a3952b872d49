"""Checking what was typed or sent: a check takes a value and gives the one to keep, or raises `NotAcceptable`.

What every noun's fields have in common; what only one noun accepts stands in its `values.py`.
"""

from collections.abc import Callable, Mapping
from datetime import date
from decimal import Decimal, InvalidOperation
from types import TracebackType
from typing import Any

from opportune.kernel.clock import FIRST_DAY, LAST_DAY
from opportune.kernel.errors import Invalid
from opportune.kernel.money import STORED_DECIMALS, fits, parse_amount, stored
from opportune.kernel.parameters import written_day
from opportune.kernel.sentences import Sentence, sentence
from opportune.kernel.text import storable

Check = Callable[[Any], Any]
NO_SUCH_FIELD = sentence("This field does not exist, or cannot be typed.")
_ANSWERS: Mapping[bool, tuple[Any, ...]] = {
    True: (True, "true", "yes", "on", "1"),
    False: (False, None, "", "false", "no", "off", "0"),
}


class NotAcceptable(ValueError):
    """A value that cannot be kept, and why."""

    def __init__(self, why: Sentence) -> None:
        super().__init__(str(why))
        self.why = why


class Faults:
    """What is wrong with one submission, gathered so that all of it is said at once: by field, its first fault."""

    def __init__(self) -> None:
        self.by_field: dict[str, Sentence] = {}

    def add(self, wrong: Mapping[str, Sentence]) -> None:
        """Note what is wrong with fields; what was noted of a field before stays."""
        self.by_field |= {name: why for name, why in wrong.items() if name not in self.by_field}

    def gathered(self) -> "_Gathering":
        """A block of code: what it finds Invalid is noted, and what comes after it goes on."""
        return _Gathering(self)

    def demand(self) -> None:
        """Raise Invalid for all that was noted."""
        if self.by_field:
            raise Invalid(self.by_field)


class _Gathering:
    def __init__(self, faults: Faults) -> None:
        self.faults = faults

    def __enter__(self) -> None: ...

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> bool:
        if not isinstance(error, Invalid):
            return False
        self.faults.add(error.fields)
        return True


def sorted_out(
    checks: Mapping[str, Check],
    given: Mapping[str, Any],
    unknown: Callable[[str], Sentence] = lambda name: NO_SUCH_FIELD,
) -> tuple[dict[str, Any], dict[str, Sentence]]:
    """The values to keep, and by field why the others cannot be kept."""
    kept: dict[str, Any] = {}
    wrong: dict[str, Sentence] = {}
    for name, value in given.items():
        if name not in checks:
            wrong[name] = unknown(name)
            continue
        try:
            kept[name] = checks[name](value)
        except NotAcceptable as refusal:
            wrong[name] = refusal.why
        except Invalid as invalid:
            wrong |= invalid.fields
    return kept, wrong


def accepted(name: str, check: Check, value: Any) -> Any:
    """One value as it is kept, of a field that only a command of its own sets. Raises Invalid under its name."""
    try:
        return check(value)
    except NotAcceptable as problem:
        raise Invalid({name: problem.why}) from None


def text(longest: int | None = None, *, required: bool = False) -> Check:
    """Text without its surrounding blanks, up to a length."""

    def check(value: Any) -> str:
        typed = "" if value is None else storable(str(value)).strip()
        if required and not typed:
            raise NotAcceptable(sentence("This field is required."))
        if longest is not None and len(typed) > longest:
            raise NotAcceptable(sentence("At most {longest} characters fit here.", longest=longest))
        return typed

    return check


def number(value: Any) -> Decimal:
    """An exact number, as people or programs write one."""
    if isinstance(value, bool):
        raise NotAcceptable(sentence("This is not a number."))
    try:
        exact = parse_amount(value) if isinstance(value, str) else Decimal(str(value))
    except (InvalidOperation, ValueError):
        raise NotAcceptable(sentence("This is not a number.")) from None
    if not exact.is_finite():
        raise NotAcceptable(sentence("This is not a number."))
    return exact


def percentage(value: Any) -> Decimal | None:
    """A percentage from 0 to 100, or none for blank."""
    if value in (None, ""):
        return None
    exact = number(value)
    if not 0 <= exact <= 100:
        raise NotAcceptable(sentence("A percentage lies between 0 and 100."))
    return exact


def storable_amount(exact: Decimal) -> Decimal:
    """An amount as it is kept. Raises NotAcceptable for more decimals than any currency has."""
    if not fits(exact, STORED_DECIMALS):
        raise NotAcceptable(sentence("At most {count} decimals fit here.", count=STORED_DECIMALS))
    return stored(exact)


def near_enough(day: date) -> date:
    """A day that a record may bear. Raises NotAcceptable for one too far away, such as a year of two digits."""
    if day.year < 100:
        year = 2000 + day.year
        raise NotAcceptable(
            sentence("This date is too far away. Write the year in full, such as {year}.", year=year)
        )
    if not FIRST_DAY <= day <= LAST_DAY:
        raise NotAcceptable(sentence("This date is too far away."))
    return day


def day(value: Any) -> date | None:
    """A calendar day that a record may bear, as forms, filters and programs write it, or none for blank."""
    if value in (None, ""):
        return None
    try:
        typed = value if type(value) is date else written_day(value)
    except ValueError:
        raise NotAcceptable(sentence("This is not a date. Write it as 2026-12-31.")) from None
    return near_enough(typed)


def truth(value: Any) -> bool:
    """Yes or no, as forms, files and programs write them; blank is no."""
    said = value.strip().lower() if isinstance(value, str) else value
    for answer, ways in _ANSWERS.items():
        if isinstance(said, str | int | None) and said in ways:
            return answer
    raise NotAcceptable(sentence("Answer yes or no."))
