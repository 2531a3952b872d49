"""Exact amounts. An amount is a Decimal with at most four decimals and fewer than twelve digits before them.

Rounding is half away from zero everywhere (domain.md §2); floats never enter.
"""

from decimal import ROUND_HALF_UP, Decimal, InvalidOperation

STORED_DECIMALS = 4
LIMIT = Decimal(10) ** 12
ZERO = Decimal(0)
_STORED = Decimal(1).scaleb(-STORED_DECIMALS)


def rounded(amount: Decimal, decimals: int) -> Decimal:
    """`amount` at a number of decimals, half away from zero."""
    return amount.quantize(Decimal(1).scaleb(-decimals), rounding=ROUND_HALF_UP)


def stored(amount: Decimal) -> Decimal:
    """`amount` at the precision the database keeps."""
    return amount.quantize(_STORED, rounding=ROUND_HALF_UP)


def expected_revenue(value: Decimal, probability: Decimal) -> Decimal:
    """Value × probability / 100 at four decimals: 3,739.00 at 35.5 % is 1,327.3450 (domain.md §2)."""
    return stored(value * probability / 100)


def in_base(amount: Decimal, rate: Decimal, digits: int) -> Decimal:
    """An amount in base currency, at the base currency's digits. `rate` is units per one base unit."""
    return rounded(amount / rate, digits)


def parse_amount(text: str) -> Decimal:
    """A typed amount: "1 234,50", "1,234.50", "1234.5". Raises ValueError if it is none.

    The last of "," and "." is the decimal mark when both occur; a single mark is decimal unless it
    groups exactly three final digits after one to three others and is a comma.
    """
    plain = (
        "".join(text.split()).replace("\u202f", "").replace("\u2212", "-").replace("’", "").replace("'", "")
    )
    comma, point = plain.rfind(","), plain.rfind(".")
    if comma >= 0 and point >= 0:
        grouping = "," if point > comma else "."
        plain = plain.replace(grouping, "").replace(",", ".")
    elif plain.count(",") == 1 and len(plain) - comma != 4:
        plain = plain.replace(",", ".")
    else:
        plain = plain.replace(",", "")
    try:
        amount = Decimal(plain)
    except InvalidOperation:
        raise ValueError(f"not an amount: {text!r}") from None
    if not amount.is_finite():
        raise ValueError(f"not an amount: {text!r}")
    return amount
