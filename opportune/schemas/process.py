"""Sales processes with their stages and steps."""

from typing import Any

from opportune.opportunities.queries import ProcessStatistics, Sum
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
    version: int


class StageShown(Shown):
    """One phase of a process; `order` is its place, from 0, `stale_after` the days after which a deal is stuck.

    `close_date_formula` leads from the day of entry to the estimated close.
    """

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
    stale_days: int | None
    stale_after: int | None
    close_date_formula: str
    guidance: str
    guidance_en: str
    guidance_fr: str
    comments: str
    version: int
    steps: list[StepShown]


class ProcessShown(Shown):
    """An ordered list of stages; `method` says how the probability follows from chance and completed.

    `is_default` says that new opportunities get it, if it is not retired.
    """

    id: int
    key: str
    name: str
    name_en: str
    name_fr: str
    method: str
    estimates_required: bool
    is_retired: bool
    is_default: bool
    comments: str
    version: int
    stages: list[StageShown]


class ProcessList(Shown):
    """All processes in their order."""

    items: list[ProcessShown]


class UseShown(Shown):
    """What a deletion would touch: open opportunities, all of them, and how many open ones have done a step."""

    open: int
    all: int
    done: int


class StageFigures(Shown):
    """The open opportunities of a stage, and the days that stays there lasted on average."""

    stage: str
    name: str
    count: int
    value: Exact
    expected: Exact
    average_days: Exact | None


class ProcessFigures(Shown):
    """The open opportunities of a process, in base currency, and of each of its stages."""

    process: str
    count: int
    value: Exact
    expected: Exact
    stages: list[StageFigures]


def process_shown(process: ProcessPicture, language: str, default: str) -> ProcessShown:
    """A process with the names in a reader's language beside both; `default` is the key of the default one."""
    return ProcessShown(
        **_same(process, ProcessShown, {"name", "is_default", "stages"}),
        name=process.name(language),
        is_default=process.key == default,
        stages=[stage_shown(stage, language) for stage in process.stages],
    )


def stage_shown(stage: StagePicture, language: str) -> StageShown:
    """A stage with the names in a reader's language beside both."""
    return StageShown(
        **_same(stage, StageShown, {"name", "guidance", "steps"}),
        name=stage.name(language),
        guidance=stage.guidance_fr if language.startswith("fr") else stage.guidance_en,
        steps=[step_shown(step, language) for step in stage.steps],
    )


def step_shown(step: StepPicture, language: str) -> StepShown:
    """A step with its name in a reader's language beside both."""
    return StepShown(**_same(step, StepShown, {"name"}), name=step.name(language))


def figures_shown(process: ProcessPicture, found: ProcessStatistics, language: str) -> ProcessFigures:
    """A process's statistics, its stages by key and name."""
    return ProcessFigures(
        process=process.key,
        **_sum(found.sum),
        stages=[
            StageFigures(
                stage=stage.key,
                name=stage.name(language),
                **_sum(of_stage.sum),
                average_days=of_stage.average_days,
            )
            for stage, of_stage in zip(process.stages, found.stages, strict=True)
        ],
    )


def _same(picture: object, shape: type[Shown], left_out: set[str]) -> dict[str, Any]:
    return {name: getattr(picture, name) for name in shape.model_fields if name not in left_out}


def _sum(part: Sum) -> dict[str, Any]:
    return {"count": part.count, "value": part.value, "expected": part.expected}
