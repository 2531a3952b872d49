"""What a move would do to a deal: planned and checked, nothing written yet."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from functools import cached_property
from typing import Any

from opportune.kernel.checking import Faults
from opportune.kernel.errors import NotFound, Refused
from opportune.kernel.registries import facts
from opportune.kernel.sentences import Sentence, sentence
from opportune.opportunities import gates, moves
from opportune.opportunities.chances import likelihood_fields
from opportune.opportunities.dates import date_of_change
from opportune.opportunities.estimates import close_after, demand_estimates
from opportune.opportunities.gates import StepsDone
from opportune.opportunities.models import Opportunity, Status
from opportune.opportunities.probability import after_move
from opportune.opportunities.queries.steps import steps_done_of
from opportune.opportunities.runs import (
    Places,
    Standing,
    demand_enterable,
    places_of,
    standing_in,
    standing_now,
)
from opportune.opportunities.writing import entries_of_many, organisation_today
from opportune.process.queries import ProcessPicture, StagePicture, processes
from opportune.reference.queries import rate_on


@dataclass(frozen=True, slots=True)
class Asked:
    """A move as asked for: by its name or the stage aimed at, with what was typed along, checked; `wrong` is what
    cannot be kept of it, by field.
    """

    wish: str | None = None
    stage_id: int | None = None
    on: date | None = None
    chance: Decimal | None = None
    estimated_value: Decimal | None = None
    estimated_close_on: date | None = None
    wrong: Mapping[str, Sentence] = field(default_factory=dict)

    def typed_on(self, deal: Opportunity) -> dict[str, Any]:
        """The value and the close date, as far as they were typed and differ from the deal's."""
        typed = {"estimated_value": self.estimated_value, "estimated_close_on": self.estimated_close_on}
        return {name: value for name, value in typed.items() if value not in (None, getattr(deal, name))}


@dataclass(frozen=True, slots=True)
class Planned:
    """A move that may be made: `switched_to` is where the deal stands first, if it changes process for it."""

    deal: Opportunity
    kind: str
    stage: StagePicture
    on: date
    changes: Mapping[str, Any]
    switched_to: Standing | None


def process_among(known: Mapping[int, ProcessPicture], process_id: int) -> ProcessPicture:
    """A deal's process. Raises NotFound for one that is in the bin."""
    if process_id not in known:
        raise NotFound("process")
    return known[process_id]


class Known:
    """What moves of several deals look up: once for all of them, and only if one asks."""

    def __init__(self, deals: Sequence[Opportunity]) -> None:
        self.deals = deals
        self.rates: dict[tuple[str, date], Decimal] = {}
        self.quoted: dict[int, bool] = {}

    @cached_property
    def processes(self) -> Mapping[int, ProcessPicture]:
        """All processes, by their ids."""
        return {process.id: process for process in processes()}

    @cached_property
    def today(self) -> date:
        """Today, by which business dates count."""
        return organisation_today()

    @cached_property
    def entries(self) -> Mapping[int, Any]:
        """The entries of each deal."""
        return entries_of_many(self.deals)

    @cached_property
    def places(self) -> Places:
        """The places that the deals keep in other processes."""
        return places_of(deal.pk for deal in self.deals)

    @cached_property
    def steps_done(self) -> Mapping[int, StepsDone]:
        """What is known of each deal's steps."""
        return steps_done_of(self.deals)

    def rate(self, currency: str, on: date) -> Decimal:
        """The rate of a currency on a day. Raises Refused where there is none."""
        if (currency, on) not in self.rates:
            self.rates[currency, on] = rate_on(currency, on)
        return self.rates[currency, on]

    def has_quote(self, deal: Opportunity) -> bool:
        """Whether a deal has a quote that is open or won; never where nothing knows of quotes."""
        ask = facts.get("has_open_or_won_quote")
        if deal.pk not in self.quoted:
            self.quoted[deal.pk] = bool(ask and ask(deal.pk))
        return self.quoted[deal.pk]


class Course:
    """One move asked of several locked, open deals. Several moves asked of the same deals share what is `known`."""

    def __init__(self, deals: Sequence[Opportunity], asked: Asked, known: Known | None = None) -> None:
        self.asked = asked
        self.known = known or Known(deals)

    @cached_property
    def _aimed_at(self) -> tuple[ProcessPicture, StagePicture] | None:
        for process in self.known.processes.values():
            stage = process.stage(self.asked.stage_id)
            if stage is not None:
                return process, stage
        return None

    def plan(self, deal: Opportunity) -> Planned:
        """The move of one of the deals. Raises Invalid or Refused."""
        standing, target = self._standing(deal)
        process = standing.process
        step = moves.resolve(
            process.stages,
            standing.index,
            wish=self.asked.wish,
            target=target,
            is_finished=standing.is_finished,
        )
        faults, on = Faults(), self.known.today
        faults.add(self.asked.wrong)
        with faults.gathered():
            on = date_of_change(self.known.entries[deal.pk], self.asked.on, self.known.today)
        stage = process.stages[step.target]
        self._demand_gates(deal, process, step)
        changes = {**self._progress(standing, step, stage), **self._estimates(deal, step, stage, on)}
        if process.estimates_required and (step.kind != moves.START or step.is_gated):
            with faults.gathered():
                demand_estimates(
                    value=changes.get("estimated_value", deal.estimated_value),
                    chance=changes["chance"],
                    given_chance=self.asked.chance,
                    close=changes.get("estimated_close_on", deal.estimated_close_on),
                    on=on,
                )
        faults.demand()
        switched = standing if process.id != deal.process_id else None
        return Planned(deal, step.kind, stage, on, changes, switched)

    def _standing(self, deal: Opportunity) -> tuple[Standing, int | None]:
        """Where the deal moves from, and the place of the stage aimed at, if there is one."""
        if self.asked.stage_id is None:
            return standing_now(deal, process_among(self.known.processes, deal.process_id)), None
        if self._aimed_at is None:
            raise Refused("unknown_stage", sentence("This stage does not exist. Choose another."))
        process, stage = self._aimed_at
        if process.id == deal.process_id:
            return standing_now(deal, process), stage.order
        demand_enterable(process)
        return standing_in(deal, process, self.known.places), stage.order

    def _progress(self, standing: Standing, step: moves.Move, stage: StagePicture) -> dict[str, Any]:
        likelihood = after_move(
            standing.likelihood,
            move=step.kind,
            method=standing.process.method,
            stage_chance=stage.chance,
            stage_completed=stage.completed,
            given=self.asked.chance,
        )
        return {
            "stage_id": stage.id,
            "status": Status.IN_PROGRESS,
            "is_finished": step.kind == moves.FINISH or (step.kind == moves.UPDATE and standing.is_finished),
            **likelihood_fields(likelihood),
        }

    def _estimates(
        self, deal: Opportunity, step: moves.Move, stage: StagePicture, on: date
    ) -> dict[str, Any]:
        typed = self.asked.typed_on(deal)
        if "estimated_value" in typed:
            typed["rate"] = self.known.rate(deal.currency, on)
        if step.kind in moves.STAYING:
            return typed
        close = typed.get("estimated_close_on", deal.estimated_close_on)
        expected = close_after(close, stage.close_date_formula, on)
        return typed if expected == close else {**typed, "estimated_close_on": expected}

    def _demand_gates(self, deal: Opportunity, process: ProcessPicture, step: moves.Move) -> None:
        if not step.is_gated:
            return
        left = [process.stages[index] for index in step.left]
        if any(required.is_required for stage in left for required in stage.steps):
            gates.demand_steps(left, self.known.steps_done[deal.pk])
        entered = process.stages[step.target]
        if step.kind != moves.FINISH and entered.quote_required:
            gates.demand_quote(entered, has_quote=self.known.has_quote(deal))
