"""A deal's first steps before it has an id: its creation, and for imports what happened to it since.

The row is inserted once, as it stands in the end; the ledger and the entries tell how it came there.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any

from opportune.kernel.errors import Invalid
from opportune.kernel.sentences import sentence
from opportune.ledger.models import Change, plain
from opportune.ledger.recording import recording
from opportune.opportunities import entries
from opportune.opportunities.models import Entry, Opportunity, StepMark


@dataclass(frozen=True, slots=True)
class _Step:
    version: int
    operation: str
    before: dict[str, Any]
    after: dict[str, Any]
    at: datetime
    on: date
    move: str


@dataclass(slots=True)
class Chronicle:
    """The steps of one deal that is being made; none of them may lie after `today`."""

    deal: Opportunity
    today: date
    steps: list[_Step] = field(default_factory=list)
    entries: list[Entry] = field(default_factory=list)
    ticks: list[tuple[int, datetime, date]] = field(default_factory=list)

    def begin(self, *, at: datetime, on: date) -> None:
        """The deal as it was created. Raises Invalid for a day in the future."""
        self._demand_day(on)
        self.deal.pipeline_phase_id = self.deal.stage_id
        self.deal.derive()
        after = {
            name: value for name, value in self.deal.facts().items() if value is not None and value != ""
        }
        self._keep(_Step(1, Change.Operation.CREATE, {}, after, at, on, "created"))

    def happen(self, changes: dict[str, Any], *, move: str, at: datetime, on: date) -> None:
        """Something that happened to it later. Raises Invalid for a day before the last one, or in the future."""
        self._demand_day(on)
        if changes.get("stage_id"):
            changes = {**changes, "pipeline_phase_id": changes["stage_id"]}
        before = {name: plain(getattr(self.deal, name)) for name in changes}
        for name, value in changes.items():
            setattr(self.deal, name, value)
        self.deal.derive()
        self.deal.version += 1
        after = {name: plain(getattr(self.deal, name)) for name in changes}
        differing = [name for name in changes if before[name] != after[name]]
        self._keep(
            _Step(
                self.deal.version,
                Change.Operation.UPDATE,
                {name: before[name] for name in differing},
                {name: after[name] for name in differing},
                at,
                on,
                move,
            )
        )

    def tick(self, step_id: int, *, at: datetime, on: date) -> None:
        """A step that was ticked. Raises Invalid for a day before the last change, or in the future."""
        self._demand_day(on)
        if any(ticked == step_id for ticked, _, _ in self.ticks):
            raise Invalid({"step_id": sentence("The step is ticked already.")})
        self.ticks.append((step_id, at, on))
        self.deal.touched_at = max(self.deal.touched_at, at)

    def _demand_day(self, on: date) -> None:
        if on > self.today:
            raise Invalid({"on": sentence("{day} lies in the future.", day=on)})
        if self.steps and on < self.steps[-1].on:
            raise Invalid(
                {
                    "on": sentence(
                        "{day} lies before the last change, on {last}.", day=on, last=self.steps[-1].on
                    )
                }
            )

    def _keep(self, step: _Step) -> None:
        stage_before = self.entries[-1].stage_id if self.entries else None
        self.steps.append(step)
        self.entries.append(
            entries.entry_of(
                self.deal, move=step.move, at=step.at, on=step.on, change_set=recording().change_set
            )
        )
        self.deal.touched_at = step.at
        if self.deal.stage_id != stage_before:
            self.deal.stage_since = step.on if self.deal.stage_id else None


def store(chronicles: Sequence[Chronicle]) -> None:
    """Insert the deals, their entries, their ticks and their changes, in bulk."""
    Opportunity.objects.bulk_create([chronicle.deal for chronicle in chronicles], batch_size=200)
    Entry.objects.bulk_create(
        [entry for chronicle in chronicles for entry in entries.chained(chronicle.entries)], batch_size=200
    )
    for chronicle in chronicles:
        for step in chronicle.steps:
            recording().note(
                chronicle.deal,
                step.operation,
                step.before,
                step.after,
                at=step.at,
                on=step.on,
                version=step.version,
                move=step.move,
            )
    ticks = [
        (StepMark(opportunity=chronicle.deal, step_id=step_id), at, on)
        for chronicle in chronicles
        for step_id, at, on in chronicle.ticks
    ]
    StepMark.objects.bulk_create([mark for mark, _, _ in ticks], batch_size=500)
    for mark, at, on in ticks:
        recording().note(mark, Change.Operation.CREATE, {}, mark.facts(), at=at, on=on)
