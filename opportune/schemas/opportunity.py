"""Opportunities: what goes out."""

from collections.abc import Iterable, Mapping
from datetime import date, datetime

from opportune.opportunities.queries import EntryRow, OpportunityRecord, OpportunityRow, StageState
from opportune.process.queries import ProcessPicture
from opportune.schemas.shapes import Exact, Shown, Verbs


class OpportunityListed(Shown):
    """An opportunity in a list; `process` and `stage` are keys, amounts with `_base` are in base currency.

    `customer_visible` says whether the reader may open the account or contact, whose name is always there.
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
    probability: Exact | None
    forecast_category: str
    estimated_close_on: date | None
    closed_on: date | None
    stage_since: date | None
    created_at: datetime
    touched_at: datetime


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
    """A stage as the process bar has it: `state` is done, now or ahead; `days` were spent in it, over all stays."""

    id: int
    key: str
    name: str
    state: str
    days: int | None
    steps: list[StepState]


class OpportunityShown(OpportunityListed):
    """All of an opportunity, its stages with their steps, and the verbs the reader may use on it."""

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
    decision_on: date | None
    expires_on: date | None
    delivery_on: date | None
    on_hold: bool
    external_id: str
    estimated_value: Exact | None
    actual_value: Exact | None
    chance: Exact | None
    completed: Exact | None
    probability_source: str
    close_reason: str | None
    close_reason_name: str | None
    close_description: str
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
    stage_id: int | None
    stage: str | None
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


_ROW = tuple(OpportunityRow.__dataclass_fields__)
_ENTRY = tuple(name for name in EntryShown.model_fields if name in EntryRow.__dataclass_fields__)
_OF_RECORD = {"primary_contact_name", "close_reason", "close_reason_name", "stages", "may"}
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
    return (
        OpportunityListed(**_plain(row), **_place(row, pictures[row.process_id], language)) for row in rows
    )


def opportunity_shown(record: OpportunityRecord, language: str) -> OpportunityShown:
    """A whole opportunity, names in a reader's language."""
    return OpportunityShown(
        **_plain(record.row),
        **_place(record.row, record.process, language),
        **{name: record.fields[name] for name in _FIELDS},
        primary_contact_name=record.primary_contact_name,
        close_reason=record.reason_code,
        close_reason_name=_named(record.reason_en, record.reason_fr, language),
        stages=[_progress(stage, language) for stage in record.stages],
        may=record.may,
    )


def entries_shown(record: OpportunityRecord, language: str) -> EntryList:
    """An opportunity's entries, names in a reader's language."""
    keys = {stage.id: stage.key for stage in record.process.stages}
    return EntryList(
        items=[
            EntryShown(
                **{name: getattr(entry, name) for name in _ENTRY},
                stage=keys.get(entry.stage_id) if entry.stage_id else None,
                close_reason_name=_named(entry.reason_en, entry.reason_fr, language),
            )
            for entry in record.entries
        ]
    )


def _plain(row: OpportunityRow) -> dict[str, object]:
    return {name: getattr(row, name) for name in _ROW}


def _place(row: OpportunityRow, process: ProcessPicture, language: str) -> dict[str, str | None]:
    stage = process.stage(row.stage_id)
    return {
        "process": process.key,
        "stage": stage.key if stage else None,
        "stage_name": stage.name(language) if stage else None,
    }


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
