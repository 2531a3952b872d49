"""Reading what the organisation has settled."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal

from opportune.kernel.errors import Invalid, NotFound, Refused
from opportune.kernel.sentences import sentence
from opportune.reference.models import CloseReason, Currency, ListItem, Rate, Setting
from opportune.reference.settings import OrganisationSettings

BASE_RATE = Decimal(1)


def organisation_settings() -> OrganisationSettings:
    """All settings as they are now, in one query."""
    return replace(OrganisationSettings(), **dict(Setting.objects.values_list("key", "value")))


@dataclass(frozen=True, slots=True)
class CurrencyRow:
    """A currency as pickers and amounts need it."""

    code: str
    digits: int


def currencies() -> Sequence[CurrencyRow]:
    """The currencies in use, by code."""
    rows = Currency.objects.filter(is_active=True).order_by("code").values_list("code", "digits")
    return [CurrencyRow(*row) for row in rows]


def currency_digits(code: str) -> int:
    """How many decimals a currency's amounts are shown with. Raises Invalid for an unknown currency."""
    digits = Currency.objects.filter(code=code).values_list("digits", flat=True).first()
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
        Rate.objects.filter(currency__code=code, valid_from__lte=day)
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
                day=day.isoformat(),
            ),
            currency=code,
        )
    return rate


@dataclass(frozen=True, slots=True)
class Choice:
    """One choice of a list, with its name in both languages."""

    id: int
    code: str
    name_en: str
    name_fr: str

    def name(self, language: str) -> str:
        """The name in a language, English unless French."""
        return self.name_fr if language.startswith("fr") else self.name_en


def choices(list_key: str) -> Sequence[Choice]:
    """The choices of a list in their order."""
    return choices_of([list_key])[list_key]


def choices_of(list_keys: Sequence[str]) -> dict[str, list[Choice]]:
    """The choices of several lists, in one query."""
    found: dict[str, list[Choice]] = {key: [] for key in list_keys}
    rows = ListItem.objects.filter(list_key__in=list_keys, is_active=True).order_by("position", "id")
    for item in rows:
        found[item.list_key].append(Choice(item.pk, item.code, item.name_en, item.name_fr))
    return found


@dataclass(frozen=True, slots=True)
class Reason(Choice):
    """A close reason as the close form offers it."""

    outcome: str = "both"
    status_reason: str = "none"
    asks_competitor: bool = False
    is_offered: bool = True


def offered_reasons(outcome: str | None = None) -> Sequence[Reason]:
    """The reasons a form offers, of one outcome or all (B-015)."""
    rows = CloseReason.objects.filter(is_offered=True).order_by("outcome", "position", "id")
    if outcome is not None:
        rows = rows.filter(outcome__in=[outcome, CloseReason.Outcome.BOTH])
    return [_reason(row) for row in rows]


def all_reasons() -> Sequence[Reason]:
    """Every close reason, offered or not."""
    return [_reason(row) for row in CloseReason.objects.order_by("position", "id")]


def reason_by_code(code: str) -> Reason:
    """A close reason by its code, offered or not. Raises NotFound."""
    row = CloseReason.objects.filter(code=code).first()
    if row is None:
        raise NotFound("close_reason")
    return _reason(row)


def _reason(row: CloseReason) -> Reason:
    return Reason(
        row.pk,
        row.code,
        row.name_en,
        row.name_fr,
        row.outcome,
        row.status_reason,
        row.asks_competitor,
        row.is_offered,
    )
