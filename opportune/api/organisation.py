"""The organisation's settings, presets, currencies and rates; a token needs the scope `right:administer`."""

from datetime import date
from http import HTTPStatus

from django.http import HttpResponse
from ninja import Router

from opportune.api.answers import answer, made
from opportune.api.asking import Request, language_of
from opportune.reference import actions, queries
from opportune.reference.presets import PRESETS
from opportune.schemas.organisation import (
    CurrencyChanges,
    CurrencyGiven,
    CurrencyList,
    PresetList,
    RateGiven,
    RateList,
    SettingList,
    SettingsGiven,
    currencies_shown,
    presets_shown,
    rates_shown,
    settings_shown,
)

router = Router(tags=["settings"])


@router.get("settings", response=SettingList)
def list_settings(request: Request) -> HttpResponse:
    """Every setting with its value, its default and its meaning."""
    request.auth.demand_right("administer")
    return _settings(request)


@router.patch("settings", response=SettingList)
def change_settings(request: Request, given: SettingsGiven) -> HttpResponse:
    """Change settings, all or none. The base currency is frozen by the first amount."""
    actions.change_settings(request.auth, given.given())
    return _settings(request)


@router.get("settings/presets", response=PresetList)
def list_presets(request: Request) -> HttpResponse:
    """The products after which things can be settled at once."""
    request.auth.demand_right("administer")
    return answer(presets_shown(PRESETS.values(), language_of(request)))


@router.post("settings/presets/{preset}", response=SettingList)
def apply_preset(request: Request, preset: str) -> HttpResponse:
    """Settle things as a product does; one change set, which can be undone."""
    actions.apply_preset(request.auth, preset)
    return _settings(request)


@router.get("currencies", response=CurrencyList)
def list_currencies(request: Request) -> HttpResponse:
    """The currencies in use."""
    request.auth.demand_any("read")
    base = queries.organisation_settings().base_currency
    return answer(currencies_shown(queries.currencies(), base))


@router.get("currencies/all", response=CurrencyList)
def list_every_currency(request: Request) -> HttpResponse:
    """The currencies, those no longer offered included."""
    request.auth.demand_right("administer")
    return _currencies()


@router.post("currencies", response={201: CurrencyList})
def add_currency(request: Request, given: CurrencyGiven) -> HttpResponse:
    """Put a currency to use."""
    actions.add_currency(request.auth, **given.model_dump())
    return made(_currencies())


@router.patch("currencies/{currency}", response=CurrencyList)
def change_currency(request: Request, currency: str, given: CurrencyChanges) -> HttpResponse:
    """Offer a currency in forms, or no longer."""
    actions.use_currency(request.auth, currency, in_use=given.is_active)
    return _currencies()


@router.get("currencies/{currency}/rates", response=RateList)
def list_rates(request: Request, currency: str) -> HttpResponse:
    """The rates of a currency, the latest first."""
    request.auth.demand_any("read")
    return answer(rates_shown(queries.rates(currency)))


@router.post("currencies/{currency}/rates", response={201: RateList})
def set_rate(request: Request, currency: str, given: RateGiven) -> HttpResponse:
    """Say how many units one base unit is from a day on; saying it again for that day corrects it."""
    actions.set_rate(request.auth, code=currency, rate=given.rate, valid_from=given.valid_from)
    return made(answer(rates_shown(queries.rates(currency))))


@router.delete("currencies/{currency}/rates/{day}", response={204: None})
def remove_rate(request: Request, currency: str, day: date) -> HttpResponse:
    """Take away a rate that was set by mistake; amounts already recorded stay."""
    actions.remove_rate(request.auth, code=currency, valid_from=day)
    return HttpResponse(status=HTTPStatus.NO_CONTENT)


def _settings(request: Request) -> HttpResponse:
    return answer(settings_shown(queries.organisation_settings(), language_of(request)))


def _currencies() -> HttpResponse:
    base = queries.organisation_settings().base_currency
    return answer(currencies_shown(queries.every_currency(), base))
