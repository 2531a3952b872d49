"""Exact amounts: rounding, expected revenue, base amounts, and amounts as people type them."""

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from opportune.kernel.money import LIMIT, expected_revenue, in_base, parse_amount, rounded, stored

AMOUNTS = st.decimals(min_value=-LIMIT + 1, max_value=LIMIT - 1, places=4)


@pytest.mark.parametrize(
    ("amount", "expected"),
    [("0.005", "0.01"), ("-0.005", "-0.01"), ("2.675", "2.68"), ("2.674999", "2.67"), ("1.005", "1.01")],
)
def test_rounding_is_half_away_from_zero(amount: str, expected: str) -> None:
    assert rounded(Decimal(amount), 2) == Decimal(expected)


def test_expected_revenue_has_four_decimals() -> None:
    assert str(expected_revenue(Decimal("3739.00"), Decimal("35.5"))) == "1327.3450"


def test_expected_revenue_rounds_half_away_from_zero() -> None:
    assert expected_revenue(Decimal("0.0001"), Decimal(50)) == Decimal("0.0001")
    assert expected_revenue(Decimal("0.0001"), Decimal("49.9999")) == 0


def test_the_largest_amount_is_weighed_exactly() -> None:
    largest = LIMIT - Decimal("0.0001")
    assert expected_revenue(largest, Decimal("99.9999")) == Decimal("999998999999.9999")


def test_a_base_amount_is_rounded_half_up_to_the_digits_of_the_base() -> None:
    assert in_base(Decimal("100.01"), Decimal(2), 2) == Decimal("50.01")
    assert in_base(Decimal(151), Decimal("1.1"), 0) == Decimal(137)
    assert in_base(Decimal("150.7"), Decimal("1.1"), 3) == Decimal(137)


@given(AMOUNTS)
def test_stored_amounts_stay_as_they_are(amount: Decimal) -> None:
    assert stored(amount) == amount


@pytest.mark.parametrize(
    ("typed", "amount"),
    [
        ("1234.5", "1234.5"),
        ("1234,5", "1234.5"),
        ("1 234,50", "1234.50"),
        ("1\u202f234,50", "1234.50"),
        ("1\u00a0234\u00a0567,89", "1234567.89"),
        ("1,234.50", "1234.50"),
        ("1.234,50", "1234.50"),
        ("1’234.50", "1234.50"),
        ("1,234", "1234"),
        ("1,234,567", "1234567"),
        ("1.234.567", "1234567"),
        ("1.234", "1.234"),
        ("12345,678", "12345.678"),
        ("0,125", "0.125"),
        ("0,12", "0.12"),
        (",5", "0.5"),
        ("\u22125", "-5"),
        ("-1 234,5", "-1234.5"),
        (" 7 ", "7"),
    ],
)
def test_an_amount_is_read_as_people_write_it(typed: str, amount: str) -> None:
    assert parse_amount(typed) == Decimal(amount)


@pytest.mark.parametrize(
    ("typed", "in_english", "in_french"),
    [
        ("12,500", "12500", "12.5"),
        ("12.500", "12.5", "12500"),
        ("-1.234", "-1.234", "-1234"),
        ("1,125", "1125", "1.125"),
        ("12 500,00", "12500", "12500"),
        ("12,500.00", "12500", "12500"),
        ("12.500,00", "12500", "12500"),
        ("12.5", "12.5", "12.5"),
        ("12,5", "12.5", "12.5"),
        ("0.125", "0.125", "0.125"),
        ("1234.567", "1234.567", "1234.567"),
        ("1.234.567", "1234567", "1234567"),
    ],
)
def test_what_may_be_read_in_two_ways_follows_the_writers_language(
    typed: str, in_english: str, in_french: str
) -> None:
    assert parse_amount(typed, ".") == Decimal(in_english)
    assert parse_amount(typed, ",") == Decimal(in_french)


@pytest.mark.parametrize(
    "typed",
    [
        "",
        " ",
        "-",
        "abc",
        "12 €",
        "1,2,3.4.5",
        "1.2,3.4",
        "NaN",
        "Infinity",
        "1e3",
        "1_000",
        "٣",
        "10.03.2026",
        "--5",
    ],
)
def test_what_is_no_amount_is_refused(typed: str) -> None:
    with pytest.raises(ValueError, match="not an amount"):
        parse_amount(typed)


@given(AMOUNTS)
def test_amounts_written_in_english_are_read_back(amount: Decimal) -> None:
    assert parse_amount(f"{amount:,.4f}") == amount


@given(AMOUNTS)
def test_amounts_written_in_french_are_read_back(amount: Decimal) -> None:
    written = f"{amount:,.4f}".replace(",", "\u202f").replace(".", ",").replace("-", "\u2212")
    assert parse_amount(written, ",") == amount


@given(AMOUNTS)
def test_amounts_as_they_stand_in_a_field_are_read_back(amount: Decimal) -> None:
    plain = format(amount.normalize(), "f")
    assert parse_amount(plain, ".") == amount
    assert parse_amount(plain.replace(".", ","), ",") == amount
