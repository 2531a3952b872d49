"""Putting a deal into a month of the forecast."""

from opportune.identity.actor import Actor
from opportune.kernel import clock
from opportune.ledger.merging import check_version
from opportune.ledger.recording import action
from opportune.opportunities.actions.editing import edit
from opportune.opportunities.models import Opportunity
from opportune.opportunities.months import close_in
from opportune.opportunities.writing import obtain_open_deal, zone_of


@action("put_into_month")
def put_into_month(
    actor: Actor, opportunity_id: int, month: str, *, version: int | None = None
) -> Opportunity:
    """Give an open deal an estimated close in a month to come, such as 2026-06; `none` takes its date away (D-032).

    The day follows from the one it has (`months.close_in`), and today is the actor's. Raises NotFound, NotPermitted,
    Invalid for what is no month to come, or Conflict: `closed`, or someone changed the date since that version.
    """
    deal = obtain_open_deal(actor, opportunity_id)
    check_version(deal, version, ["estimated_close_on"])
    close = close_in(month, deal.estimated_close_on, clock.today(zone_of(actor)))
    return edit(actor, opportunity_id, {"estimated_close_on": close}, version=version)
