"""What each field of a deal accepts, and how it is kept."""

from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any

import pytest

from opportune.kernel.errors import Invalid
from opportune.opportunities.values import CHECKS, checked
from tests.deals import Trade

pytestmark = pytest.mark.django_db


def kept(name: str, value: Any) -> Any:
    """What a field keeps of a value."""
    return checked({name: value})[name]


def refuses(name: str, value: Any) -> bool:
    """Whether a field does not accept a value."""
    try:
        checked({name: value})
    except Invalid as invalid:
        return set(invalid.fields) == {name}
    return False


def test_a_subject_is_kept_without_the_blanks_around_it() -> None:
    assert kept("subject", "  Two pumps\n") == "Two pumps"


@pytest.mark.parametrize("value", ["", "   ", None])
def test_a_subject_is_required(value: Any) -> None:
    assert refuses("subject", value)


def test_a_subject_has_300_characters_and_no_more() -> None:
    assert kept("subject", "x" * 300)
    assert refuses("subject", "x" * 301)


def test_text_is_kept_without_what_no_database_can_hold() -> None:
    assert kept("description", "two\x00 lines") == "two lines"


def test_blank_text_is_empty() -> None:
    assert kept("comments", None) == ""


@pytest.mark.parametrize("name", ["estimated_value", "budget"])
@pytest.mark.parametrize(
    ("value", "amount"),
    [
        ("1000", "1000"),
        (1000, "1000"),
        (Decimal("0.0001"), "0.0001"),
        (0.1, "0.1"),
        ("1 234,50", "1234.50"),
        ("0", "0"),
        ("999999999999.9999", "999999999999.9999"),
    ],
)
def test_an_amount_has_four_decimals(name: str, value: Any, amount: str) -> None:
    assert kept(name, value) == Decimal(amount)


def test_what_could_only_be_kept_rounded_is_refused() -> None:
    assert kept("budget", "0.00010") == Decimal("0.0001")
    assert refuses("budget", "0.00005")


@pytest.mark.parametrize("value", [None, ""])
@pytest.mark.parametrize("name", ["estimated_value", "budget", "chance", "probability", "decision_on"])
def test_what_is_blank_is_none(name: str, value: Any) -> None:
    assert kept(name, value) is None


@pytest.mark.parametrize(
    "value",
    ["-0.01", -1, 10**12, "999999999999.99999", "1e999", "NaN", Decimal("NaN"), "Infinity", "much", [], True],
)
def test_an_amount_is_a_number_from_zero_to_a_million_millions(value: Any) -> None:
    assert refuses("estimated_value", value)


@pytest.mark.parametrize("value", [0, 100, "16.5", "35,5"])
def test_a_percentage_may_have_decimals(value: Any) -> None:
    assert kept("chance", value) == Decimal(str(value).replace(",", "."))


@pytest.mark.parametrize("value", [-1, "100.01", 101, "NaN", "most"])
def test_a_percentage_lies_between_0_and_100(value: Any) -> None:
    assert refuses("probability", value)


def test_a_day_is_read_and_kept() -> None:
    assert kept("decision_on", "2026-12-31") == kept("decision_on", date(2026, 12, 31)) == date(2026, 12, 31)


@pytest.mark.parametrize(
    "value",
    ["31/12/2026", "2026-02-30", "1899-12-31", "2201-01-01", 20261231.5, datetime(2026, 1, 1, tzinfo=UTC)],
)
def test_a_day_is_a_calendar_day_within_reach(value: Any) -> None:
    assert refuses("estimated_close_on", value)


@pytest.mark.parametrize(
    ("value", "said"),
    [
        (True, True),
        ("true", True),
        ("on", True),
        ("1", True),
        (1, True),
        (False, False),
        ("false", False),
        ("off", False),
        ("0", False),
        (0, False),
        ("", False),
        (None, False),
    ],
)
def test_yes_and_no_are_read_as_meant(value: Any, said: bool) -> None:
    assert kept("on_hold", value) is said


@pytest.mark.parametrize("value", ["maybe", 2, []])
def test_what_is_neither_yes_nor_no_is_refused(value: Any) -> None:
    assert refuses("decision_maker_identified", value)


def test_a_reference_is_an_id() -> None:
    assert (kept("owner_id", "7"), kept("account_id", 7), kept("contact_id", "")) == (7, 7, None)


@pytest.mark.parametrize("value", ["seven", 0, -1, 10**19, "9" * 5000, "1_0", "١٢", "1.5", 1.5, [], True])
def test_what_is_no_id_is_refused(value: Any) -> None:
    assert refuses("account_id", value)


def test_a_choice_is_one_of_its_list(trade: Trade) -> None:
    assert kept("source", "web") == "web"
    assert refuses("source", "telepathy")


def test_a_choice_may_be_left_open(trade: Trade) -> None:
    assert kept("source", "") == ""


def test_a_deal_without_a_forecast_category_is_in_the_pipeline(trade: Trade) -> None:
    assert kept("forecast_category", "committed") == "committed"
    assert kept("forecast_category", "") == "pipeline"


def test_a_field_that_cannot_be_typed_is_refused() -> None:
    assert all(
        refuses(name, "x") for name in ("number", "status", "expected", "stage_id", "version", "nonsense")
    )


def test_every_field_that_is_wrong_is_named(trade: Trade) -> None:
    with pytest.raises(Invalid) as invalid:
        checked({"subject": "", "budget": "-1", "source": "telepathy", "comments": "fine"})
    assert set(invalid.value.fields) == {"subject", "budget", "source"}


def test_every_field_has_a_check() -> None:
    assert all(callable(check) for check in CHECKS.values())


@pytest.mark.parametrize("name", ["estimated_close_on", "expires_on", "reminder_at"])
def test_a_year_of_two_digits_is_not_taken_for_one_long_ago(name: str) -> None:
    with pytest.raises(Invalid) as invalid:
        checked({name: "0024-03-01"})
    assert str(invalid.value.fields[name]) == (
        "This date is too far away. Write the year in full, such as 2024."
    )
    assert refuses(name, "24-03-01")
    assert refuses(name, "1/3/24")
    assert kept(name, "2024-03-01") == date(2024, 3, 1)
