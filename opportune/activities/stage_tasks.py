"""The tasks that the steps of a stage ask for: which of them a deal has not, and what they are like (domain.md §3)."""

from collections.abc import Iterable, Sequence
from datetime import date, timedelta
from typing import Any, Protocol

from opportune.activities.models import Task
from opportune.kernel import clock
from opportune.opportunities.events import EnteredStage
from opportune.process.models import Step
from opportune.process.queries import ProcessPicture, StagePicture, StepPicture


class OfStep(Protocol):
    """What is asked of a task, or of its row: the step that made it, and its state."""

    @property
    def id(self) -> int: ...
    @property
    def step_id(self) -> int | None: ...
    @property
    def state(self) -> str: ...


def unplanned(stage: StagePicture, tasks: Iterable[OfStep]) -> Sequence[StepPicture]:
    """The task steps of a stage of which there is no task among these, or only ones that were cancelled since."""
    last: dict[int | None, str] = {
        task.step_id: task.state for task in sorted(tasks, key=lambda each: each.id)
    }
    cancelled = Task.State.CANCELLED
    return [
        step
        for step in stage.steps
        if step.what == Step.What.TASK and last.get(step.id, cancelled) == cancelled
    ]


def stages_to_plan(process: ProcessPicture, tasks: Sequence[Any]) -> Sequence[tuple[StagePicture, int]]:
    """The stages of a process that have tasks a deal with these has not, and how many."""
    counted = [(stage, len(unplanned(stage, tasks))) for stage in process.stages]
    return [(stage, count) for stage, count in counted if count]


def task_of(entered: EnteredStage, step: Step | StepPicture, language: str) -> Task:
    """The task of a step for a deal that is in its stage from a day on, named in its owner's language."""
    return Task(
        subject=step.name(language),
        owner_id=entered.owner_id,
        about_kind="opportunity",
        about_id=entered.opportunity_id,
        step_id=step.id,
        due_on=due(entered.on, step),
        created_at=clock.now(),
    )


def due(on: date, step: Step | StepPicture) -> date | None:
    """The day a task of a step is due, counted from a day; none without a delay."""
    return None if step.delay_days is None else on + timedelta(days=step.delay_days)
