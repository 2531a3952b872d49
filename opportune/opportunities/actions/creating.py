"""Creating deals: one by one from a form, or many at once from an import, by the same rules."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from datetime import UTC, date
from decimal import Decimal
from typing import Any

from opportune.customers.actions import mark_as_customers
from opportune.identity.actor import Actor
from opportune.kernel import clock
from opportune.kernel.checking import accepted
from opportune.kernel.errors import Invalid, NotPermitted, OpportuneError, Refused
from opportune.kernel.records import RecordRef
from opportune.kernel.registries import react
from opportune.kernel.sentences import sentence
from opportune.ledger.recording import action
from opportune.opportunities import chronicle as chronicles
from opportune.opportunities import moves
from opportune.opportunities.actions.sent_once import made_by, sent_before
from opportune.opportunities.chances import likelihood_fields, moved_likelihood
from opportune.opportunities.chronicle import Chronicle
from opportune.opportunities.drafts import (
    DEFAULT_STAGE,
    Draft,
    Happening,
    ReadDraft,
    Reading,
    external_id_taken,
    note_unknown,
)
from opportune.opportunities.events import EnteredStage, PrimaryContactsNamed, StagesEntered
from opportune.opportunities.models import FormSent, Opportunity, Status
from opportune.opportunities.probability import LOST, WON
from opportune.opportunities.values import amount
from opportune.process.holding import hold_processes
from opportune.process.queries import ProcessPicture
from opportune.reference.actions import take_numbers
from opportune.reference.queries import BASE_RATE, Reason, all_reasons, rate_on


@action("create_opportunity")
def create(
    actor: Actor,
    fields: Mapping[str, Any],
    *,
    process_id: int | None = None,
    stage_id: int | None = DEFAULT_STAGE,
    once: str = "",
) -> Opportunity:
    """Make a deal; its owner is the actor unless `owner_id` says who (B-044). Raises Invalid, NotPermitted, Refused.

    What the same person makes under the same `once` is made once: a second time it is the same deal (C-058).
    """
    actor.demand(Opportunity.kind, "create")
    sent = sent_before(actor, once)
    if sent is not None and (already := made_by(actor, sent)) is not None:
        return already
    [made] = create_many(actor, [Draft(fields, process_id, stage_id)])
    if isinstance(made, OpportuneError):
        raise made
    if sent is not None:
        sent.opportunity = made
        sent.save(update_fields=["opportunity"])
    elif once and actor.person_id is not None:
        # of two at the same moment the constraint lets one in; the other is tried again, and finds what it made
        FormSent.objects.create(person_id=actor.person_id, token=once, opportunity=made)
    return made


@action("create_opportunity")
def create_many(
    actor: Actor, drafts: Sequence[Draft], *, inactive_owners: bool = False
) -> list[Opportunity | OpportuneError]:
    """Make many deals: for each draft its deal, or what is wrong with it. Raises NotPermitted.

    Imports may give a history, and owners who have left (`inactive_owners`); such deals may begin anywhere, ungated.
    """
    actor.demand(Opportunity.kind, "create")
    hold_processes()
    workshop = _Workshop(actor)
    read = [workshop.reading.read(draft) for draft in drafts]
    note_unknown(actor, read, inactive_owners=inactive_owners)
    outcomes = [workshop.chronicle_of(one) for one in read]
    made = [outcome for outcome in outcomes if isinstance(outcome, Chronicle)]
    _give_numbers(made)
    chronicles.store(made)
    mark_as_customers(actor, _bought(made))
    react(actor, PrimaryContactsNamed.by(one.deal for one in made))
    _tell(actor, [one for one, draft in zip(outcomes, drafts, strict=True) if not draft.history])
    return [outcome.deal if isinstance(outcome, Chronicle) else outcome for outcome in outcomes]


class _Workshop:
    """What making deals looks up once for all of them: settings, processes, rates, external ids of this batch."""

    def __init__(self, actor: Actor) -> None:
        self.actor = actor
        self.reading = Reading(actor)
        self.settings = self.reading.settings
        self.base_digits = self.reading.digits_of(self.settings.base_currency)
        self.rates: dict[tuple[str, date], Decimal] = {}
        self.today = clock.today(self.settings.time_zone)
        self.reasons: dict[str, Reason] = {}
        self.external_ids: set[str] = set()

    def chronicle_of(self, one: ReadDraft) -> Chronicle | OpportuneError:
        """The deal a draft amounts to, or what is wrong with it."""
        try:
            chronicle = self._chronicle_of(one)
        except (Invalid, Refused, NotPermitted) as problem:
            return problem
        self.external_ids.add(chronicle.deal.external_id)
        return chronicle

    def _chronicle_of(self, one: ReadDraft) -> Chronicle:
        columns, process, stage = one.columns, one.process, one.stage
        if columns.get("external_id") and columns["external_id"] in self.external_ids:
            one.faults.add(external_id_taken())
        if process is None or one.faults.by_field:
            raise Invalid(one.faults.by_field)
        if columns["owner_id"] != self.actor.person_id:
            self.actor.demand(Opportunity.kind, "assign")
        deal = Opportunity(
            **columns,
            **one.likelihood,
            process_id=process.id,
            stage_id=stage.id if stage else None,
            status=Status.IN_PROGRESS if stage else Status.NOT_STARTED,
            rate=self._rate(columns["currency"], one.on),
            base_digits=self.base_digits,
            created_at=one.at,
        )
        chronicle = Chronicle(deal, self.today)
        chronicle.begin(at=one.at, on=one.on)
        for happening in one.draft.history:
            self._happen(chronicle, process, happening)
        return chronicle

    def _happen(self, chronicle: Chronicle, process: ProcessPicture, happening: Happening) -> None:
        deal, at = chronicle.deal, happening.at.astimezone(UTC)
        if happening.what == "enter":
            stage = process.stage(happening.stage_id)
            if stage is None:
                raise Invalid({"stage": sentence("This stage is not one of the process.")})
            kind = moves.kind_of(process.stages, _order(process, deal.stage_id), stage.order)
            chronicle.happen(
                {
                    "stage_id": stage.id,
                    "status": Status.IN_PROGRESS,
                    **moved_likelihood(deal, process, stage, kind),
                },
                move=kind,
                at=at,
                on=happening.on,
            )
            return
        if happening.what == "tick":
            if happening.step_id is None or not process.has_tick(happening.step_id):
                raise Invalid({"step": sentence("This step is not one of the process to be ticked.")})
            chronicle.tick(happening.step_id, at=at, on=happening.on)
            return
        won = happening.what == Status.WON
        typed: Decimal | None = accepted("actual_value", amount, happening.actual_value)
        rate = self._rate(deal.currency, happening.on) if won else deal.rate
        chronicle.happen(
            {
                "status": happening.what,
                "closed_on": happening.on,
                "close_reason_id": self._reason(happening.reason_code, happening.what),
                "actual_value": (deal.estimated_value if typed is None else typed) if won else None,
                "rate": rate,
                **likelihood_fields(WON if won else LOST),
            },
            move=happening.what,
            at=at,
            on=happening.on,
        )

    def _rate(self, currency: str, on: date) -> Decimal:
        if currency == self.settings.base_currency:
            return BASE_RATE
        if (currency, on) not in self.rates:
            self.rates[currency, on] = rate_on(currency, on)
        return self.rates[currency, on]

    def _reason(self, code: str, outcome: str) -> int:
        if not self.reasons:
            self.reasons = {reason.code: reason for reason in all_reasons()}
        reason = self.reasons.get(code)
        if reason is None:
            raise Invalid({"reason": sentence("There is no close reason “{code}”.", code=code)})
        if reason.outcome not in (outcome, "both"):
            raise Invalid({"reason": sentence("The close reason “{code}” is for other outcomes.", code=code)})
        return reason.id


def _order(process: ProcessPicture, stage_id: int | None) -> int | None:
    stage = process.stage(stage_id)
    return None if stage is None else stage.order


def _bought(made: Sequence[Chronicle]) -> dict[RecordRef, date]:
    """Since when the customers of deals that were won have bought (domain.md §5)."""
    bought: dict[RecordRef, date] = {}
    for deal in (chronicle.deal for chronicle in made):
        if deal.status == Status.WON and deal.closed_on is not None:
            earliest = min(deal.closed_on, bought.get(deal.customer_ref, deal.closed_on))
            bought[deal.customer_ref] = earliest
    return bought


def _give_numbers(made: Sequence[Chronicle]) -> None:
    by_year: dict[int, list[Chronicle]] = defaultdict(list)
    for chronicle in made:
        by_year[chronicle.entries[0].on.year].append(chronicle)
    for year, several in sorted(by_year.items()):
        numbers = take_numbers("opportunity", date(year, 1, 1), len(several))
        for chronicle, number in zip(several, numbers, strict=True):
            chronicle.deal.number = number
            chronicle.steps[0].after["number"] = number


def _tell(actor: Actor, outcomes: Sequence[Chronicle | OpportuneError]) -> None:
    entered = tuple(
        EnteredStage(one.deal.pk, one.deal.stage_id, one.deal.owner_id, one.entries[-1].on)
        for one in outcomes
        if isinstance(one, Chronicle) and one.deal.stage_id is not None
    )
    if entered:
        react(actor, StagesEntered(entered))
