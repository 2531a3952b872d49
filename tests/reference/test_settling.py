"""Presets, several settings at once, currencies and rates, close reasons, categories; and taking them back."""

from datetime import date
from decimal import Decimal
from typing import Any

import pytest

from opportune.kernel.errors import Invalid, NotFound, NotPermitted, Refused
from opportune.kernel.records import RecordRef
from opportune.ledger.undo import undo
from opportune.opportunities import actions as deals
from opportune.reference.actions import (
    add_close_reason,
    add_currency,
    apply_preset,
    categorise,
    change_close_reason,
    change_setting,
    change_settings,
    offer_close_reason,
    remove_close_reason,
    remove_rate,
    rename_category,
    set_rate,
    uncategorise,
    use_currency,
)
from opportune.reference.models import CategoryMark
from opportune.reference.presets import PRESETS
from opportune.reference.queries import (
    categories,
    categories_of,
    currencies,
    offered_reasons,
    organisation_settings,
    rate_on,
    reason_by_code,
    record_categories,
)
from opportune.reference.settings import MEANINGS, SETTINGS
from tests.deals import SYSTEM, Trade, last_change_set

pytestmark = pytest.mark.django_db
NEW_YEAR = date(2026, 1, 1)


def refusal(command: Any, *args: Any, **given: Any) -> str:
    """The code a command is refused with."""
    with pytest.raises(Refused) as refused:
        command(*args, **given)
    return refused.value.code


def test_every_setting_has_a_meaning_and_every_preset_fits() -> None:
    assert set(MEANINGS) == set(SETTINGS)
    for preset in PRESETS.values():
        assert {key: type(value) for key, value in preset.settings.items()} == {
            key: type(SETTINGS[key]) for key in preset.settings
        }


def test_several_settings_are_changed_together_or_not_at_all(trade: Trade) -> None:
    with pytest.raises(Invalid) as invalid:
        change_settings(SYSTEM, {"organisation": "Nord SA", "time_zone": "Mars/Olympus", "nonsense": 1})
    assert set(invalid.value.fields) == {"time_zone", "nonsense"}
    assert organisation_settings().organisation == "Opportune"
    change_set = last_change_set(
        change_settings, SYSTEM, {"organisation": "Nord SA", "allow_deleting_open": True}
    )
    undo(SYSTEM, change_set)
    assert (organisation_settings().organisation, organisation_settings().allow_deleting_open) == (
        "Opportune",
        False,
    )
    change_setting(SYSTEM, "organisation", "Sud SA")
    second = last_change_set(change_setting, SYSTEM, "organisation", "Est SA")
    undo(SYSTEM, second)
    assert organisation_settings().organisation == "Sud SA"


def test_a_first_change_is_not_redone_over_a_later_one(trade: Trade) -> None:
    first = last_change_set(change_setting, SYSTEM, "organisation", "Nord SA")
    undone = undo(SYSTEM, first).change_set_id
    change_setting(SYSTEM, "organisation", "Sud SA")
    assert refusal(undo, SYSTEM, undone) == "taken"


def test_the_base_currency_is_not_changed_by_undo_either(trade: Trade) -> None:
    change_set = last_change_set(change_setting, SYSTEM, "base_currency", "CHF")
    deal = trade.deal(currency="CHF")
    deals.edit(trade.alice, deal.pk, {"estimated_value": 5})
    assert refusal(undo, SYSTEM, change_set) == "base_currency_frozen"


def test_a_preset_settles_several_things_and_is_undone_as_one(trade: Trade) -> None:
    with pytest.raises(NotPermitted):
        apply_preset(trade.company.carol, "contact_manager")
    with pytest.raises(Invalid):
        apply_preset(SYSTEM, "nonsense")
    change_set = last_change_set(apply_preset, trade.company.ada, "contact_manager")
    settled = organisation_settings()
    assert (settled.default_process, settled.allow_deleting_open) == ("contact_manager", True)
    undo(trade.company.ada, change_set)
    assert organisation_settings().default_process == "sales"
    apply_preset(SYSTEM, "contact_manager")
    apply_preset(SYSTEM, "dynamics")
    assert organisation_settings().allow_deleting_open is False


def test_a_currency_is_retired_but_for_the_base(trade: Trade) -> None:
    change_set = last_change_set(use_currency, SYSTEM, "CHF", in_use=False)
    assert "CHF" not in {row.code for row in currencies()}
    undo(SYSTEM, change_set)
    assert "CHF" in {row.code for row in currencies()}
    assert refusal(use_currency, SYSTEM, "EUR", in_use=False) == "base_currency"
    with pytest.raises(NotFound):
        use_currency(SYSTEM, "XXX", in_use=False)


def test_adding_a_currency_is_undone_unless_it_is_used(trade: Trade) -> None:
    unused = last_change_set(add_currency, SYSTEM, code="JPY", digits=0)
    undo(SYSTEM, unused)
    assert "JPY" not in {row.code for row in currencies()}
    used = last_change_set(add_currency, SYSTEM, code="JPY", digits=0)
    set_rate(SYSTEM, code="JPY", rate=Decimal(160), valid_from=NEW_YEAR)
    assert refusal(undo, SYSTEM, used) == "nothing_to_undo"


def test_a_rate_set_by_mistake_is_taken_away_and_comes_back(trade: Trade) -> None:
    set_rate(SYSTEM, code="USD", rate=Decimal("1.1"), valid_from=NEW_YEAR)
    change_set = last_change_set(remove_rate, SYSTEM, code="USD", valid_from=NEW_YEAR)
    assert refusal(rate_on, "USD", NEW_YEAR) == "missing_rate"
    undo(SYSTEM, change_set)
    assert rate_on("USD", NEW_YEAR) == Decimal("1.1")
    again = last_change_set(remove_rate, SYSTEM, code="USD", valid_from=NEW_YEAR)
    set_rate(SYSTEM, code="USD", rate=Decimal("1.2"), valid_from=NEW_YEAR)
    assert refusal(undo, SYSTEM, again) == "taken"
    with pytest.raises(NotFound):
        remove_rate(SYSTEM, code="USD", valid_from=date(2025, 1, 1))
    with pytest.raises(NotPermitted):
        remove_rate(trade.company.carol, code="USD", valid_from=NEW_YEAR)


def test_a_withdrawn_reason_is_offered_no_more_and_closes_nothing(trade: Trade) -> None:
    change_set = last_change_set(offer_close_reason, SYSTEM, "PRICE_W", is_offered=False)
    assert "PRICE_W" not in {reason.code for reason in offered_reasons("won")}
    with pytest.raises(Invalid):
        trade.won(trade.deal())
    undo(SYSTEM, change_set)
    assert trade.won(trade.deal()).status == "won"


def test_reasons_are_customised_by_who_may_only(trade: Trade) -> None:
    with pytest.raises(NotPermitted):
        change_close_reason(trade.alice, "PRICE_W", name_en="Cheap")
    with pytest.raises(NotPermitted):
        remove_close_reason(trade.alice, "PRICE_W")
    change_set = last_change_set(change_close_reason, SYSTEM, "PRICE_W", name_en="Cheap", is_offered=False)
    assert (reason_by_code("PRICE_W").name_en, reason_by_code("PRICE_W").name_fr) == ("Cheap", "Prix")
    undo(SYSTEM, change_set)
    assert (reason_by_code("PRICE_W").name_en, reason_by_code("PRICE_W").is_offered) == ("Price", True)
    with pytest.raises(Invalid):
        change_close_reason(SYSTEM, "PRICE_W", name_en="relationship")
    assert refusal(change_close_reason, SYSTEM, "NOT_RECORDED", name_en="None") == "built_in"


def test_the_kind_of_loss_fits_the_outcome(trade: Trade) -> None:
    made = add_close_reason(SYSTEM, outcome="lost", name="Bankrupt", status_reason="canceled")
    assert made.status_reason == "canceled"
    with pytest.raises(Invalid) as invalid:
        add_close_reason(SYSTEM, outcome="won", name="Luck", status_reason="canceled")
    assert set(invalid.value.fields) == {"status_reason"}


def test_who_added_a_reason_in_place_takes_it_back_and_no_colleague(trade: Trade) -> None:
    change_set = last_change_set(add_close_reason, trade.alice, outcome="lost", name="Too slow")
    with pytest.raises(NotPermitted):
        undo(trade.company.bob, change_set)
    undo(trade.alice, change_set)
    assert "TOOSLOW_L" not in {reason.code for reason in offered_reasons()}


def test_a_category_is_called_by_its_colour_until_it_has_a_name(trade: Trade) -> None:
    assert [str(category.called("en")) for category in categories()] == [
        "Red",
        "Orange",
        "Yellow",
        "Green",
        "Blue",
        "Purple",
    ]
    change_set = last_change_set(rename_category, SYSTEM, "red", name_en="", name_fr="Chaud")
    assert (categories()[0].called("fr"), categories()[0].called("en")) == ("Chaud", "Chaud")
    with pytest.raises(Invalid):
        rename_category(SYSTEM, "blue", name_en="CHAUD")
    with pytest.raises(NotPermitted):
        rename_category(trade.alice, "blue", name_en="Q4")
    with pytest.raises(NotFound):
        rename_category(SYSTEM, "pink", name_en="Q4")
    undo(SYSTEM, change_set)
    assert str(categories()[0].called("en")) == "Red"


def test_a_closed_deal_is_categorised(trade: Trade) -> None:
    deal = trade.won(trade.deal())
    version = deal.version
    categorise(trade.alice, deal.ref, "red")
    categorise(trade.alice, deal.ref, "red")
    assert CategoryMark.objects.count() == 1
    deal.refresh_from_db()
    assert deal.version == version


def test_who_may_add_to_a_record_categorises_it_and_a_reader_does_not(trade: Trade) -> None:
    deal = trade.deal()
    categorise(trade.company.bob, deal.ref, "red")
    for actor, error in ((trade.company.rita, NotPermitted), (trade.company.dan, NotFound)):
        for command in (categorise, uncategorise):
            with pytest.raises(error):
                command(actor, deal.ref, "red")
    with pytest.raises(NotFound):
        record_categories(trade.company.dan, deal.ref)
    assert [each.color for each in record_categories(trade.company.rita, deal.ref)] == ["red"]


def test_marking_and_unmarking_are_undone_by_who_may(trade: Trade) -> None:
    deal = trade.deal()
    marked = last_change_set(categorise, trade.alice, deal.ref, "red")
    with pytest.raises(NotPermitted):
        undo(trade.company.rita, marked)
    with pytest.raises(NotFound):
        undo(trade.company.dan, marked)
    undo(trade.alice, marked)
    assert categories_of("opportunity", [deal.pk]) == {}
    categorise(trade.alice, deal.ref, "red")
    unmarked = last_change_set(uncategorise, trade.alice, deal.ref, "red")
    assert categories_of("opportunity", [deal.pk]) == {}
    undo(trade.alice, unmarked)
    assert [each.color for each in categories_of("opportunity", [deal.pk])[deal.pk]] == ["red"]


def test_only_records_that_can_have_categories_have_some(trade: Trade) -> None:
    with pytest.raises(NotFound):
        categorise(SYSTEM, RecordRef("setting", 1), "red")
    with pytest.raises(NotFound):
        categorise(SYSTEM, trade.account.ref, "pink")
    categorise(trade.alice, trade.account.ref, "blue")
    assert [each.color for each in record_categories(trade.alice, trade.account.ref)] == ["blue"]
