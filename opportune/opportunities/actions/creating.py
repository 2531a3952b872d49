"""Creating deals: one by one from a form, or many at once from an import, by the same rules."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any

from opportune.customers.actions import mark_as_customers
from opportune.identity.actor import Actor
from opportune.identity.queries import known_people
from opportune.kernel import clock
from opportune.kernel.errors import Invalid, NotPermitted, OpportuneError, Refused
from opportune.kernel.records import RecordRef
from opportune.kernel.registries import react
from opportune.kernel.sentences import sentence
from opportune.ledger.recording import action
from opportune.opportunities import chronicle as chronicles
from opportune.opportunities import moves
from opportune.opportunities.actions.sent_once import made_by, sent_before
from opportune.opportunities.chances import first_likelihood, likelihood_fields, moved_likelihood
from opportune.opportunities.chronicle import Chronicle
from opportune.opportunities.estimates import close_after, demand_estimates
from opportune.opportunities.events import EnteredStage, PrimaryContactsNamed, StagesEntered
from opportune.opportunities.models import FormSent, Opportunity, Status
from opportune.opportunities.origins import FIELDS as ORIGIN
from opportune.opportunities.origins import Named, sole_segment_seen_by, with_campaign, wrong_origins
from opportune.opportunities.probability import LOST, WON
from opportune.opportunities.queries.external_ids import taken_external_ids
from opportune.opportunities.references import as_columns, wrong_references
from opportune.opportunities.values import accepted, amount, checked
from opportune.process.holding import hold_processes
from opportune.process.queries import ProcessPicture, StagePicture, processes
from opportune.reference.actions import take_numbers
from opportune.reference.queries import (
    BASE_RATE,
    Reason,
    all_reasons,
    currency_digits,
    organisation_settings,
    rate_on,
)

DEFAULT_STAGE = -1


@dataclass(frozen=True, slots=True)
class Happening:
    """Something that happened to a deal in the past: it entered a stage (`enter`), or was closed (`won`, `lost`)."""

    what: str
    at: datetime
    on: date
    stage_id: int | None = None
    reason_code: str = ""
    actual_value: Decimal | None = None


@dataclass(frozen=True, slots=True)
class Draft:
    """A deal to be made: `fields` as `values.CHECKS` has them, customer and subject among them.

    `stage_id` is DEFAULT_STAGE for the process's default one, none for a deal that is not started. The rest
    serves imports: when it was created, and what happened since.
    """

    fields: Mapping[str, Any]
    process_id: int | None = None
    stage_id: int | None = DEFAULT_STAGE
    created_at: datetime | None = None
    created_on: date | None = None
    history: tuple[Happening, ...] = field(default=())


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
    outcomes: list[Chronicle | OpportuneError] = [workshop.chronicle_of(draft) for draft in drafts]
    _refuse_unknown(actor, outcomes, inactive_owners=inactive_owners)
    made = [outcome for outcome in outcomes if isinstance(outcome, Chronicle)]
    _give_numbers(made)
    chronicles.store(made)
    mark_as_customers(actor, _bought(made))
    react(actor, PrimaryContactsNamed.by(one.deal for one in made))
    _tell(actor, [one for one, draft in zip(outcomes, drafts, strict=True) if not draft.history])
    return [outcome.deal if isinstance(outcome, Chronicle) else outcome for outcome in outcomes]


class _Workshop:
    """What making deals looks up once for all of them: settings, processes, rates."""

    def __init__(self, actor: Actor) -> None:
        self.actor = actor
        self.settings = organisation_settings()
        self.processes = {process.id: process for process in processes()}
        self.by_key = {process.key: process for process in self.processes.values()}
        self.base_digits = currency_digits(self.settings.base_currency)
        self.rates: dict[tuple[str, date], Decimal] = {}
        self.today = clock.today(self.settings.time_zone)
        self.reasons: dict[str, Reason] = {}
        self.sole_segment = sole_segment_seen_by(actor)

    def chronicle_of(self, draft: Draft) -> Chronicle | OpportuneError:
        """The deal a draft amounts to, or what is wrong with it."""
        try:
            return self._chronicle_of(draft)
        except (Invalid, Refused, NotPermitted) as problem:
            return problem

    def _chronicle_of(self, draft: Draft) -> Chronicle:
        given = as_columns(checked({"subject": "", **draft.fields}), self.actor, self.settings)
        given = with_campaign(given, None, self.sole_segment)
        _demand_one_customer(given)
        at = (draft.created_at or clock.now()).astimezone(UTC)
        on = draft.created_on or clock.day_of(at, self.settings.time_zone)
        process = self._process(draft.process_id)
        stage = _first_stage(process, draft.stage_id)
        chance, probability = given.pop("chance", None), given.pop("probability", None)
        currency = given.pop("currency", "") or self.settings.base_currency
        owner_id = given.pop("owner_id", None) or self.actor.person_id
        if owner_id is None:
            raise Invalid({"owner_id": sentence("Choose who is responsible.")})
        if owner_id != self.actor.person_id:
            self.actor.demand(Opportunity.kind, "assign")
        deal = Opportunity(
            **given,
            owner_id=owner_id,
            process_id=process.id,
            stage_id=stage.id if stage else None,
            status=Status.IN_PROGRESS if stage else Status.NOT_STARTED,
            currency=currency,
            rate=self._rate(currency, on),
            base_digits=self.base_digits,
            created_at=at,
        )
        for name, first in first_likelihood(process, stage, chance, probability).items():
            setattr(deal, name, first)
        if stage is not None and draft.created_at is None:
            _start(deal, process, stage, chance, on)
        chronicle = Chronicle(deal, self.today)
        chronicle.begin(at=at, on=on)
        for happening in draft.history:
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

    def _process(self, process_id: int | None) -> ProcessPicture:
        process = (
            self.by_key.get(self.settings.default_process)
            if process_id is None
            else self.processes.get(process_id)
        )
        if process is None or (process_id is None and process.is_retired):
            raise Invalid({"process": sentence("Choose a sales process.")})
        if process.is_retired:
            raise Invalid({"process": sentence("This process is retired. Choose another.")})
        return process

    def _rate(self, currency: str, on: date) -> Decimal:
        if currency == self.settings.base_currency:
            return BASE_RATE
        if (currency, on) not in self.rates:
            currency_digits(currency)
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


def _start(
    deal: Opportunity, process: ProcessPicture, stage: StagePicture, chance: Decimal | None, on: date
) -> None:
    """What creating a deal in a stage asks of its estimates, as a move would (BC §3.8); imports are not asked."""
    deal.estimated_close_on = close_after(deal.estimated_close_on, stage.close_date_formula, on)
    if process.estimates_required:
        demand_estimates(
            value=deal.estimated_value,
            chance=deal.chance,
            given_chance=chance,
            close=deal.estimated_close_on,
            on=on,
        )


def _order(process: ProcessPicture, stage_id: int | None) -> int | None:
    stage = process.stage(stage_id)
    return None if stage is None else stage.order


def _demand_one_customer(given: Mapping[str, Any]) -> None:
    account, contact = given.get("account_id"), given.get("contact_id")
    if account and contact:
        raise Invalid({"customer": sentence("Choose an account or a contact as the customer, not both.")})
    if not account and not contact:
        raise Invalid({"customer": sentence("Choose the customer: an account or a contact.")})


def _first_stage(process: ProcessPicture, stage_id: int | None) -> StagePicture | None:
    if stage_id is None:
        return None
    if stage_id == DEFAULT_STAGE:
        return process.default_stage
    stage = process.stage(stage_id)
    if stage is None:
        raise Invalid({"stage": sentence("This stage is not one of the process.")})
    return stage


def _refuse_unknown(
    actor: Actor, outcomes: list[Chronicle | OpportuneError], *, inactive_owners: bool
) -> None:
    made = [outcome for outcome in outcomes if isinstance(outcome, Chronicle)]
    deals = [each.deal for each in made]
    owners = known_people({deal.owner_id for deal in deals}, active_only=not inactive_owners)
    unseen = iter(wrong_references(actor, [vars(deal) for deal in deals]))
    incoherent = iter(wrong_origins([_origin_named(each) for each in made]))
    taken = taken_external_ids({deal.external_id for deal in deals if deal.external_id})
    for index, outcome in enumerate(outcomes):
        if not isinstance(outcome, Chronicle):
            continue
        wrong = {**next(incoherent), **next(unseen)}
        if outcome.deal.owner_id not in owners:
            wrong["owner_id"] = sentence("This person cannot be responsible: unknown or deactivated.")
        if outcome.deal.external_id and outcome.deal.external_id in taken:
            wrong["external_id"] = sentence("There is an opportunity with this external id already.")
        if wrong:
            outcomes[index] = Invalid(wrong)
        elif outcome.deal.external_id:
            taken.add(outcome.deal.external_id)


def _origin_named(made: Chronicle) -> Named:
    return Named(vars(made.deal), ORIGIN, made.entries[0].on)


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
