"""Checking what was typed or sent: a check takes a value and gives the one to keep, or raises `NotAcceptable`.

What every noun's fields have in common; what only one noun accepts stands in its `values.py`.
"""

from collections.abc import Callable, Mapping
from decimal import Decimal, InvalidOperation
from typing import Any

from opportune.kernel.errors import Invalid
from opportune.kernel.money import parse_amount
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


def truth(value: Any) -> bool:
    """Yes or no, as forms, files and programs write them; blank is no."""
    said = value.strip().lower() if isinstance(value, str) else value
    for answer, ways in _ANSWERS.items():
        if isinstance(said, str | int | None) and said in ways:
            return answer
    raise NotAcceptable(sentence("Answer yes or no."))
