"""The two gates before a later stage: required steps of the stages left, a quote where one is required."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from opportune.kernel.errors import Refused
from opportune.kernel.sentences import Named, sentence
from opportune.process.queries import StagePicture, StepPicture


@dataclass(frozen=True, slots=True)
class StepsDone:
    """What is known of a deal's steps: its field values, its ticks, and the steps whose task is completed."""

    fields: Mapping[str, Any]
    ticked: frozenset[int]
    tasks_completed: frozenset[int]

    def has(self, step: StepPicture) -> bool:
        """Whether a step is done: its field filled in, ticked, or its task completed."""
        if step.what == "field":
            value = self.fields.get(step.field)
            return value is not False and value not in (None, "", "unknown")
        if step.what == "tick":
            return step.id in self.ticked
        return step.id in self.tasks_completed


def missing_steps(stages: Iterable[StagePicture], done: StepsDone) -> list[tuple[StagePicture, StepPicture]]:
    """The required steps of these stages that are not done."""
    return [
        (stage, step) for stage in stages for step in stage.steps if step.is_required and not done.has(step)
    ]


def demand_steps(stages: Iterable[StagePicture], done: StepsDone) -> None:
    """Raise Refused `steps_missing`, naming each required step that is not done (domain.md §3)."""
    missing = missing_steps(stages, done)
    if missing:
        raise Refused(
            "steps_missing",
            sentence(
                "Required before the next stage: {steps}.",
                steps=tuple(Named(step.name_en, step.name_fr) for _, step in missing),
            ),
            missing=[
                {
                    "step": step.id,
                    "stage": stage.id,
                    "what": step.what,
                    "field": step.field,
                    "name": {"en": step.name_en, "fr": step.name_fr},
                }
                for stage, step in missing
            ],
        )


def demand_quote(stage: StagePicture, *, has_quote: bool) -> None:
    """Raise Refused `quote_missing` if the stage asks for a quote and there is none (B-047)."""
    if stage.quote_required and not has_quote:
        raise Refused(
            "quote_missing",
            sentence(
                "{stage} asks for a quote. Create one first.", stage=Named(stage.name_en, stage.name_fr)
            ),
            stage=stage.id,
        )
