"""Reading the settings, the currencies and their rates."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal
from typing import Any

from django.db.models import QuerySet

from opportune.kernel.errors import Invalid, Refused
from opportune.kernel.remembering import remembered
from opportune.kernel.sentences import sentence
from opportune.ledger.models import LIVE
from opportune.reference.models import Currency, Rate, Setting
from opportune.reference.settings import SETTINGS, OrganisationSettings
from opportune.storage.prepared import prepared

BASE_RATE = Decimal(1)
_KINDS = frozenset({Setting.kind})


def organisation_settings() -> OrganisationSettings:
    """All settings as they are now, in one query a request or command."""
    return remembered("settings", _organisation_settings, of=_KINDS)


def _organisation_settings() -> OrganisationSettings:
    kept = dict(_settings())
    return replace(OrganisationSettings(), **{name: kept[name] for name in SETTINGS if name in kept})


@prepared
def _settings() -> QuerySet[Setting, Any]:
    return Setting.objects.filter(LIVE).values_list("key", "value")


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
    digits = Currency.objects.filter(LIVE, code=code).values_list("digits", flat=True).first()
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
