"""Sales processes with their stages and steps."""

from opportune.process.queries import ProcessPicture, StagePicture, StepPicture
from opportune.schemas.shapes import Exact, Shown


class StepShown(Shown):
    """Something to do inside a stage: a field to fill in, a tick, or a task with a delay."""

    id: int
    what: str
    name: str
    name_en: str
    name_fr: str
    field: str
    is_required: bool
    delay_days: int | None
    reminder_days: int | None


class StageShown(Shown):
    """One phase of a process; `order` is its place, from 0, `stale_after` the days after which a deal is stuck."""

    id: int
    key: str
    order: int
    name: str
    name_en: str
    name_fr: str
    chance: Exact | None
    completed: Exact
    allow_skip: bool
    quote_required: bool
    is_default: bool
    expected_days: int | None
    stale_after: int | None
    guidance: str
    steps: list[StepShown]


class ProcessShown(Shown):
    """An ordered list of stages; `method` says how the probability follows from chance and completed."""

    id: int
    key: str
    name: str
    name_en: str
    name_fr: str
    method: str
    estimates_required: bool
    is_retired: bool
    stages: list[StageShown]


class ProcessList(Shown):
    """All processes in their order."""

    items: list[ProcessShown]


def process_shown(process: ProcessPicture, language: str) -> ProcessShown:
    """A process with the names in a reader's language beside both."""
    return ProcessShown(
        id=process.id,
        key=process.key,
        name=process.name(language),
        name_en=process.name_en,
        name_fr=process.name_fr,
        method=process.method,
        estimates_required=process.estimates_required,
        is_retired=process.is_retired,
        stages=[_stage(stage, language) for stage in process.stages],
    )


def _stage(stage: StagePicture, language: str) -> StageShown:
    return StageShown(
        id=stage.id,
        key=stage.key,
        order=stage.order,
        name=stage.name(language),
        name_en=stage.name_en,
        name_fr=stage.name_fr,
        chance=stage.chance,
        completed=stage.completed,
        allow_skip=stage.allow_skip,
        quote_required=stage.quote_required,
        is_default=stage.is_default,
        expected_days=stage.expected_days,
        stale_after=stage.stale_after,
        guidance=stage.guidance_fr if language.startswith("fr") else stage.guidance_en,
        steps=[_step(step, language) for step in stage.steps],
    )


def _step(step: StepPicture, language: str) -> StepShown:
    return StepShown(
        id=step.id,
        what=step.what,
        name=step.name(language),
        name_en=step.name_en,
        name_fr=step.name_fr,
        field=step.field,
        is_required=step.is_required,
        delay_days=step.delay_days,
        reminder_days=step.reminder_days,
    )
