"""Totals as adding up deal by deal gives them, from fields that were typed rather than from derived ones."""

from collections import defaultdict
from collections.abc import Iterable
from decimal import Decimal
from fractions import Fraction
from typing import Any

from opportune.opportunities.models import OPEN
from opportune.opportunities.queries import Sum, Totals


def half_up(number: Fraction, decimals: int) -> Decimal:
    """Rounded; there is nothing below zero here."""
    whole = (number * 10**decimals * 2 + 1).__floor__() // 2
    return Decimal(whole).scaleb(-decimals)


def added_up(standing: Iterable[Any]) -> Totals:
    """The totals of deals or of entries, from their own fields."""
    parts: dict[tuple[int, int | None, str], Sum] = defaultdict(Sum)
    for one in standing:
        value = Fraction((one.actual_value if one.status == "won" else one.estimated_value) or 0)
        expected = Fraction(half_up(value * Fraction(one.probability or 0) / 100, 4))
        rate = Fraction(one.rate)
        part = Sum(1, half_up(value / rate, 2), half_up(expected / rate, 2))
        parts[one.process_id, one.stage_id, one.status] += part
    by_status = {status: Sum() for status in ("not_started", "in_progress", "won", "lost")}
    by_stage: dict[tuple[int, int | None], Sum] = defaultdict(Sum)
    by_open_stage: dict[tuple[int, int | None], Sum] = defaultdict(Sum)
    for (process, stage, status), part in parts.items():
        by_status[status] += part
        by_stage[process, stage] += part
        if status in OPEN:
            by_open_stage[process, stage] += part
    return Totals(sum(parts.values(), Sum()), by_status, dict(by_stage), dict(by_open_stage))
