"""Closing a deal as won or lost, and reopening it (B-008…B-017, D-062)."""

from datetime import date
from decimal import Decimal

from opportune.customers.actions import mark_as_customers
from opportune.identity.actor import Actor
from opportune.kernel.errors import Invalid, NotFound, Refused
from opportune.kernel.registries import facts, react
from opportune.kernel.sentences import Sentence, sentence
from opportune.kernel.text import storable
from opportune.ledger.merging import check_version
from opportune.ledger.recording import action
from opportune.opportunities.actions.moving import PROGRESS, demand_date
from opportune.opportunities.chances import likelihood_fields
from opportune.opportunities.events import OpenTasksUnwanted
from opportune.opportunities.models import CLOSED, OPEN, Entry, Opportunity, Status
from opportune.opportunities.probability import LOST, WON, Likelihood
from opportune.opportunities.stays import last_move_on
from opportune.opportunities.values import accepted, amount
from opportune.opportunities.writing import (
    entries_of,
    obtain_deal,
    obtain_open_deal,
    organisation_today,
    write,
)
from opportune.process.queries import process_by_id
from opportune.reference.queries import Reason, rate_on, reason_by_code

CLOSING = (*PROGRESS, "actual_value", "closed_on", "close_reason_id")


@action("close_opportunity")
def close(
    actor: Actor,
    opportunity_id: int,
    *,
    outcome: str,
    reason: str,
    on: date | None,
    actual_value: Decimal | None = None,
    description: str = "",
    cancel_open_tasks: bool = True,
    confirm_zero: bool = False,
    version: int | None = None,
) -> Opportunity:
    """Win or lose a deal for a reason (its code) on a date. The actual value is the estimated one unless given.

    Winning notes since when the customer has bought.

    Raises NotFound, NotPermitted, Conflict (`closed`), Invalid naming what is missing (B-013), or Refused:
    `confirm_zero` for a win worth nothing, `open_quotes`.
    """
    deal = obtain_open_deal(actor, opportunity_id)
    check_version(deal, version, CLOSING)
    chosen = _demand_choices(deal, outcome, reason, on)
    _demand_no_open_quotes(deal)
    won = outcome == Status.WON
    actual = _actual(deal, actual_value, confirm_zero=confirm_zero) if won else None
    write(
        deal,
        {
            "status": outcome,
            "close_reason_id": chosen.id,
            "closed_on": on,
            "actual_value": actual,
            "rate": rate_on(deal.currency, on) if won and on else deal.rate,
            "close_description": storable(description).strip(),
            **likelihood_fields(WON if won else LOST),
        },
        move=outcome,
        on=on,
    )
    if won and on:
        mark_as_customers(actor, {deal.customer_ref: on})
    if cancel_open_tasks:
        react(actor, OpenTasksUnwanted((deal.pk,)))
    return deal


def _demand_choices(deal: Opportunity, outcome: str, code: str, on: date | None) -> Reason:
    if outcome not in CLOSED:
        raise Invalid({"outcome": sentence("Choose won or lost.")})
    missing: dict[str, Sentence] = {}
    if not code:
        missing["reason"] = sentence("Choose the reason.")
    if on is None:
        missing["on"] = sentence("Say on which date it was closed.")
    if missing or on is None:
        raise Invalid(missing)
    try:
        chosen = reason_by_code(code)
    except NotFound:
        raise Invalid({"reason": sentence("There is no close reason “{code}”.", code=code)}) from None
    if chosen.outcome not in (outcome, "both") or not chosen.is_offered:
        raise Invalid({"reason": sentence("This reason does not fit the outcome.")})
    demand_date(on, "on", organisation_today(), last_move_on(entries_of(deal)))
    return chosen


def _demand_no_open_quotes(deal: Opportunity) -> None:
    ask = facts.get("open_quotes")
    quotes = ask(deal.pk) if ask else []
    if quotes:
        raise Refused(
            "open_quotes", sentence("Close the quotes of this opportunity first."), quotes=list(quotes)
        )


def _actual(deal: Opportunity, typed: Decimal | None, *, confirm_zero: bool) -> Decimal:
    given: Decimal | None = accepted("actual_value", amount, typed)
    actual = (deal.estimated_value or Decimal(0)) if given is None else given
    if actual > 0:
        return actual
    if process_by_id(deal.process_id).estimates_required:
        raise Invalid({"actual_value": sentence("This process asks for an actual value above zero.")})
    if not confirm_zero:
        raise Refused(
            "confirm_zero", sentence("Won without any value? Confirm it, or type the actual value.")
        )
    return actual


@action("reopen_opportunity")
def reopen(actor: Actor, opportunity_id: int, *, version: int | None = None) -> Opportunity:
    """Take a closing back: status, stage, chances return as they were; the actuals stay in the entries.

    The forecast category is the pipeline again. Raises NotFound, NotPermitted, Conflict, or Refused `not_closed`.
    """
    deal = obtain_deal(actor, opportunity_id)
    if deal.is_open:
        raise Refused("not_closed", sentence("This opportunity is open."))
    check_version(deal, version, CLOSING)
    last_open = Entry.objects.filter(opportunity=deal, status__in=OPEN).order_by("-at").first()
    if last_open is None:
        raise Refused("never_open", sentence("This opportunity was never open; nothing can be restored."))
    stage = process_by_id(deal.process_id).stage(last_open.stage_id)
    was = Likelihood(
        last_open.chance, last_open.completed, last_open.probability, last_open.probability_source
    )
    write(
        deal,
        {
            "status": Status.IN_PROGRESS if stage else Status.NOT_STARTED,
            "stage_id": stage.id if stage else None,
            "close_reason_id": None,
            "closed_on": None,
            "actual_value": None,
            "rate": last_open.rate,
            "close_description": "",
            "forecast_category": "pipeline",
            **likelihood_fields(was),
        },
        move="reopened",
    )
    return deal
