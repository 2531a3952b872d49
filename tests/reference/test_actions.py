"""Settings, currencies and rates, numbers, close reasons: what may be settled and what may not."""

from datetime import date
from decimal import Decimal
from typing import Any

import pytest
from django.db import transaction

from opportune.kernel.errors import Invalid, NotFound, NotPermitted, Refused
from opportune.opportunities import actions as deals
from opportune.reference.actions import (
    add_close_reason,
    add_currency,
    change_setting,
    install_reference,
    set_rate,
    take_numbers,
)
from opportune.reference.models import CloseReason, Currency, ListItem, Rate, SeriesCounter
from opportune.reference.queries import (
    all_reasons,
    choices,
    currencies,
    currency_digits,
    offered_reasons,
    organisation_settings,
    rate_on,
    reason_by_code,
)
from tests.deals import SYSTEM, Trade, parts

pytestmark = pytest.mark.django_db


@pytest.fixture
def _installed() -> None:
    """What ships."""
    install_reference(SYSTEM)


def wrong(command: Any, *args: Any, **given: Any) -> set[str]:
    """The fields a command finds fault with."""
    with pytest.raises(Invalid) as invalid:
        command(*args, **given)
    return set(invalid.value.fields)


@pytest.mark.usefixtures("_installed")
def test_installing_again_adds_nothing() -> None:
    before = (CloseReason.objects.count(), ListItem.objects.count(), Currency.objects.count())
    install_reference(SYSTEM)
    assert before == (CloseReason.objects.count(), ListItem.objects.count(), Currency.objects.count())
    assert before[0] == 16


def test_only_administrators_settle_things(trade: Trade) -> None:
    carol = trade.company.carol
    for command in (
        lambda: install_reference(carol),
        lambda: change_setting(carol, "organisation", "Ours"),
        lambda: add_currency(carol, code="JPY"),
        lambda: set_rate(carol, code="USD", rate=Decimal(2), valid_from=date(2026, 1, 1)),
    ):
        with pytest.raises(NotPermitted):
            command()
    change_setting(trade.company.ada, "organisation", "Ours")
    assert organisation_settings().organisation == "Ours"


def test_a_setting_has_its_default_until_it_is_changed() -> None:
    assert organisation_settings().base_currency == "EUR"
    change_setting(SYSTEM, "allow_deleting_open", True)
    change_setting(SYSTEM, "allow_deleting_open", False)
    assert organisation_settings().allow_deleting_open is False


@pytest.mark.parametrize(
    ("key", "value"), [("nonsense", 1), ("organisation", 7), ("people_may_add_close_reasons", "yes")]
)
def test_a_setting_that_does_not_exist_or_does_not_fit_is_refused(key: str, value: Any) -> None:
    assert wrong(change_setting, SYSTEM, key, value) == {key}


@pytest.mark.usefixtures("_installed")
def test_the_time_zone_is_one_that_exists() -> None:
    change_setting(SYSTEM, "time_zone", "America/Montreal")
    assert wrong(change_setting, SYSTEM, "time_zone", "Mars/Olympus") == {"time_zone"}
    assert wrong(change_setting, SYSTEM, "time_zone", "../etc/passwd") == {"time_zone"}


@pytest.mark.usefixtures("_installed")
def test_the_base_currency_is_one_in_use() -> None:
    assert wrong(change_setting, SYSTEM, "base_currency", "JPY") == {"base_currency"}
    change_setting(SYSTEM, "base_currency", "CHF")
    assert organisation_settings().base_currency == "CHF"


def test_the_base_currency_is_frozen_by_the_first_amount(trade: Trade) -> None:
    deal = trade.deal()
    change_setting(SYSTEM, "base_currency", "CHF")
    change_setting(SYSTEM, "base_currency", "EUR")
    deals.edit(trade.alice, deal.pk, {"estimated_value": 5})
    deals.edit(trade.alice, deal.pk, {"estimated_value": None})
    with pytest.raises(Refused) as refused:
        change_setting(SYSTEM, "base_currency", "CHF")
    assert refused.value.code == "base_currency_frozen"
    change_setting(SYSTEM, "base_currency", "EUR")


@pytest.mark.usefixtures("_installed")
@pytest.mark.parametrize("code", ["eur", "EURO", "E1R", "", "ÉUR", "EUR"])
def test_a_currency_has_three_capital_letters_and_is_added_once(code: str) -> None:
    assert wrong(add_currency, SYSTEM, code=code) == {"code"}


@pytest.mark.usefixtures("_installed")
def test_a_currency_has_up_to_four_decimals() -> None:
    assert wrong(add_currency, SYSTEM, code="JPY", digits=5) == {"digits"}
    assert wrong(add_currency, SYSTEM, code="JPY", digits=-1) == {"digits"}
    add_currency(SYSTEM, code="JPY", digits=0)
    assert currency_digits("JPY") == 0
    assert [currency.code for currency in currencies()] == ["CHF", "EUR", "GBP", "JPY", "USD"]


@pytest.mark.usefixtures("_installed")
def test_the_rate_of_a_day_is_the_last_one_set_for_it_or_before() -> None:
    set_rate(SYSTEM, code="USD", rate=Decimal("1.1"), valid_from=date(2026, 1, 1))
    set_rate(SYSTEM, code="USD", rate=Decimal("1.2"), valid_from=date(2026, 3, 1))
    assert rate_on("USD", date(2026, 2, 28)) == Decimal("1.1")
    assert rate_on("USD", date(2026, 3, 1)) == Decimal("1.2")


@pytest.mark.usefixtures("_installed")
def test_a_day_before_the_first_rate_has_none() -> None:
    set_rate(SYSTEM, code="USD", rate=Decimal("1.1"), valid_from=date(2026, 1, 1))
    with pytest.raises(Refused) as refused:
        rate_on("USD", date(2025, 12, 31))
    assert (refused.value.code, refused.value.data["currency"]) == ("missing_rate", "USD")


@pytest.mark.usefixtures("_installed")
def test_a_base_unit_is_worth_itself() -> None:
    assert rate_on("EUR", date(1999, 1, 1)) == 1
    assert wrong(set_rate, SYSTEM, code="EUR", rate=Decimal(2), valid_from=date(2026, 1, 1)) == {"code"}


@pytest.mark.usefixtures("_installed")
def test_a_rate_of_a_day_can_be_corrected() -> None:
    set_rate(SYSTEM, code="USD", rate=Decimal("1.1"), valid_from=date(2026, 1, 1))
    set_rate(SYSTEM, code="USD", rate=Decimal("1.15"), valid_from=date(2026, 1, 1))
    assert Rate.objects.get().rate == Decimal("1.15")


@pytest.mark.usefixtures("_installed")
@pytest.mark.parametrize("rate", ["0", "-1", "0.000000001", "10000000000", "1e30", "NaN"])
def test_a_rate_is_greater_than_zero_and_can_be_kept(rate: str) -> None:
    assert wrong(set_rate, SYSTEM, code="USD", rate=Decimal(rate), valid_from=date(2026, 1, 1)) == {"rate"}


@pytest.mark.usefixtures("_installed")
def test_a_rate_is_kept_with_eight_decimals() -> None:
    set_rate(SYSTEM, code="USD", rate=Decimal("0.00000001"), valid_from=date(2026, 1, 1))
    assert rate_on("USD", date(2026, 1, 1)) == Decimal("0.00000001")


@pytest.mark.usefixtures("_installed")
def test_a_rate_is_one_of_a_currency_in_use() -> None:
    assert wrong(set_rate, SYSTEM, code="JPY", rate=Decimal(2), valid_from=date(2026, 1, 1)) == {"code"}
    with pytest.raises(Invalid):
        currency_digits("JPY")


def test_numbers_count_up_within_a_year() -> None:
    assert take_numbers("opportunity", date(2026, 3, 1), 2) == ["OPP-2026-0001", "OPP-2026-0002"]
    assert take_numbers("opportunity", date(2027, 3, 1)) == ["OPP-2027-0001"]
    assert take_numbers("opportunity", date(2026, 12, 31)) == ["OPP-2026-0003"]


def test_numbers_go_on_beyond_four_digits() -> None:
    SeriesCounter.objects.create(series="opportunity", year=2026, last=9999)
    assert take_numbers("opportunity", date(2026, 3, 1)) == ["OPP-2026-10000"]


def test_numbers_taken_by_what_failed_are_free() -> None:
    undone = transaction.savepoint()
    take_numbers("opportunity", date(2026, 3, 1))
    transaction.savepoint_rollback(undone)
    assert take_numbers("opportunity", date(2026, 3, 1)) == ["OPP-2026-0001"]


def test_a_reason_is_added_in_place_by_who_may(trade: Trade) -> None:
    made = add_close_reason(trade.alice, outcome="lost", name=" Trop cher ")
    assert parts(made, "code", "outcome", "status_reason", "name_en", "name_fr", "is_offered") == (
        "TROPCHER_L",
        "lost",
        "out_sold",
        "Trop cher",
        "Trop cher",
        True,
    )
    assert made.pk in {reason.id for reason in offered_reasons("lost")}
    assert made.pk not in {reason.id for reason in offered_reasons("won")}
    with pytest.raises(NotPermitted):
        add_close_reason(trade.company.rita, outcome="lost", name="Too dear")


def test_adding_reasons_in_place_can_be_switched_off(trade: Trade) -> None:
    change_setting(SYSTEM, "people_may_add_close_reasons", False)
    with pytest.raises(Refused) as refused:
        add_close_reason(trade.alice, outcome="lost", name="Too dear")
    assert (refused.value.code, refused.value.data["setting"]) == (
        "switched_off",
        "people_may_add_close_reasons",
    )
    with pytest.raises(NotPermitted):
        add_close_reason(trade.company.rita, outcome="lost", name="Too dear")
    assert add_close_reason(trade.company.ada, outcome="lost", name="Too dear").code == "TOODEAR_L"


@pytest.mark.usefixtures("_installed")
def test_a_reason_has_an_outcome_a_name_and_a_code_of_its_own() -> None:
    assert wrong(add_close_reason, SYSTEM, outcome="both", name="Either") == {"outcome"}
    assert wrong(add_close_reason, SYSTEM, outcome="won", name="  ") == {"name"}
    assert wrong(add_close_reason, SYSTEM, outcome="won", name="Cheap", code="price_w") == {"code"}
    assert wrong(add_close_reason, SYSTEM, outcome="won", name="Cheap", code="X" * 21) == {"code"}
    assert add_close_reason(SYSTEM, outcome="won", name="Cheap", code="CHEAP").code == "CHEAP"


@pytest.mark.usefixtures("_installed")
def test_a_reasons_names_fit_their_columns_and_are_never_cut() -> None:
    assert wrong(add_close_reason, SYSTEM, outcome="won", name="x" * 101) == {"name"}
    assert wrong(add_close_reason, SYSTEM, outcome="won", name="Cheap", name_fr="x" * 101) == {"name_fr"}
    made = add_close_reason(SYSTEM, outcome="won", name="x" * 100, name_fr="é" * 100)
    assert parts(made, "name_en", "name_fr") == ("x" * 100, "é" * 100)


@pytest.mark.usefixtures("_installed")
def test_reasons_whose_names_begin_alike_get_codes_of_their_own() -> None:
    names = [f"Not enough budget in {year}" for year in range(2026, 2029)]
    codes = [add_close_reason(SYSTEM, outcome="lost", name=name).code for name in names]
    assert len(set(codes)) == 3
    assert all(len(code) <= 20 for code in codes)


@pytest.mark.usefixtures("_installed")
def test_a_reason_in_letters_without_code_gets_one() -> None:
    codes = {add_close_reason(SYSTEM, outcome="won", name=name).code for name in ("!!!", "???")}
    assert len(codes) == 2


@pytest.mark.usefixtures("_installed")
def test_a_reason_is_not_added_twice() -> None:
    assert wrong(add_close_reason, SYSTEM, outcome="lost", name="no decision") == {"name"}
    assert wrong(add_close_reason, SYSTEM, outcome="lost", name="Pas de décision") == {"name"}
    assert add_close_reason(SYSTEM, outcome="won", name="No decision").outcome == "won"


@pytest.mark.usefixtures("_installed")
def test_the_reason_for_imports_is_known_and_never_offered() -> None:
    assert reason_by_code("NOT_RECORDED").outcome == "both"
    assert "NOT_RECORDED" not in {reason.code for reason in offered_reasons()}
    assert "NOT_RECORDED" in {reason.code for reason in all_reasons()}
    with pytest.raises(NotFound):
        reason_by_code("NONSENSE")


@pytest.mark.usefixtures("_installed")
def test_an_outcome_that_is_none_has_no_reasons_of_its_own() -> None:
    assert wrong(add_close_reason, SYSTEM, outcome="open", name="Still") == {"outcome"}
    assert offered_reasons("open") == []


@pytest.mark.usefixtures("_installed")
def test_several_numbers_are_taken_at_once_and_each_series_year_has_its_own() -> None:
    first = date(2026, 1, 1)
    with transaction.atomic():
        assert take_numbers("opportunity", first, 3) == ["OPP-2026-0001", "OPP-2026-0002", "OPP-2026-0003"]
        assert take_numbers("opportunity", date(2027, 1, 1)) == ["OPP-2027-0001"]
        assert take_numbers("opportunity", first) == ["OPP-2026-0004"]
        with pytest.raises(Refused) as refused:
            take_numbers("nonsense", first)
        assert refused.value.code == "series_missing"


@pytest.mark.usefixtures("_installed")
def test_reasons_are_offered_by_outcome() -> None:
    assert {reason.outcome for reason in offered_reasons("won")} == {"won"}
    assert len(offered_reasons()) == len(offered_reasons("won")) + len(offered_reasons("lost")) == 15


@pytest.mark.usefixtures("_installed")
def test_the_choices_of_a_list_are_in_its_order_and_in_both_languages() -> None:
    assert [(one.code, one.name("fr")) for one in choices("rating")] == [
        ("hot", "Chaud"),
        ("warm", "Tiède"),
        ("cold", "Froid"),
    ]
    assert choices("nonsense") == []
