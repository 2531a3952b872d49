"""Exact decimals in a database column, as scaled integers.

SQLite would add decimals up as floats; an integer column adds up exactly on both engines.
"""

from decimal import Decimal
from typing import Any, TypeVar

from django.db import models
from django.db.backends.base.base import BaseDatabaseWrapper
from django.db.models.expressions import Combinable

from opportune.kernel.money import rounded

HALF = 10**8
"""Amounts that are added up on SQLite are taken apart as `high × HALF + low`, so that no sum of them overflows."""

SetType = TypeVar("SetType", contravariant=True)
GetType = TypeVar("GetType", covariant=True)


class ScaledField(models.Field[SetType, GetType]):
    """A Decimal kept as an integer number of its smallest unit."""

    decimals = 4
    _pyi_private_set_type: Decimal | int | str | Combinable
    _pyi_private_get_type: Decimal
    _pyi_lookup_exact_type: Decimal | int | str

    def get_internal_type(self) -> str:
        """The column is a big integer on both engines."""
        return "BigIntegerField"

    def _scale(self, value: Any) -> int | None:
        if value is None:
            return None
        exact = rounded(Decimal(value), self.decimals)
        return int(exact.scaleb(self.decimals))

    def get_prep_value(self, value: Any) -> Any:
        if hasattr(value, "resolve_expression"):
            return value
        return self._scale(value)

    def from_db_value(self, value: Any, *_: object) -> Decimal | None:
        """The column's integer (or PostgreSQL's exact sum of it) as a Decimal."""
        return None if value is None else Decimal(value).scaleb(-self.decimals)

    def to_python(self, value: Any) -> Any:
        return None if value in (None, "") else rounded(Decimal(value), self.decimals)

    def value_to_string(self, obj: models.Model) -> str:
        value = self.value_from_object(obj)
        return "" if value is None else str(value)


class MoneyField(ScaledField[SetType, GetType]):
    """An amount of money with four decimals, below 10¹² (domain.md §2)."""


class PercentField(ScaledField[SetType, GetType]):
    """A percentage with four decimals; actions keep chances at two."""


class RateField(ScaledField[SetType, GetType]):
    """An exchange rate with eight decimals: units of a currency per one base unit."""

    decimals = 8


def of_halves(high: int | Decimal, low: int | Decimal) -> Decimal:
    """The amount whose scaled integer is in two halves."""
    return Decimal(int(high) * HALF + int(low)).scaleb(-ScaledField.decimals)


class ExactSum(models.Aggregate):
    """The sum of a scaled column as a Decimal, zero for no rows; never a float, never an overflow.

    SQLite's integer sum fails beyond 2⁶³, which a thousand of the largest amounts would reach, so there
    the high and the low digits are summed apart.
    """

    function = "SUM"
    name = "ExactSum"

    def __init__(self, expression: Any, **extra: Any) -> None:
        extra.setdefault("output_field", _SummedText())
        super().__init__(expression, **extra)

    def as_sqlite(self, compiler: Any, connection: BaseDatabaseWrapper, **_: Any) -> Any:
        template = f"(SUM((%(expressions)s) / {HALF}) || ':' || SUM((%(expressions)s) %%%% {HALF}))"
        sql, params = super().as_sql(compiler, connection, template=template)
        return sql, (*params, *params)


class _SummedText(models.TextField):  # type: ignore[type-arg]
    """What `ExactSum` reads back: PostgreSQL's numeric, or SQLite's two halves as text."""

    def from_db_value(self, value: Any, *_: object) -> Decimal:
        if value is None:
            return Decimal(0)
        if isinstance(value, str):
            high, low = value.split(":")
            return of_halves(int(high), int(low))
        return Decimal(value).scaleb(-ScaledField.decimals)
