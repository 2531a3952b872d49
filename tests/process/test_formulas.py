"""Close-date formulas: what they lead to, and what is none (BC §2.4, §2.8)."""

from datetime import date

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from opportune.kernel.clock import LAST_DAY
from opportune.kernel.errors import Invalid
from opportune.process.formulas import canonical, expected_close, parts

SUNDAY = date(2026, 3, 1)
DAYS = st.dates(min_value=date(2000, 1, 1), max_value=date(2150, 12, 31))
PARTS = st.builds(
    lambda count, unit: f"{count}{unit}",
    st.one_of(st.integers(0, 999).map(str), st.just("C")),
    st.sampled_from("DWMQY"),
)


@pytest.mark.parametrize(
    ("formula", "on", "close"),
    [
        ("3D", date(2026, 3, 2), date(2026, 3, 5)),
        ("+1W", date(2026, 3, 2), date(2026, 3, 9)),
        ("2W+1D", date(2026, 3, 2), date(2026, 3, 17)),
        ("CM", date(2026, 2, 10), date(2026, 2, 28)),
        ("CM", date(2028, 2, 29), date(2028, 2, 29)),
        ("1M", date(2026, 1, 31), date(2026, 2, 28)),
        ("1Q", date(2026, 11, 30), date(2027, 2, 28)),
        ("1Y", date(2028, 2, 29), date(2029, 2, 28)),
        ("CM+10D", date(2026, 3, 2), date(2026, 4, 10)),
        ("CM-5D", date(2026, 3, 2), date(2026, 3, 26)),
        ("-CM+1M", date(2026, 3, 20), date(2026, 4, 1)),
        ("CW", date(2026, 2, 24), SUNDAY),
        ("CW", SUNDAY, SUNDAY),
        ("CQ", date(2026, 4, 1), date(2026, 6, 30)),
        ("CY", date(2026, 4, 1), date(2026, 12, 31)),
        ("CD", SUNDAY, SUNDAY),
        ("0D", SUNDAY, SUNDAY),
    ],
)
def test_a_formula_leads_to_a_day(formula: str, on: date, close: date) -> None:
    assert expected_close(formula, on) == close


def test_a_formula_never_leads_before_the_day_of_change() -> None:
    assert expected_close("CM-5D", date(2026, 3, 30)) == date(2026, 3, 30)


def test_a_formula_stays_within_the_days_a_record_may_bear() -> None:
    assert expected_close("999Y+999Y", SUNDAY) == LAST_DAY
    assert expected_close("999Y+999Y+999Y+999Y+999Y+999Y", SUNDAY) == LAST_DAY
    assert expected_close("1D-999Y-999Y-999Y", SUNDAY) == SUNDAY


@pytest.mark.parametrize(
    ("typed", "kept"),
    [("+1w", "1W"), (" 2W + 1D ", "2W+1D"), ("<cm>", "CM"), ("fm", "CM"), ("2S-1J", "2W-1D"), ("", "")],
)
def test_a_formula_is_kept_in_one_form(typed: str, kept: str) -> None:
    assert canonical(typed) == kept


@pytest.mark.parametrize(
    "typed", ["", "W", "1", "1X", "soon", "1W2D", "1W+", "+", "1000D", "1.5W", "CM5D", "1W+" * 10 + "1W"]
)
def test_what_is_no_formula_is_refused(typed: str) -> None:
    with pytest.raises(Invalid) as refused:
        parts(typed)
    assert "close_date_formula" in refused.value.fields


def test_a_formula_that_only_leads_back_is_refused() -> None:
    with pytest.raises(Invalid):
        canonical("-1W")


@given(st.lists(PARTS, min_size=1, max_size=5), DAYS)
def test_forward_parts_lead_forward_or_stay(row: list[str], on: date) -> None:
    formula = "+".join(row)
    assume(len(formula) < 29)
    assert on <= expected_close(formula, on) <= LAST_DAY


@given(st.lists(st.tuples(st.sampled_from("+-"), PARTS), min_size=1, max_size=4), DAYS)
def test_the_form_that_is_kept_means_the_same(row: list[tuple[str, str]], on: date) -> None:
    formula = "1D" + "".join(sign + part for sign, part in row)
    kept = canonical(formula)
    assert canonical(kept) == kept
    assert expected_close(kept, on) == expected_close(formula, on)


@given(st.integers(0, 999), DAYS)
def test_weeks_are_seven_days(count: int, on: date) -> None:
    week, days = expected_close(f"{count}W", on), on
    for _ in range(7):
        days = expected_close(f"{count}D", days)
    assert week == days


@given(DAYS)
def test_the_end_of_a_month_is_followed_by_the_first_of_the_next(on: date) -> None:
    end = expected_close("CM", on)
    assert (end.year, end.month) == (on.year, on.month)
    assert expected_close("1D", end).day == 1
