"""Exact amounts. An amount is a Decimal with at most four decimals and fewer than twelve digits before them.

Rounding is half away from zero everywhere (domain.md §2); floats never enter.
"""

import re
from decimal import ROUND_HALF_UP, Decimal

STORED_DECIMALS = 4
LIMIT = Decimal(10) ** 12
ZERO = Decimal(0)
_STORED = Decimal(1).scaleb(-STORED_DECIMALS)
_PLAIN = re.compile(r"[0-9]+\.?[0-9]*|\.[0-9]+")
_THOUSANDS = re.compile(r"[1-9][0-9]{0,2}[.,][0-9]{3}")
_SEVERAL_GROUPS = re.compile(r"[0-9]{1,3}([.,])(?:[0-9]{2,3}\1)+[0-9]{3}")


def rounded(amount: Decimal, decimals: int) -> Decimal:
    """`amount` at a number of decimals, half away from zero."""
    return amount.quantize(Decimal(1).scaleb(-decimals), rounding=ROUND_HALF_UP)


def fits(amount: Decimal, decimals: int) -> bool:
    """Whether an amount has no more decimals than that."""
    return rounded(amount, decimals) == amount


def stored(amount: Decimal) -> Decimal:
    """`amount` at the precision the database keeps."""
    return amount.quantize(_STORED, rounding=ROUND_HALF_UP)


def expected_revenue(value: Decimal, probability: Decimal) -> Decimal:
    """Value × probability / 100 at four decimals: 3,739.00 at 35.5 % is 1,327.3450 (domain.md §2)."""
    return stored(value * probability / 100)


def in_base(amount: Decimal, rate: Decimal, digits: int) -> Decimal:
    """An amount in base currency, at the base currency's digits. `rate` is units per one base unit."""
    return rounded(amount / rate, digits)


def parse_amount(text: str, decimal_mark: str = ".") -> Decimal:
    """A typed amount: "1 234,50", "1,234.50", "1.234,50", "1234.5". Raises ValueError if it is none.

    The last of "," and "." is the decimal mark when both occur; a mark that occurs several times groups.
    A single one is the decimal mark, unless it is not the one of the writer's language, `decimal_mark`, and has one
    to three digits before it, the first no zero, and three after it: "1,234" is a thousand in English, and "1.234" in
    French.
    """
    typed = "".join(text.split()).replace("\u2212", "-").replace("’", "").replace("'", "")
    sign, digits = ("-", typed[1:]) if typed.startswith("-") else ("", typed)
    plain = _without_groups(digits, decimal_mark)
    if not _PLAIN.fullmatch(plain):
        raise ValueError(f"not an amount: {text!r}")
    return Decimal(sign + plain)


def looks_grouped(text: str) -> bool:
    """Whether a single "," or "." in a typed number may as well group its thousands: "1.234", "12,500"."""
    return _THOUSANDS.fullmatch("".join(text.split())) is not None


def _without_groups(digits: str, decimal_mark: str) -> str:
    comma, point = digits.rfind(","), digits.rfind(".")
    if comma >= 0 and point >= 0:
        grouping = "," if point > comma else "."
        return digits.replace(grouping, "").replace(",", ".")
    is_thousand = decimal_mark not in digits and looks_grouped(digits)
    if is_thousand or _SEVERAL_GROUPS.fullmatch(digits):
        return digits.replace(",", "").replace(".", "")
    return digits.replace(",", ".")
