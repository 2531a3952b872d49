"""Giving out numbers. They are never typed, and never given out again."""

from datetime import date

from opportune.kernel.errors import Refused
from opportune.kernel.sentences import sentence
from opportune.reference.models import SeriesCounter
from opportune.reference.series import PREFIXES, formatted


def take_numbers(series: str, day: date, count: int = 1) -> list[str]:
    """The next numbers of a series, inside the caller's transaction; a number is never given out twice.

    Raises Refused `series_missing` for a series that is not set up (E-40).
    """
    if series not in PREFIXES:
        raise Refused("series_missing", sentence("No number series is set up for “{series}”.", series=series))
    counter, _ = SeriesCounter.objects.select_for_update().get_or_create(series=series, year=day.year)
    first = counter.last + 1
    counter.last += count
    counter.save(update_fields=["last"])
    return [formatted(series, day.year, number) for number in range(first, first + count)]
