"""Revaluing open deals: their amounts in base currency at today's rates (domain.md §2 Currency)."""

from decimal import Decimal

from django.db.models import QuerySet

from opportune.identity.actor import Actor
from opportune.kernel.errors import Refused
from opportune.opportunities.actions import many
from opportune.opportunities.actions.many import Found, Outcomes, each_of, on_many
from opportune.opportunities.models import OPEN, Opportunity
from opportune.opportunities.queries.totals import visible_deals
from opportune.opportunities.writing import Writing, organisation_today, write_many
from opportune.reference.queries import organisation_settings, rate_on

MOVE = "revalued"


def open_in_other_currencies(actor: Actor, currency: str = "") -> QuerySet[Opportunity]:
    """The open deals in a currency, or in any but the base currency."""
    found = visible_deals(actor).filter(status__in=OPEN)
    found = found.exclude(currency=organisation_settings().base_currency)
    return found.filter(currency=currency) if currency else found


@on_many("revalue_opportunities", many.REVALUED, matching=open_in_other_currencies)
def revalue_many(actor: Actor, found: Found) -> Outcomes:
    """Have open deals count at today's rate; each gets an entry, so that the past keeps the rate it had.

    For administrators, as it changes everybody's figures. Those whose currency has no rate today are left, as are
    closed ones, which keep the rate of their closing. Raises NotPermitted.
    """
    actor.demand_right("administer")
    today = organisation_today()
    rates = {code: _rate(code) for code in sorted({deal.currency for deal in found.open})}

    def plan(deal: Opportunity) -> tuple[Opportunity, Decimal]:
        rate = rates[deal.currency]
        if isinstance(rate, Refused):
            raise rate
        return deal, rate

    planned, refused = each_of(found.open, plan)
    write_many([Writing(deal, {"rate": rate}, MOVE, today) for deal, rate in planned if deal.rate != rate])
    return found.outcomes(many.REVALUED, [deal for deal, _ in planned], refused)


def revalue(actor: Actor, *, currency: str = "") -> Outcomes:
    """Revalue all open deals in a currency, or in any but the base currency. Raises NotPermitted."""
    actor.demand_right("administer")
    return revalue_many(actor, wanted=currency)


def _rate(code: str) -> Decimal | Refused:
    try:
        return rate_on(code, organisation_today())
    except Refused as missing:
        return missing
