"""The changes of a record as its timeline tells them: fields with their values before and after, in words."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from django.utils.translation import gettext

from opportune.customers.queries import Told
from opportune.kernel.sentences import Named
from opportune.web.formats import BLANK, day, moment, money, percent
from opportune.web.templating import named, said

LONGEST = 2000
"""How many characters of a former text a page carries; the API has all of it."""


@dataclass(frozen=True, slots=True)
class FieldChange:
    """A field of a change. A long text has no two values, but what it was `previously`, if it was anything."""

    field: str
    before: str = ""
    after: str = ""
    previously: str = ""

    @property
    def has_values(self) -> bool:
        """Whether there is something to tell beyond the field's name."""
        return self.before != self.after


def field_changes(told: Sequence[Told]) -> Sequence[FieldChange]:
    """What is told of one change, as it is written."""
    return [_written(one) for one in told]


def _written(one: Told) -> FieldChange:
    if not one.is_said:
        return FieldChange(one.field)
    if one.kind == "long":
        former = str(one.before or "")
        return FieldChange(
            one.field, previously=former if len(former) <= LONGEST else f"{former[:LONGEST].rstrip()}…"
        )
    before, after = (
        _value(value, one.kind, currency)
        for value, currency in zip((one.before, one.after), one.currencies, strict=True)
    )
    return FieldChange(one.field, before, after)


def _value(value: Any, kind: str, currency: str) -> str:
    if value is None or value == "":
        return BLANK
    if isinstance(value, bool):
        return gettext("Yes") if value else gettext("No")
    if isinstance(value, Decimal):
        return percent(value) if kind == "percent" else money(value, currency)
    if isinstance(value, datetime):
        return moment(value)
    if isinstance(value, date):
        return day(value)
    if isinstance(value, str | int):
        return str(value)
    return named(value) if isinstance(value, Named) else said(value)
