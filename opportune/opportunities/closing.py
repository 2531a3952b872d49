"""What closing would do to a deal: checked in the order people are told (BC §5.1), nothing written yet."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from functools import cached_property
from typing import Any

from opportune.kernel.checking import Faults, accepted, day
from opportune.kernel.errors import Invalid, NotFound, Refused
from opportune.kernel.registries import facts
from opportune.kernel.sentences import sentence
from opportune.kernel.text import storable
from opportune.opportunities.chances import likelihood_fields
from opportune.opportunities.dates import demand_date
from opportune.opportunities.models import CLOSED, Opportunity, Status
from opportune.opportunities.probability import LOST, WON
from opportune.opportunities.stays import Interval, last_move_on
from opportune.opportunities.values import amount
from opportune.opportunities.writing import entries_of_many, organisation_today
from opportune.process.queries import ProcessPicture, processes
from opportune.reference.queries import Reason, rate_on, reason_by_code


@dataclass(frozen=True, slots=True)
class Chosen:
    """The reason, the date and the actual value of a closing, once all are known to be right."""

    id: int
    on: date
    actual_value: Decimal | None


@dataclass(frozen=True, slots=True)
class Verdict:
    """What is common to all deals that are closed together."""

    outcome: str
    reason_id: int
    on: date
    lost_to_id: int | None
    description: str

    @property
    def is_won(self) -> bool:
        """Whether they are won."""
        return self.outcome == Status.WON


def demand_choices(
    outcome: str,
    code: str,
    on: date | str | None,
    today: date,
    *,
    names_competitor: bool,
    last: date | None = None,
    actual_value: Decimal | str | None = None,
    currency: str = "",
) -> Chosen:
    """What was chosen for a closing, its reason by its code. Raises Invalid for all that is missing or wrong.

    `last` is the date of the last change of the one deal that is closed, and `currency` its currency.
    """
    if outcome not in CLOSED:
        raise Invalid({"outcome": sentence("Choose won or lost.")})
    faults = Faults()
    reason: Reason | None = None
    closed_on: date | None = None
    actual: Decimal | None = None
    with faults.gathered():
        reason = _reason(code, outcome)
    with faults.gathered():
        closed_on = _day_of(on, today, last)
    with faults.gathered():
        _demand_competitor(outcome, names_competitor, asked=reason is not None and reason.asks_competitor)
    with faults.gathered():
        actual = accepted("actual_value", amount, actual_value)
    if reason is None or closed_on is None or faults.by_field:
        raise Invalid(faults.by_field)
    return Chosen(reason.id, closed_on, actual)


def _reason(code: str, outcome: str) -> Reason:
    if not code:
        raise Invalid({"reason": sentence("Choose the reason.")})
    try:
        chosen = reason_by_code(code)
    except NotFound:
        raise Invalid({"reason": sentence("There is no close reason “{code}”.", code=code)}) from None
    if chosen.outcome not in (outcome, "both") or not chosen.is_offered:
        raise Invalid({"reason": sentence("This reason does not fit the outcome.")})
    return chosen


def _day_of(on: date | str | None, today: date, last: date | None) -> date:
    typed: date | None = accepted("on", day, on)
    if typed is None:
        raise Invalid({"on": sentence("Say on which date it was closed.")})
    demand_date(typed, "on", today, last)
    return typed


def _demand_competitor(outcome: str, is_named: bool, *, asked: bool) -> None:
    if is_named and outcome == Status.WON:
        raise Invalid({"lost_to": sentence("Only a lost opportunity names the competitor who won it.")})
    if asked and outcome == Status.LOST and not is_named:
        raise Invalid({"lost_to": sentence("This reason asks which competitor won it.")})


class Closing:
    """One closing of several locked, open deals; what it looks up is looked up once for all of them."""

    def __init__(
        self,
        deals: Sequence[Opportunity],
        verdict: Verdict,
        actual_value: Decimal | None,
        *,
        confirm_zero: bool,
    ) -> None:
        self.deals = deals
        self.verdict = verdict
        self.actual_value = actual_value
        self.confirm_zero = confirm_zero
        self.rates: dict[str, Decimal] = {}

    @cached_property
    def _entries(self) -> Mapping[int, Sequence[Interval]]:
        return entries_of_many(self.deals)

    @cached_property
    def _processes(self) -> Mapping[int, ProcessPicture]:
        return {process.id: process for process in processes()}

    @cached_property
    def _today(self) -> date:
        return organisation_today()

    def plan(self, deal: Opportunity) -> Mapping[str, Any]:
        """What closing gives one of the deals. Raises Invalid or Refused."""
        demand_date(self.verdict.on, "on", self._today, last_move_on(self._entries[deal.pk]))
        _demand_no_open_quotes(deal)
        actual = self._actual(deal) if self.verdict.is_won else None
        return {
            "status": self.verdict.outcome,
            "close_reason_id": self.verdict.reason_id,
            "closed_on": self.verdict.on,
            "actual_value": actual,
            "lost_to_id": self.verdict.lost_to_id,
            "rate": self._rate(deal.currency) if self.verdict.is_won else deal.rate,
            "close_description": storable(self.verdict.description).strip(),
            "reminder_at": None,
            **likelihood_fields(WON if self.verdict.is_won else LOST),
        }

    def _rate(self, currency: str) -> Decimal:
        if currency not in self.rates:
            self.rates[currency] = rate_on(currency, self.verdict.on)
        return self.rates[currency]

    def _actual(self, deal: Opportunity) -> Decimal:
        actual = (deal.estimated_value or Decimal(0)) if self.actual_value is None else self.actual_value
        if actual > 0:
            return actual
        process = self._processes.get(deal.process_id)
        if process is not None and process.estimates_required:
            raise Invalid({"actual_value": sentence("This process asks for an actual value above zero.")})
        if not self.confirm_zero:
            raise Refused(
                "confirm_zero", sentence("Won without any value? Confirm it, or type the actual value.")
            )
        return actual


def _demand_no_open_quotes(deal: Opportunity) -> None:
    ask = facts.get("open_quotes")
    quotes = ask(deal.pk) if ask else []
    if quotes:
        raise Refused(
            "open_quotes", sentence("Close the quotes of this opportunity first."), quotes=list(quotes)
        )
