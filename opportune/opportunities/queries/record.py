"""One deal with everything its page shows: fields, process bar with steps, entries, what the actor may do."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from django.db.models import QuerySet

from opportune.identity.actor import Actor
from opportune.kernel import clock
from opportune.kernel.errors import NotFound
from opportune.kernel.registries import facts
from opportune.kernel.sentences import Named
from opportune.opportunities.models import Entry, Opportunity
from opportune.opportunities.phases import stages_of
from opportune.opportunities.queries.listing import OpportunityRow, rows_of, with_names
from opportune.opportunities.queries.reach import verbs_on
from opportune.opportunities.queries.steps import steps_done
from opportune.opportunities.queries.surroundings import (
    MemberRow,
    Origin,
    RivalRow,
    origin_of,
    rivals_of,
    team_of,
)
from opportune.opportunities.queries.totals import visible_deals
from opportune.opportunities.runs import places_of
from opportune.opportunities.stays import days_in_stages
from opportune.opportunities.warning_signs import WarningSign, warning_signs
from opportune.opportunities.writing import organisation_today, zone_of
from opportune.process.queries import ProcessPicture, StagePicture, StepPicture, processes
from opportune.storage.prepared import prepared

_CHANGING = frozenset({"write", "assign", "share", "delete"})
_OPEN_VERBS = ("move", "switch", "close_as_won", "close_as_lost")


@dataclass(frozen=True, slots=True)
class StepState:
    """A step of the deal's process and whether it is done."""

    step: StepPicture
    is_done: bool


@dataclass(frozen=True, slots=True)
class StageState:
    """A stage as the process bar shows it: `now`, `ahead`, `done`, or `skipped` if the deal passed it without a stay.

    `days` it has spent in it over all its stays, none if never.
    """

    stage: StagePicture
    state: str
    steps: tuple[StepState, ...]
    days: int | None

    @property
    def done_count(self) -> int:
        """How many of its steps are done."""
        return sum(step.is_done for step in self.steps)

    @property
    def missing(self) -> tuple[StepState, ...]:
        """Required steps that are not done."""
        return tuple(step for step in self.steps if step.step.is_required and not step.is_done)

    @property
    def days_over(self) -> int:
        """How many days longer than expected it has taken."""
        expected = self.stage.expected_days
        return max(0, (self.days or 0) - expected) if expected is not None else 0


@dataclass(frozen=True, slots=True)
class EntryRow:
    """One entry as the record's history shows it."""

    id: int
    change_set_id: int
    by: str
    at: datetime
    on: date
    move: str
    stage_id: int | None
    stage_key: str | None
    stage_en: str | None
    stage_fr: str | None
    process_id: int
    status: str
    currency: str
    value: Decimal | None
    probability: Decimal | None
    expected: Decimal | None
    estimated_close_on: date | None
    reason_en: str | None
    reason_fr: str | None
    undoes_id: int | None

    @property
    def stage_name(self) -> Named | None:
        """The stage's name in both languages, also of one that is gone."""
        return None if self.stage_id is None else Named(self.stage_en or "", self.stage_fr or "")


@dataclass(frozen=True, slots=True)
class Run:
    """Another process of the deal: where it stands there, and whether it can be switched to."""

    process: ProcessPicture
    stage: StagePicture | None
    is_finished: bool


@dataclass(frozen=True, slots=True)
class OpportunityRecord:
    """Everything on one deal. `fields` has every typed field by its name.

    `may` has the verbs that reach it, and what can be done with it as it stands: move, switch, finish, close_as_won,
    close_as_lost, reopen. `runs` are the processes it could be switched to, or keeps a place in. `warnings` say
    what is odd about its dates, `lost_to_name` who won instead.
    """

    row: OpportunityRow
    fields: dict[str, Any]
    process: ProcessPicture
    stages: tuple[StageState, ...]
    entries: Sequence[EntryRow]
    tasks: Sequence[Any]
    primary_contact_name: str
    reason_code: str | None
    reason_en: str | None
    reason_fr: str | None
    lost_to_name: str
    phase: StagePicture | None
    runs: tuple[Run, ...]
    may: frozenset[str]
    rivals: Sequence[RivalRow]
    team: Sequence[MemberRow]
    origin: Origin
    warnings: tuple[WarningSign, ...]

    @property
    def stage(self) -> StagePicture | None:
        """The stage it is in."""
        return self.process.stage(self.row.stage_id)

    @property
    def open_tasks(self) -> int:
        """How many tasks about it are open, of those the reader may see."""
        return sum(task.state == "open" for task in self.tasks)


def opportunity(actor: Actor, opportunity_id: int) -> OpportunityRecord:
    """One deal the actor may see. Raises NotFound."""
    deal: Opportunity | None = _deal.first(opportunity_id, actor=actor)
    if deal is None:
        raise NotFound("opportunity")
    [row] = rows_of([vars(deal)])
    known = processes()
    process = next((one for one in known if one.id == deal.process_id), None)
    if process is None:
        raise NotFound("process")
    entries = _entries(deal)
    reason = deal.close_reason
    tasks = facts.get("tasks_of_deal") if actor.may("activity", "read") else None
    return OpportunityRecord(
        row=row,
        fields={name: getattr(deal, name) for name in deal.recorded_fields()},
        process=process,
        stages=_stage_states(deal, process, entries),
        entries=entries[::-1],
        tasks=tasks(deal.pk) if tasks and actor.may("activity", "read") else (),
        primary_contact_name=deal.primary_contact.full_name if deal.primary_contact else "",
        reason_code=reason.code if reason else None,
        reason_en=reason.name_en if reason else None,
        reason_fr=reason.name_fr if reason else None,
        lost_to_name=deal.lost_to.name if deal.lost_to else "",
        phase=stages_of(known).get(deal.pipeline_phase_id or 0),
        runs=_runs(deal, known),
        may=_may(actor, deal, process),
        rivals=rivals_of(deal.pk),
        team=team_of(deal.pk),
        origin=origin_of(actor, deal),
        warnings=_warnings(actor, deal),
    )


@prepared
def _deal(opportunity_id: int, *, actor: Actor) -> QuerySet[Opportunity]:
    visible = visible_deals(actor).filter(pk=opportunity_id)
    named = visible.select_related("primary_contact", "close_reason", "campaign", "segment", "lost_to")
    return with_names(named, actor)


def _warnings(actor: Actor, deal: Opportunity) -> tuple[WarningSign, ...]:
    if not deal.is_open:
        return ()
    return warning_signs(
        estimated_close_on=deal.estimated_close_on,
        expires_on=deal.expires_on,
        delivery_on=deal.delivery_on,
        today=clock.today(zone_of(actor)),
    )


def _may(actor: Actor, deal: Opportunity, process: ProcessPicture) -> frozenset[str]:
    rights = verbs_on(actor, deal.pk) & _CHANGING
    if "write" not in rights:
        return frozenset(rights)
    if not deal.is_open:
        return frozenset({*rights, "reopen"})
    stage = process.stage(deal.stage_id)
    is_last = stage is not None and stage.order == len(process.stages) - 1
    finish = {"finish"} if is_last and not deal.is_finished else set()
    return frozenset({*rights, *_OPEN_VERBS, *finish})


def _runs(deal: Opportunity, known: Sequence[ProcessPicture]) -> tuple[Run, ...]:
    places = places_of([deal.pk])
    found = []
    for process in known:
        left = places.get((deal.pk, process.id))
        if process.id != deal.process_id and (left or not process.is_retired):
            stage = process.stage_left(left.stage_id) if left else None
            found.append(Run(process, stage, bool(left and stage and left.is_finished)))
    return tuple(found)


def _entries(deal: Opportunity) -> list[EntryRow]:
    return [EntryRow(*values) for values in _entry_rows(deal.pk)]


@prepared
def _entry_rows(opportunity_id: int) -> QuerySet[Entry, Any]:
    return (
        Entry.objects.filter(opportunity_id=opportunity_id)
        .order_by("at")
        .values_list(
            "id",
            "change_set_id",
            "change_set__actor_label",
            "at",
            "on",
            "move",
            "stage_id",
            "stage__key",
            "stage__name_en",
            "stage__name_fr",
            "process_id",
            "status",
            "currency",
            "value",
            "probability",
            "expected",
            "estimated_close_on",
            "close_reason__name_en",
            "close_reason__name_fr",
            "change_set__undoes_id",
        )
    )


def _stage_states(
    deal: Opportunity, process: ProcessPicture, entries: Sequence[EntryRow]
) -> tuple[StageState, ...]:
    done = steps_done(deal)
    current = process.stage(deal.stage_id)
    spent = days_in_stages(entries, organisation_today())
    states = []
    for stage in process.stages:
        if current is None:
            state = "ahead"
        elif stage.order == current.order:
            state = "now"
        elif stage.order > current.order:
            state = "ahead"
        else:
            state = "done" if stage.id in spent else "skipped"
        steps = tuple(StepState(step, done.has(step)) for step in stage.steps)
        states.append(StageState(stage, state, steps, spent.get(stage.id)))
    return tuple(states)
