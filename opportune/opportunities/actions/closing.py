"""Closing deals as won or lost, and reopening them (B-008…B-017, D-062)."""

from collections.abc import Mapping, Sequence
from datetime import date
from decimal import Decimal
from typing import Any

from opportune.customers.actions import mark_as_customers
from opportune.identity.actor import Actor
from opportune.kernel.errors import Invalid, Refused
from opportune.kernel.records import RecordRef
from opportune.kernel.registries import react
from opportune.kernel.sentences import sentence
from opportune.ledger.merging import check_version
from opportune.ledger.models import LIVE
from opportune.ledger.recording import action
from opportune.opportunities.actions import many
from opportune.opportunities.actions.competitors import known_competitor
from opportune.opportunities.actions.many import Found, Outcomes, each_of, on_many
from opportune.opportunities.actions.switching import PROGRESS
from opportune.opportunities.chances import likelihood_fields
from opportune.opportunities.closing import Chosen, Closing, Verdict, demand_choices
from opportune.opportunities.events import OpenTasksUnwanted
from opportune.opportunities.landing import phase_left
from opportune.opportunities.models import OPEN, Competitor, Entry, Opportunity, Status
from opportune.opportunities.probability import Likelihood
from opportune.opportunities.stays import last_move_on
from opportune.opportunities.writing import (
    Writing,
    entries_of,
    obtain_deal,
    obtain_open_deal,
    organisation_today,
    write,
    write_many,
)
from opportune.process.queries import processes

CLOSING = (*PROGRESS, "actual_value", "closed_on", "close_reason_id", "lost_to_id")


@action("close_opportunity")
def close(
    actor: Actor,
    opportunity_id: int,
    *,
    outcome: str,
    reason: str,
    on: date | str | None,
    actual_value: Decimal | str | None = None,
    lost_to: int | str | None = None,
    description: str = "",
    cancel_open_tasks: bool = True,
    confirm_zero: bool = False,
    version: int | None = None,
) -> Opportunity:
    """Win or lose a deal for a reason (its code) on a date. The actual value is the estimated one unless given.

    `lost_to` is the competitor who won it, by id or by name; some reasons ask for it. Winning notes since when
    the customer has bought.

    Raises NotFound, NotPermitted, Conflict (`closed`), Invalid naming what is missing (B-013), or Refused:
    `confirm_zero` for a win worth nothing, `open_quotes`.
    """
    deal = obtain_open_deal(actor, opportunity_id)
    check_version(deal, version, CLOSING)
    chosen = demand_choices(
        outcome,
        reason,
        on,
        organisation_today(),
        names_competitor=bool(lost_to),
        last=last_move_on(entries_of(deal)),
        actual_value=actual_value,
        currency=deal.currency,
    )
    verdict = _verdict(actor, outcome, chosen, lost_to, description)
    closing = Closing([deal], verdict, chosen.actual_value, confirm_zero=confirm_zero)
    _carry_out(actor, verdict, [(deal, closing.plan(deal))], cancel_open_tasks=cancel_open_tasks)
    return deal


@on_many("close_opportunities", many.CLOSED)
def close_many(
    actor: Actor,
    found: Found,
    *,
    outcome: str,
    reason: str,
    on: date | str | None,
    lost_to: int | str | None = None,
    description: str = "",
    cancel_open_tasks: bool = True,
    confirm_zero: bool = False,
) -> Outcomes:
    """Win or lose many deals for one reason on one date, each at its estimated value (C-129e).

    What cannot be closed is left, with the reason. Raises Invalid for what concerns all of them.
    """
    chosen = demand_choices(outcome, reason, on, organisation_today(), names_competitor=bool(lost_to))
    verdict = _verdict(actor, outcome, chosen, lost_to, description)
    closing = Closing(found.open, verdict, None, confirm_zero=confirm_zero)
    planned, refused = each_of(found.open, lambda deal: (deal, closing.plan(deal)))
    _carry_out(actor, verdict, planned, cancel_open_tasks=cancel_open_tasks)
    return found.outcomes(many.CLOSED, [deal for deal, _ in planned], refused)


def _verdict(
    actor: Actor,
    outcome: str,
    chosen: Chosen,
    lost_to: int | str | None,
    description: str,
) -> Verdict:
    competitor_id = _competitor_id(actor, lost_to) if lost_to else None
    return Verdict(outcome, chosen.id, chosen.on, competitor_id, description)


def _competitor_id(actor: Actor, lost_to: int | str) -> int:
    if isinstance(lost_to, str):
        return known_competitor(actor, lost_to).pk
    if not Competitor.objects.filter(LIVE, pk=lost_to).exists():
        raise Invalid({"lost_to": sentence("This competitor does not exist.")})
    return lost_to


def _carry_out(
    actor: Actor,
    verdict: Verdict,
    planned: Sequence[tuple[Opportunity, Mapping[str, Any]]],
    *,
    cancel_open_tasks: bool,
) -> None:
    if not planned:
        return
    write_many([Writing(deal, changes, verdict.outcome, verdict.on) for deal, changes in planned])
    if verdict.is_won:
        bought: dict[RecordRef, date] = {deal.customer_ref: verdict.on for deal, _ in planned}
        mark_as_customers(actor, bought)
    if cancel_open_tasks:
        react(actor, OpenTasksUnwanted(tuple(deal.pk for deal, _ in planned)))


@action("reopen_opportunity")
def reopen(actor: Actor, opportunity_id: int, *, version: int | None = None) -> Opportunity:
    """Take a closing back: status, stage, chances return as they were; the actuals stay in the entries.

    A stage that is gone is none, and a phase that is gone is what replaced it. The forecast category is the pipeline
    again. Raises NotFound, NotPermitted, Conflict, or Refused `not_closed`.
    """
    deal = obtain_deal(actor, opportunity_id)
    if deal.is_open:
        raise Refused("not_closed", sentence("This opportunity is open."))
    check_version(deal, version, CLOSING)
    last_open = Entry.objects.filter(opportunity=deal, status__in=OPEN).order_by("-at").first()
    if last_open is None:
        raise Refused("never_open", sentence("This opportunity was never open; nothing can be restored."))
    known = {process.id: process for process in processes()}
    process = known.get(deal.process_id)
    stage = process.stage(last_open.stage_id) if process else None
    was = Likelihood(
        last_open.chance, last_open.completed, last_open.probability, last_open.probability_source
    )
    write(
        deal,
        {
            "status": Status.IN_PROGRESS if stage else Status.NOT_STARTED,
            "stage_id": stage.id if stage else None,
            "is_finished": deal.is_finished and stage is not None,
            "pipeline_phase_id": phase_left(known.values(), deal.pipeline_phase_id),
            "close_reason_id": None,
            "closed_on": None,
            "actual_value": None,
            "lost_to_id": None,
            "rate": last_open.rate,
            "close_description": "",
            "forecast_category": "pipeline",
            **likelihood_fields(was),
        },
        move="reopened",
    )
    return deal
