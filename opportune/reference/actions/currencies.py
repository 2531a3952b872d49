"""Commands on currencies and their dated rates."""

from datetime import date
from decimal import Decimal

from opportune.identity.actor import Actor
from opportune.kernel.checking import accepted, near_enough
from opportune.kernel.errors import Invalid, NotFound, Refused
from opportune.kernel.money import rounded
from opportune.kernel.sentences import sentence
from opportune.ledger.binning import put_into_bin
from opportune.ledger.models import LIVE
from opportune.ledger.recording import action, recording
from opportune.reference.models import Currency, Rate
from opportune.reference.queries import organisation_settings
from opportune.storage.numbers import RateField

LARGEST_RATE = 10**10


@action("add_currency")
def add_currency(actor: Actor, *, code: str, digits: int = 2) -> Currency:
    """Put a currency to use. Raises Invalid unless its code is three capital letters and its digits 0 to 4."""
    actor.demand_right("administer")
    if not (len(code) == 3 and code.isascii() and code.isalpha() and code.isupper()):
        raise Invalid({"code": sentence("A currency has three capital letters, such as EUR.")})
    if not 0 <= digits <= 4:
        raise Invalid({"digits": sentence("A currency has 0 to 4 decimals.")})
    if Currency.objects.filter(LIVE, code=code).exists():
        raise Invalid({"code": sentence("The currency {code} is there already.", code=code)})
    currency = Currency(code=code, digits=digits)
    recording().create(currency)
    return currency


@action("use_currency")
def use_currency(actor: Actor, code: str, *, in_use: bool) -> Currency:
    """Offer a currency in forms, or no longer; amounts in it stay. Raises NotFound, Refused `base_currency`."""
    actor.demand_right("administer")
    currency = Currency.objects.select_for_update().filter(LIVE, code=code).first()
    if currency is None:
        raise NotFound("currency")
    if not in_use and code == organisation_settings().base_currency:
        raise Refused("base_currency", sentence("{code} is the base currency; it stays in use.", code=code))
    recording().update(currency, {"is_active": in_use})
    return currency


@action("set_rate")
def set_rate(actor: Actor, *, code: str, rate: Decimal, valid_from: date) -> Rate:
    """Say how many units of a currency one base unit is from a day on; amounts already recorded stay."""
    actor.demand_right("administer")
    if not (rate.is_finite() and 0 < rate < LARGEST_RATE and rounded(rate, RateField.decimals) > 0):
        raise Invalid({"rate": sentence("A rate is greater than zero and has at most eight decimals.")})
    accepted("valid_from", near_enough, valid_from)
    if code == organisation_settings().base_currency:
        raise Invalid({"code": sentence("{code} is the base currency; its rate is always 1.", code=code)})
    currency = Currency.objects.filter(LIVE, code=code).first()
    if currency is None:
        raise Invalid({"code": sentence("There is no currency “{code}”. Add it in the settings.", code=code)})
    known = Rate.objects.filter(LIVE, currency=currency, valid_from=valid_from).first()
    if known is not None:
        recording().update(known, {"rate": rate})
        return known
    made = Rate(currency=currency, rate=rate, valid_from=valid_from)
    recording().create(made)
    return made


@action("remove_rate")
def remove_rate(actor: Actor, *, code: str, valid_from: date) -> None:
    """Take away a rate that was set by mistake; amounts already recorded stay. Raises NotFound."""
    actor.demand_right("administer")
    rows = Rate.objects.filter(LIVE, currency__code=code, currency__deleted_at=None, valid_from=valid_from)
    rate = rows.select_for_update(of=("self",)).first()
    if rate is None:
        raise NotFound("rate")
    put_into_bin(rate)
