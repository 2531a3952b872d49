"""What all shapes are made of: exact numbers as text, plain days, ids, and the two kinds of shape.

Amounts and percentages go out as text with four decimals, because a JSON number would become a float.
"""

from collections.abc import Iterable
from datetime import date, datetime
from decimal import Decimal
from typing import Annotated, Any

from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict, Field, PlainSerializer
from pydantic_core import PydanticCustomError

from opportune.kernel.money import STORED_DECIMALS
from opportune.kernel.parameters import written_day
from opportune.kernel.text import storable


class Shown(BaseModel):
    """A shape that goes out; it can be built from any object with the same attributes."""

    model_config = ConfigDict(from_attributes=True, frozen=True)


class Given(BaseModel):
    """A shape that comes in; what it does not declare is refused, never passed over."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    def given(self, *left_out: str) -> dict[str, Any]:
        """The fields that were written, empty ones too, and no others."""
        return self.model_dump(exclude_unset=True, exclude=set(left_out))


def _decimals(number: Decimal) -> str:
    return f"{number:.{STORED_DECIMALS}f}"


def _no_truth(value: Any) -> Any:
    # Python counts True as 1; a record or an amount called true is a mistake
    if isinstance(value, bool):
        raise PydanticCustomError("number", "not a number")
    return value


def _keepable(text: str) -> str:
    if text != storable(text):
        raise PydanticCustomError("text", "not text")
    return text


def _day(value: Any) -> Any:
    if isinstance(value, date) and not isinstance(value, datetime):
        return value
    try:
        return written_day(value)
    except ValueError:
        raise PydanticCustomError("day", "not a date") from None


def _id_or_key(value: Any) -> Any:
    return int(value) if isinstance(value, str) and value.isascii() and value.isdigit() else _no_truth(value)


def _sorted(verbs: Iterable[str]) -> list[str]:
    return sorted(verbs)


Exact = Annotated[Decimal, PlainSerializer(_decimals, return_type=str)]
"""An amount or a percentage going out: `"1234.5000"`."""
Number = Annotated[Decimal, BeforeValidator(_no_truth)]
"""An amount or a percentage coming in, as text or as a JSON number, both read exactly."""
Day = Annotated[date, BeforeValidator(_day)]
"""A plain day coming in: `2026-12-31`."""
Id = Annotated[int, BeforeValidator(_no_truth), Field(gt=0, lt=2**63)]
"""The id of a record."""
Whole = Annotated[int, BeforeValidator(_no_truth)]
"""A whole number."""
Text = Annotated[str, AfterValidator(_keepable)]
"""Text that both databases can keep: no NUL, no halves of characters."""
Name = Annotated[int | str, BeforeValidator(_id_or_key)]
"""A process or a stage, by its id or by its key."""
Verbs = Annotated[list[str], BeforeValidator(_sorted)]
"""The verbs an actor may use on a record, by the alphabet."""
