"""What may be set on processes, stages and steps, and what each field accepts."""

import re
from collections.abc import Mapping
from decimal import Decimal
from typing import Any

from opportune.kernel.checking import Check, NotAcceptable, percentage, sorted_out, text, truth
from opportune.kernel.errors import Invalid
from opportune.kernel.money import rounded
from opportune.kernel.registries import facts
from opportune.kernel.sentences import sentence
from opportune.kernel.text import fold, storable
from opportune.process.formulas import FIELD as FORMULA
from opportune.process.formulas import canonical
from opportune.process.models import Process, Step

KEY_LENGTH, NAME_LENGTH, LONGEST_TEXT = 30, 100, 20_000
LONGEST_DELAY, LONGEST_STAY = 365, 3650


def _key(value: Any) -> str:
    typed: str = text(KEY_LENGTH)(value)
    if typed and ("/" in typed or typed.isdigit() or not typed.isprintable()):
        raise NotAcceptable(sentence("A key has letters in it, and no “/”."))
    return typed


def _percentage(value: Any) -> Decimal | None:
    exact = percentage(value)
    return None if exact is None else rounded(exact, 2)


def _completed(value: Any) -> Decimal:
    return _percentage(value) or Decimal(0)


def _days(longest: int) -> Check:
    def check(value: Any) -> int | None:
        if value in (None, ""):
            return None
        digits = isinstance(value, str) and value.isascii() and value.isdigit() and len(value) < 10
        number = int(value) if digits else value
        if type(number) is not int or not 0 <= number <= longest:
            raise NotAcceptable(sentence("A whole number of days, from 0 to {longest}.", longest=longest))
        return number

    return check


def _method(value: Any) -> str:
    if value not in Process.Method.values:
        raise NotAcceptable(sentence("There is no method “{method}”.", method=str(value)))
    return str(value)


def _what(value: Any) -> str:
    if value not in Step.What.values:
        raise NotAcceptable(sentence("A step is a field, a tick or a task."))
    return str(value)


def _field(value: Any) -> str:
    name: str = text(LONGEST_TEXT)(value)
    known = facts.get("step_fields")
    if name and known is not None and name not in known():
        raise NotAcceptable(sentence("An opportunity has no field “{field}”.", field=name))
    return name


_NAMES = {"name_en": text(NAME_LENGTH, required=True), "name_fr": text(NAME_LENGTH, required=True)}
PROCESS: Mapping[str, Check] = {
    **_NAMES,
    "method": _method,
    "estimates_required": truth,
    "comments": text(LONGEST_TEXT),
}
STAGE: Mapping[str, Check] = {
    **_NAMES,
    "chance": _percentage,
    "completed": _completed,
    "allow_skip": truth,
    "quote_required": truth,
    "expected_days": _days(LONGEST_STAY),
    "stale_days": _days(LONGEST_STAY),
    FORMULA: lambda value: canonical("" if value is None else storable(str(value))),
    "guidance_en": text(LONGEST_TEXT),
    "guidance_fr": text(LONGEST_TEXT),
    "comments": text(LONGEST_TEXT),
}
STEP: Mapping[str, Check] = {
    **_NAMES,
    "field": _field,
    "is_required": truth,
    "delay_days": _days(LONGEST_DELAY),
    "reminder_days": _days(LONGEST_DELAY),
}
KEY: Mapping[str, Check] = {"key": _key}
NEW_STEP: Mapping[str, Check] = {**STEP, "what": _what}
NAMES = ("name_en", "name_fr")


def checked(checks: Mapping[str, Check], given: Mapping[str, Any]) -> dict[str, Any]:
    """Given values as they are kept. Raises Invalid, naming every field that does not accept its value."""
    kept, wrong = sorted_out(checks, given)
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
