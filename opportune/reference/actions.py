"""Commands on settings, currencies, numbers, reasons and lists."""

import re
from dataclasses import fields
from datetime import date
from decimal import Decimal
from typing import Any
from zoneinfo import available_timezones

from opportune.identity.actor import Actor
from opportune.kernel.errors import Invalid, NotPermitted, Refused
from opportune.kernel.money import rounded
from opportune.kernel.registries import facts
from opportune.kernel.sentences import sentence
from opportune.kernel.text import fold, storable
from opportune.ledger.recording import action, recording
from opportune.reference.defaults import CLOSE_REASONS, CURRENCIES, LISTS, NOT_RECORDED
from opportune.reference.models import CloseReason, Currency, ListItem, Rate, SeriesCounter, Setting
from opportune.reference.queries import organisation_settings
from opportune.reference.series import formatted
from opportune.reference.settings import OrganisationSettings
from opportune.storage.numbers import RateField

CODE_LENGTH, NAME_LENGTH = 20, 100
LARGEST_RATE = 10**10
_TIME = re.compile(r"([01][0-9]|2[0-3]):[0-5][0-9]")


@action("install_reference")
def install_reference(actor: Actor) -> None:
    """Make the reasons, lists and currencies that ship and do not exist yet."""
    actor.demand_right("administer")
    _install_reasons()
    _install_lists()
    known = set(Currency.objects.values_list("code", flat=True))
    recording().create_many(
        [Currency(code=code, digits=digits) for code, digits in CURRENCIES if code not in known]
    )


def _install_reasons() -> None:
    known = set(CloseReason.objects.values_list("code", flat=True))
    made = [
        CloseReason(
            code=code,
            outcome=outcome,
            status_reason=status_reason,
            name_en=name_en,
            name_fr=name_fr,
            position=position,
            is_offered=code != NOT_RECORDED[0],
            asks_competitor=code == "COMPETITOR_L",
        )
        for position, (code, outcome, status_reason, name_en, name_fr) in enumerate(
            (*CLOSE_REASONS, NOT_RECORDED)
        )
        if code not in known
    ]
    recording().create_many(made)


def _install_lists() -> None:
    known = set(ListItem.objects.values_list("list_key", "code"))
    made = [
        ListItem(list_key=key, code=code, name_en=name_en, name_fr=name_fr, position=position)
        for key, items in LISTS.items()
        for position, (code, name_en, name_fr) in enumerate(items)
        if (key, code) not in known
    ]
    recording().create_many(made)


@action("change_setting")
def change_setting(actor: Actor, key: str, value: Any) -> None:
    """Set one of the organisation's settings. Raises Invalid for an unknown key or a value of another type."""
    actor.demand_right("administer")
    declared = {field.name: field.default for field in fields(OrganisationSettings)}
    if key not in declared:
        raise Invalid({key: sentence("There is no setting “{key}”.", key=key)})
    if type(value) is not type(declared[key]):
        raise Invalid({key: sentence("This value does not fit the setting “{key}”.", key=key)})
    _demand_known(key, value)
    frozen = key == "base_currency" and value != organisation_settings().base_currency
    if frozen and any(ask() for name, ask in facts.items() if name == "amounts_exist"):
        raise Refused(
            "base_currency_frozen",
            sentence("The base currency cannot change once amounts have been recorded."),
        )
    setting = Setting.objects.filter(key=key).first()
    if setting is None:
        recording().create(Setting(key=key, value=value))
    else:
        recording().update(setting, {"value": value})


def _demand_known(key: str, value: Any) -> None:
    if key == "reminder_time" and not _TIME.fullmatch(value):
        raise Invalid({key: sentence("Write a time as 09:00.")})
    if key == "time_zone" and value not in available_timezones():
        raise Invalid({key: sentence("There is no time zone “{zone}”.", zone=value)})
    if key == "base_currency" and not Currency.objects.filter(code=value).exists():
        raise Invalid({key: sentence("There is no currency “{code}”. Add it in the settings.", code=value)})
    if key == "default_process" and "can_be_default" in facts and not facts["can_be_default"](value):
        raise Invalid({key: sentence("There is no process “{key}” in use.", key=value)})


@action("add_currency")
def add_currency(actor: Actor, *, code: str, digits: int = 2) -> Currency:
    """Put a currency to use. Raises Invalid unless its code is three capital letters and its digits 0 to 4."""
    actor.demand_right("administer")
    if not (len(code) == 3 and code.isascii() and code.isalpha() and code.isupper()):
        raise Invalid({"code": sentence("A currency has three capital letters, such as EUR.")})
    if not 0 <= digits <= 4:
        raise Invalid({"digits": sentence("A currency has 0 to 4 decimals.")})
    if Currency.objects.filter(code=code).exists():
        raise Invalid({"code": sentence("The currency {code} is there already.", code=code)})
    currency = Currency(code=code, digits=digits)
    recording().create(currency)
    return currency


@action("set_rate")
def set_rate(actor: Actor, *, code: str, rate: Decimal, valid_from: date) -> Rate:
    """Say how many units of a currency one base unit is from a day on; amounts already recorded stay."""
    actor.demand_right("administer")
    if not (rate.is_finite() and 0 < rate < LARGEST_RATE and rounded(rate, RateField.decimals) > 0):
        raise Invalid({"rate": sentence("A rate is greater than zero and has at most eight decimals.")})
    if code == organisation_settings().base_currency:
        raise Invalid({"code": sentence("{code} is the base currency; its rate is always 1.", code=code)})
    currency = Currency.objects.filter(code=code).first()
    if currency is None:
        raise Invalid({"code": sentence("There is no currency “{code}”. Add it in the settings.", code=code)})
    known = Rate.objects.filter(currency=currency, valid_from=valid_from).first()
    if known is not None:
        recording().update(known, {"rate": rate})
        return known
    made = Rate(currency=currency, rate=rate, valid_from=valid_from)
    recording().create(made)
    return made


def take_numbers(series: str, day: date, count: int = 1) -> list[str]:
    """The next numbers of a series, inside the caller's transaction; a number is never given out twice."""
    counter, _ = SeriesCounter.objects.select_for_update().get_or_create(series=series, year=day.year)
    first = counter.last + 1
    counter.last += count
    counter.save(update_fields=["last"])
    return [formatted(series, day.year, number) for number in range(first, first + count)]


@action("add_close_reason")
def add_close_reason(
    actor: Actor, *, outcome: str, name: str, code: str = "", name_fr: str = ""
) -> CloseReason:
    """Add a reason, also in place from the close form (B-016, B-017). Raises Invalid, NotPermitted."""
    settled = organisation_settings()
    if "customise" not in actor.rights and not (
        settled.people_may_add_close_reasons and "add_close_reasons" in actor.rights
    ):
        raise NotPermitted(sentence("Only an administrator can add close reasons here."))
    if outcome not in (CloseReason.Outcome.WON, CloseReason.Outcome.LOST):
        raise Invalid({"outcome": sentence("Choose won or lost.")})
    written, in_french, chosen = (storable(text).strip() for text in (name, name_fr, code))
    _demand_new_reason(outcome, written)
    chosen = chosen or _free_code(written, outcome)
    if len(chosen) > CODE_LENGTH:
        raise Invalid({"code": sentence("At most {longest} characters fit here.", longest=CODE_LENGTH)})
    if CloseReason.objects.filter(code__iexact=chosen).exists():
        raise Invalid({"code": sentence("There is already a close reason “{code}”.", code=chosen)})
    won = outcome == CloseReason.Outcome.WON
    reason = CloseReason(
        code=chosen,
        outcome=outcome,
        status_reason=CloseReason.StatusReason.WON if won else CloseReason.StatusReason.OUT_SOLD,
        name_en=written,
        name_fr=in_french[:NAME_LENGTH] or written,
        position=CloseReason.objects.count(),
    )
    recording().create(reason)
    return reason


def _demand_new_reason(outcome: str, name: str) -> None:
    if not name:
        raise Invalid({"name": sentence("Give the reason a name.")})
    if len(name) > NAME_LENGTH:
        raise Invalid({"name": sentence("At most {longest} characters fit here.", longest=NAME_LENGTH)})
    there = CloseReason.objects.filter(outcome=outcome).values_list("name_en", "name_fr")
    if fold(name) in {fold(known) for names in there for known in names}:
        raise Invalid({"name": sentence("There is already a close reason “{name}”.", name=name)})


def _free_code(name: str, outcome: str) -> str:
    letters = "".join(c for c in fold(name).upper() if c.isascii() and c.isalnum()) or "REASON"
    suffix = "_W" if outcome == CloseReason.Outcome.WON else "_L"
    taken = {code.upper() for code in CloseReason.objects.values_list("code", flat=True)}
    for number in ("", *map(str, range(2, len(taken) + 3))):
        code = f"{letters[: CODE_LENGTH - len(suffix) - len(number)]}{number}{suffix}"
        if code not in taken:
            return code
    raise RuntimeError("one more code than reasons is always free")
