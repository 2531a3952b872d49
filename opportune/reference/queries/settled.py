"""Reading the settings, the currencies and their rates."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal
from typing import Any

from django.db.models import JSONField, QuerySet, TextField, Value
from django.db.models.functions import Cast

from opportune.kernel.errors import Invalid, Refused
from opportune.kernel.sentences import sentence
from opportune.ledger.lasting import lasting
from opportune.ledger.models import LIVE
from opportune.reference.models import Currency, Rate, Setting
from opportune.reference.settings import SETTINGS, OrganisationSettings
from opportune.storage.prepared import prepared

BASE_RATE = Decimal(1)
_KINDS = frozenset({Setting.kind, Currency.kind})


@dataclass(frozen=True, slots=True)
class Settled:
    """The settings, and how many decimals the amounts of each currency are shown with, by its code."""

    settings: OrganisationSettings
    digits: Mapping[str, int]


def settled() -> Settled:
    """What the organisation has settled as it is now, in one query a request or command."""
    return lasting("settled", _read_settled, of=_KINDS)


def organisation_settings() -> OrganisationSettings:
    """All settings as they are now."""
    return settled().settings


def _read_settled() -> Settled:
    kept: dict[bool, dict[str, Any]] = {False: {}, True: {}}
    for key, value, is_currency in _settings_and_digits():
        kept[bool(is_currency)][key] = value
    own = {name: value for name, value in kept[False].items() if name in SETTINGS}
    return Settled(replace(OrganisationSettings(), **own), kept[True])


@prepared
def _settings_and_digits() -> QuerySet[Setting, Any]:
    """Each page needs both, and both are few."""
    digits = Cast(Cast("digits", TextField()), JSONField())
    currencies = Currency.objects.filter(LIVE).values_list("code", digits, Value(value=True))
    kept = Setting.objects.filter(LIVE).values_list("key", "value", Value(value=False))
    return kept.union(currencies, all=True)


@dataclass(frozen=True, slots=True)
class CurrencyRow:
    """A currency as pickers and amounts need it."""

    code: str
    digits: int
    is_active: bool = True


def currencies() -> Sequence[CurrencyRow]:
    """The currencies in use, by code."""
    rows = Currency.objects.filter(LIVE, is_active=True).order_by("code").values_list("code", "digits")
    return [CurrencyRow(*row) for row in rows]


def every_currency() -> Sequence[CurrencyRow]:
    """The currencies, those no longer offered included, by code."""
    rows = Currency.objects.filter(LIVE).order_by("code").values_list("code", "digits", "is_active")
    return [CurrencyRow(*row) for row in rows]


@dataclass(frozen=True, slots=True)
class RateRow:
    """Units of a currency per one base unit, from a day on."""

    code: str
    valid_from: date
    rate: Decimal


def rates(code: str | None = None) -> Sequence[RateRow]:
    """The rates of one currency or of all, by currency, the latest first."""
    rows = Rate.objects.filter(LIVE).order_by("currency__code", "-valid_from")
    if code is not None:
        rows = rows.filter(currency__code=code)
    return [RateRow(*row) for row in rows.values_list("currency__code", "valid_from", "rate")]


def currency_digits(code: str) -> int:
    """How many decimals a currency's amounts are shown with. Raises Invalid for an unknown currency."""
    digits = settled().digits.get(code)
    if digits is None:
        raise Invalid(
            {"currency": sentence("There is no currency “{code}”. Add it in the settings.", code=code)}
        )
    return digits


def rate_on(code: str, day: date) -> Decimal:
    """Units of a currency per base unit on a day. Raises Refused `missing_rate` (domain.md §2)."""
    if code == organisation_settings().base_currency:
        return BASE_RATE
    rate = (
        Rate.objects.filter(LIVE, currency__code=code, valid_from__lte=day)
        .order_by("-valid_from")
        .values_list("rate", flat=True)
        .first()
    )
    if rate is None:
        raise Refused(
            "missing_rate",
            sentence(
                "There is no rate for {code} on {day}. Add one in the settings.",
                code=code,
                day=day,
            ),
            currency=code,
        )
    return rate
