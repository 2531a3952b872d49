"""Dates as others write them."""

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from opportune.importing.dates import DateFormat


@pytest.mark.parametrize(
    ("pattern", "text"),
    [
        ("M/D/YYYY", "3/9/2017"),
        ("M/D/YYYY", "03/09/2017"),
        ("DD.MM.YYYY", "09.03.2017"),
        ("YYYY-MM-DD", "2017-03-09"),
    ],
)
def test_a_date_is_read_in_its_format(pattern: str, text: str) -> None:
    assert DateFormat.of(pattern).read(text) == date(2017, 3, 9)


@pytest.mark.parametrize(
    "text", ["9.3.2017", "13/1/2017", "2/30/2017", "3/9/17", "3/9/2017 10:00", "٣/٩/٢٠١٧", ""]
)
def test_what_is_no_date_in_the_format_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match=r"."):
        DateFormat.of("M/D/YYYY").read(text)


@pytest.mark.parametrize("pattern", ["M/D", "M/D/Y", "D/D/YYYY", "D MMM YYYY", "D of M YYYY", "%m/%d/%Y", ""])
def test_a_pattern_needs_a_year_a_month_and_a_day(pattern: str) -> None:
    with pytest.raises(ValueError, match="not a date format"):
        DateFormat.of(pattern)


@given(st.dates(min_value=date(1000, 1, 1)))
def test_every_day_is_read_back(day: date) -> None:
    assert DateFormat.of("M/D/YYYY").read(f"{day.month}/{day.day}/{day.year}") == day
