"""What may be set on processes, stages and steps, and what each field accepts."""

import re
from collections.abc import Callable, Mapping
from decimal import Decimal, InvalidOperation
from typing import Any

from opportune.kernel.errors import Invalid
from opportune.kernel.money import parse_amount, rounded
from opportune.kernel.registries import facts
from opportune.kernel.sentences import Sentence, sentence
from opportune.kernel.text import fold, storable
from opportune.process.formulas import FIELD as FORMULA
from opportune.process.formulas import canonical
from opportune.process.models import Process, Step

Check = Callable[[Any], Any]
KEY_LENGTH, NAME_LENGTH, LONGEST_TEXT = 30, 100, 20_000
LONGEST_DELAY, LONGEST_STAY = 365, 3650
_TRUTHS: Mapping[bool, tuple[Any, ...]] = {
    True: (True, "true", "yes", "on", "1"),
    False: (False, None, "", "false", "no", "off", "0"),
}


class _Wrong(Exception):
    def __init__(self, message: Sentence) -> None:
        self.message = message


def text(longest: int = LONGEST_TEXT, *, required: bool = False) -> Check:
    """Text without its surrounding blanks, up to a length."""

    def check(value: Any) -> str:
        typed = "" if value is None else storable(str(value)).strip()
        if required and not typed:
            raise _Wrong(sentence("This field is required."))
        if len(typed) > longest:
            raise _Wrong(sentence("At most {longest} characters fit here.", longest=longest))
        return typed

    return check


def _key(value: Any) -> str:
    typed: str = text(KEY_LENGTH)(value)
    if typed and ("/" in typed or typed.isdigit() or not typed.isprintable()):
        raise _Wrong(sentence("A key has letters in it, and no “/”."))
    return typed


def _percentage(value: Any) -> Decimal | None:
    if value in (None, ""):
        return None
    try:
        exact = parse_amount(value) if isinstance(value, str) else Decimal(str(value))
    except (InvalidOperation, ValueError):
        raise _Wrong(sentence("This is not a number.")) from None
    if not exact.is_finite() or not 0 <= exact <= 100:
        raise _Wrong(sentence("A percentage lies between 0 and 100."))
    return rounded(exact, 2)


def _completed(value: Any) -> Decimal:
    return _percentage(value) or Decimal(0)


def _days(longest: int) -> Check:
    def check(value: Any) -> int | None:
        if value in (None, ""):
            return None
        digits = isinstance(value, str) and value.isascii() and value.isdigit() and len(value) < 10
        number = int(value) if digits else value
        if type(number) is not int or not 0 <= number <= longest:
            raise _Wrong(sentence("A whole number of days, from 0 to {longest}.", longest=longest))
        return number

    return check


def _truth(value: Any) -> bool:
    said = value.strip().lower() if isinstance(value, str) else value
    for answer, ways in _TRUTHS.items():
        if isinstance(said, str | int | None) and said in ways:
            return answer
    raise _Wrong(sentence("Answer yes or no."))


def _method(value: Any) -> str:
    if value not in Process.Method.values:
        raise _Wrong(sentence("There is no method “{method}”.", method=str(value)))
    return str(value)


def _what(value: Any) -> str:
    if value not in Step.What.values:
        raise _Wrong(sentence("A step is a field, a tick or a task."))
    return str(value)


def _field(value: Any) -> str:
    name: str = text()(value)
    known = facts.get("step_fields")
    if name and known is not None and name not in known():
        raise _Wrong(sentence("An opportunity has no field “{field}”.", field=name))
    return name


_NAMES = {"name_en": text(NAME_LENGTH, required=True), "name_fr": text(NAME_LENGTH, required=True)}
PROCESS: Mapping[str, Check] = {
    **_NAMES,
    "method": _method,
    "estimates_required": _truth,
    "comments": text(),
}
STAGE: Mapping[str, Check] = {
    **_NAMES,
    "chance": _percentage,
    "completed": _completed,
    "allow_skip": _truth,
    "quote_required": _truth,
    "expected_days": _days(LONGEST_STAY),
    "stale_days": _days(LONGEST_STAY),
    FORMULA: lambda value: canonical("" if value is None else storable(str(value))),
    "guidance_en": text(),
    "guidance_fr": text(),
    "comments": text(),
}
STEP: Mapping[str, Check] = {
    **_NAMES,
    "field": _field,
    "is_required": _truth,
    "delay_days": _days(LONGEST_DELAY),
    "reminder_days": _days(LONGEST_DELAY),
}
KEY: Mapping[str, Check] = {"key": _key}
NEW_STEP: Mapping[str, Check] = {**STEP, "what": _what}
NAMES = ("name_en", "name_fr")


def checked(checks: Mapping[str, Check], given: Mapping[str, Any]) -> dict[str, Any]:
    """Given values as they are kept. Raises Invalid, naming every field that does not accept its value."""
    kept, wrong = {}, {}
    for name, value in given.items():
        if name not in checks:
            wrong[name] = sentence("This field does not exist, or cannot be typed.")
            continue
        try:
            kept[name] = checks[name](value)
        except _Wrong as problem:
            wrong[name] = problem.message
        except Invalid as problem:
            wrong |= problem.fields
    if wrong:
        raise Invalid(wrong)
    return kept


def demand_names(given: Mapping[str, Any]) -> None:
    """Raise Invalid for names left out where something is made."""
    missing = [name for name in NAMES if name not in given]
    if missing:
        raise Invalid({name: sentence("This field is required.") for name in missing})


def free_key(name: str, taken: set[str], fallback: str) -> str:
    """A key made from a name, that nothing else has."""
    plain = re.sub(r"[^a-z0-9]+", "_", fold(name)).strip("_")[:KEY_LENGTH].rstrip("_")
    if not plain or plain.isdigit():
        plain = f"{fallback}_{plain}".rstrip("_")[:KEY_LENGTH]
    for number in range(1, len(taken) + 2):
        suffix = "" if number == 1 else f"_{number}"
        key = plain[: KEY_LENGTH - len(suffix)] + suffix
        if key not in taken:
            return key
    raise RuntimeError("one more key than are taken is always free")
