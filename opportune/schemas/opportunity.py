"""Opportunities: what goes out."""

from collections.abc import Iterable, Mapping
from datetime import date, datetime
from typing import Any

from opportune.customers.queries import HIDDEN
from opportune.opportunities.phases import phase_name, stages_of
from opportune.opportunities.queries import EntryRow, OpportunityRecord, OpportunityRow, Run, StageState
from opportune.process.queries import ProcessPicture, StagePicture
from opportune.schemas.language import spoken
from opportune.schemas.shapes import Exact, Shown, Verbs


class OpportunityListed(Shown):
    """An opportunity in a list; `process` and `stage` are keys, amounts with `_base` are in base currency.

    `pipeline_phase` is the place and name of the stage entered last, in whichever process. The forecast category of a
    closed one is how it ended. `customer_visible` says whether the reader may open the account or contact, whose
    name is always there. `is_stale` says that nobody touched it for longer than its stage allows.
    """

    id: int
    version: int
    number: str
    subject: str
    status: str
    process_id: int
    process: str
    stage_id: int | None
    stage: str | None
    stage_name: str | None
    pipeline_phase_id: int | None
    pipeline_phase: str
    is_finished: bool
    account_id: int | None
    contact_id: int | None
    customer_name: str
    customer_visible: bool
    owner_id: int
    owner_name: str
    currency: str
    value: Exact | None
    value_base: Exact
    expected: Exact | None
    expected_base: Exact
    chance: Exact | None
    probability: Exact | None
    forecast_category: str
    estimated_close_on: date | None
    closed_on: date | None
    stage_since: date | None
    created_at: datetime
    touched_at: datetime
    expires_on: date | None
    is_stale: bool


class OpportunityPage(Shown):
    """A page of opportunities."""

    items: list[OpportunityListed]
    next: str | None


class StepState(Shown):
    """A step of a stage, and whether it is done."""

    id: int
    what: str
    name: str
    field: str
    is_required: bool
    is_done: bool


class StageProgress(Shown):
    """A stage as the process bar has it: `state` is done, skipped, now or ahead; `days` were spent in it over all."""

    id: int
    key: str
    name: str
    state: str
    days: int | None
    steps: list[StepState]


class RivalShown(Shown):
    """A competitor on an opportunity: its price in the opportunity's currency, and when that was checked."""

    competitor_id: int
    name: str
    price: Exact | None
    checked_on: date | None
    note: str
    version: int


class RivalList(Shown):
    """An opportunity's competitors, by name."""

    items: list[RivalShown]


class MemberShown(Shown):
    """A colleague on an opportunity's sales team, in a role of the list `sales_team_role`."""

    user_id: int
    name: str
    role: str
    may_write: bool


class MemberList(Shown):
    """An opportunity's sales team, by name."""

    items: list[MemberShown]


class WarningShown(Shown):
    """Something odd about a field: `past_due`, `offer_expired`, `delivery_before_close`."""

    code: str
    field: str
    message: str


class RunShown(Shown):
    """Another process an opportunity could be switched to; `stage` is the place it keeps there."""

    process_id: int
    process: str
    process_name: str
    stage_id: int | None
    stage: str | None
    stage_name: str | None
    is_finished: bool


class OpportunityShown(OpportunityListed):
    """All of an opportunity, its stages with their steps, its other processes, and the verbs the reader may use.

    `initiated_by` is the account, contact or campaign it came from, as `account:12`, left empty if the reader may not
    see it; `lost_to` the name of the competitor who won it.
    """

    description: str
    comments: str
    customer_need: str
    proposed_solution: str
    primary_contact_id: int | None
    primary_contact_name: str
    type: str
    source: str
    rating: str
    priority: str
    budget: Exact | None
    purchase_timeframe: str
    purchase_process: str
    decision_maker_identified: bool
    payment_terms: str
    campaign_id: int | None
    campaign_name: str
    segment_id: int | None
    segment_name: str
    initiated_by: str
    initiated_by_name: str
    decision_on: date | None
    delivery_on: date | None
    reminder_at: datetime | None
    on_hold: bool
    external_id: str
    estimated_value: Exact | None
    actual_value: Exact | None
    completed: Exact | None
    probability_source: str
    close_reason: str | None
    close_reason_name: str | None
    close_description: str
    lost_to_id: int | None
    lost_to: str
    competitors: list[RivalShown]
    sales_team: list[MemberShown]
    warnings: list[WarningShown]
    runs: list[RunShown]
    stages: list[StageProgress]
    may: Verbs


class EntryShown(Shown):
    """What held from one moment on: one interval of an opportunity's life."""

    id: int
    change_set_id: int
    by: str
    at: datetime
    on: date
    move: str
    process_id: int
    stage_id: int | None
    stage: str | None
    stage_name: str | None
    status: str
    currency: str
    value: Exact | None
    probability: Exact | None
    expected: Exact | None
    estimated_close_on: date | None
    close_reason_name: str | None


class EntryList(Shown):
    """An opportunity's entries, the newest first."""

    items: list[EntryShown]


_ROW = tuple(name for name in OpportunityRow.__dataclass_fields__ if name != "forecast_category")
_ENTRY = tuple(name for name in EntryShown.model_fields if name in EntryRow.__dataclass_fields__)
_ORIGIN = ("campaign_name", "segment_name", "initiated_by")
_OF_RECORD = {
    "primary_contact_name",
    "close_reason",
    "close_reason_name",
    "lost_to",
    "runs",
    "competitors",
    "sales_team",
    "warnings",
    "stages",
    "may",
    *_ORIGIN,
    "initiated_by_name",
}
_FIELDS = tuple(
    name
    for name in OpportunityShown.model_fields
    if name not in OpportunityListed.model_fields and name not in _OF_RECORD
)


def listed(
    rows: Iterable[OpportunityRow], processes: Iterable[ProcessPicture], language: str
) -> Iterable[OpportunityListed]:
    """Rows with the keys of their processes and stages, and the stages' names in a reader's language."""
    pictures: Mapping[int, ProcessPicture] = {process.id: process for process in processes}
    phases = stages_of(pictures.values())
    return (
        OpportunityListed(
            **_plain(row),
            **_place(row, pictures[row.process_id], phases.get(row.pipeline_phase_id or 0), language),
        )
        for row in rows
    )


def opportunity_shown(record: OpportunityRecord, language: str) -> OpportunityShown:
    """A whole opportunity, names in a reader's language."""
    return OpportunityShown(
        **_plain(record.row),
        **_place(record.row, record.process, record.phase, language),
        **{name: record.fields[name] for name in _FIELDS},
        primary_contact_name=record.primary_contact_name,
        close_reason=record.reason_code,
        close_reason_name=_named(record.reason_en, record.reason_fr, language),
        lost_to=record.lost_to_name,
        runs=[_run(run, language) for run in record.runs],
        **{name: getattr(record.origin, name) for name in _ORIGIN},
        initiated_by_name=spoken(HIDDEN, language)
        if record.origin.is_hidden
        else record.origin.initiated_by_name,
        competitors=[RivalShown.model_validate(rival) for rival in record.rivals],
        sales_team=[MemberShown.model_validate(member) for member in record.team],
        warnings=[
            WarningShown(code=sign.code, field=sign.field, message=spoken(sign.message, language))
            for sign in record.warnings
        ],
        stages=[_progress(stage, language) for stage in record.stages],
        may=record.may,
    )


def entries_shown(record: OpportunityRecord, language: str) -> EntryList:
    """An opportunity's entries, names in a reader's language."""
    return EntryList(
        items=[
            EntryShown(
                **{name: getattr(entry, name) for name in _ENTRY},
                stage=entry.stage_key,
                stage_name=_named(entry.stage_en, entry.stage_fr, language),
                close_reason_name=_named(entry.reason_en, entry.reason_fr, language),
            )
            for entry in record.entries
        ]
    )


def _plain(row: OpportunityRow) -> dict[str, object]:
    return {**{name: getattr(row, name) for name in _ROW}, "forecast_category": row.forecast}


def _place(
    row: OpportunityRow, process: ProcessPicture, phase: StagePicture | None, language: str
) -> dict[str, Any]:
    stage = process.stage(row.stage_id)
    return {
        "process": process.key,
        "stage": stage.key if stage else None,
        "stage_name": stage.name(language) if stage else None,
        "pipeline_phase": phase_name(phase, language),
    }


def _run(run: Run, language: str) -> RunShown:
    stage = run.stage
    return RunShown(
        process_id=run.process.id,
        process=run.process.key,
        process_name=run.process.name(language),
        stage_id=stage.id if stage else None,
        stage=stage.key if stage else None,
        stage_name=stage.name(language) if stage else None,
        is_finished=run.is_finished,
    )


def _named(en: str | None, fr: str | None, language: str) -> str | None:
    return fr if language.startswith("fr") else en


def _progress(stage: StageState, language: str) -> StageProgress:
    return StageProgress(
        id=stage.stage.id,
        key=stage.stage.key,
        name=stage.stage.name(language),
        state=stage.state,
        days=stage.days,
        steps=[
            StepState(
                id=state.step.id,
                what=state.step.what,
                name=state.step.name(language),
                field=state.step.field,
                is_required=state.step.is_required,
                is_done=state.is_done,
            )
            for state in stage.steps
        ],
    )
