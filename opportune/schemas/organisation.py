"""The organisation's settings and presets, its currencies and their rates."""

from collections.abc import Iterable
from datetime import date
from typing import Any

from pydantic import create_model

from opportune.reference.presets import Preset
from opportune.reference.queries import CurrencyRow, RateRow
from opportune.reference.settings import MEANINGS, SETTINGS, OrganisationSettings
from opportune.schemas.language import spoken
from opportune.schemas.shapes import Day, Given, Number, Shown, Text, Whole


class SettingShown(Shown):
    """A setting: its value, the default that ships, and what it means."""

    key: str
    value: bool | str
    default: bool | str
    name: str
    explanation: str


class SettingList(Shown):
    """Every setting of the organisation."""

    items: list[SettingShown]


_FIELDS: dict[str, Any] = {
    key: (bool if isinstance(default, bool) else Text, default) for key, default in SETTINGS.items()
}
SettingsGiven = create_model(
    "SettingsGiven",
    __base__=Given,
    __doc__="Settings to change, by their keys; those left out stay.",
    **_FIELDS,
)


class PresetShown(Shown):
    """A preset: how a product settles things."""

    key: str
    name: str
    meaning: str


class PresetList(Shown):
    """The presets there are."""

    items: list[PresetShown]


class CurrencyShown(Shown):
    """A currency, the digits its amounts are shown with, and whether forms offer it."""

    code: str
    digits: int
    is_base: bool
    is_active: bool


class CurrencyList(Shown):
    """Currencies by code."""

    items: list[CurrencyShown]


class CurrencyGiven(Given):
    """A currency to put to use."""

    code: Text
    digits: Whole = 2


class CurrencyChanges(Given):
    """Whether forms offer a currency."""

    is_active: bool


class RateShown(Shown):
    """Units of a currency per one base unit, from a day on, exactly."""

    code: str
    valid_from: date
    rate: str


class RateList(Shown):
    """The rates of a currency, the latest first."""

    items: list[RateShown]


class RateGiven(Given):
    """Units of the currency per one base unit, with at most eight decimals."""

    rate: Number
    valid_from: Day


def settings_shown(settings: OrganisationSettings, language: str) -> SettingList:
    """Every setting, explained in a reader's language."""
    return SettingList(
        items=[
            SettingShown(
                key=key,
                value=getattr(settings, key),
                default=default,
                name=spoken(MEANINGS[key].name, language),
                explanation=spoken(MEANINGS[key].explanation, language),
            )
            for key, default in SETTINGS.items()
        ]
    )


def presets_shown(presets: Iterable[Preset], language: str) -> PresetList:
    """Presets, explained in a reader's language."""
    return PresetList(
        items=[
            PresetShown(key=each.key, name=each.name, meaning=spoken(each.meaning, language))
            for each in presets
        ]
    )


def currencies_shown(rows: Iterable[CurrencyRow], base: str) -> CurrencyList:
    """Currencies, one of them the base currency."""
    return CurrencyList(
        items=[
            CurrencyShown(code=row.code, digits=row.digits, is_base=row.code == base, is_active=row.is_active)
            for row in rows
        ]
    )


def rates_shown(rows: Iterable[RateRow]) -> RateList:
    """Rates as they are kept, without trailing zeros."""
    return RateList(
        items=[
            RateShown(code=row.code, valid_from=row.valid_from, rate=format(row.rate.normalize(), "f"))
            for row in rows
        ]
    )
