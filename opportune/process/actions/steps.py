"""Commands on steps: adding, changing, ordering, moving to another stage (C-074…C-087)."""

from collections.abc import Mapping, Sequence
from typing import Any

from opportune.identity.actor import Actor
from opportune.kernel.errors import Conflict, Invalid
from opportune.kernel.registries import react
from opportune.kernel.sentences import Sentence, sentence
from opportune.ledger.merging import check_order, check_version
from opportune.ledger.ordering import number, placed
from opportune.ledger.recording import action, recording
from opportune.process import values
from opportune.process.events import StepDelayed
from opportune.process.holding import relied_upon
from opportune.process.models import Step
from opportune.process.obtaining import (
    in_order,
    last_position,
    obtain_stage,
    obtain_step,
    shifted,
    stages_of,
    steps_of,
)


@action("add_step")
def add_step(actor: Actor, stage_id: int, *, what: str, name_en: str, name_fr: str, **fields: Any) -> Step:
    """Add a step at the end of a stage (C-080): a field of the deal, a tick, or a task with a delay in days.

    Raises NotFound, NotPermitted, Invalid.
    """
    stage = obtain_stage(actor, stage_id, alone=bool(fields.get("is_required")))
    kept = values.checked(values.NEW_STEP, {"what": what, "name_en": name_en, "name_fr": name_fr, **fields})
    step = Step(stage=stage, position=last_position(steps_of(stage.pk)), **kept)
    _demand_fitting(step)
    recording().create(step)
    return step


@action("change_step")
def change_step(
    actor: Actor, step_id: int, changes: Mapping[str, Any], *, version: int | None = None
) -> Step:
    """Change a step's names, its field, whether it is required, its delay and reminder (C-074, C-075, C-082).

    Another delay reaches the open tasks of the step (C-086). Raises NotFound, NotPermitted, Invalid, Conflict.
    """
    step = obtain_step(actor, step_id, alone=relied_upon(Step.kind, changes))
    check_version(step, version, changes)
    kept = values.checked(values.STEP, changes)
    before = step.delay_days
    wanted = {name: kept.get(name, getattr(step, name)) for name in ("field", "delay_days", "reminder_days")}
    _demand_fitting(Step(what=step.what, **wanted))
    recording().update(step, kept)
    if step.delay_days != before:
        react(actor, StepDelayed(step.pk, before, step.delay_days))
    return step


def require_step(actor: Actor, step_id: int, *, is_required: bool) -> Step:
    """Say whether a step must be done before its stage is left (DS §4.1). Raises NotFound, NotPermitted."""
    return change_step(actor, step_id, {"is_required": is_required})


@action("order_steps")
def order_steps(actor: Actor, stage_id: int, step_ids: Sequence[int]) -> None:
    """Put the steps of a stage into an order. Raises NotFound, NotPermitted, Invalid unless each is named once."""
    stage = obtain_stage(actor, stage_id, alone=False)
    number(in_order(steps_of(stage.pk), step_ids))


@action("order_steps")
def shift_step(actor: Actor, step_id: int, by: int) -> None:
    """Move a step some places later in its stage, or earlier below zero; nothing happens at the edge (C-081)."""
    step = obtain_step(actor, step_id, alone=False)
    number(shifted(steps_of(step.stage_id), step_id, by))


@action("move_step")
def move_step(
    actor: Actor,
    step_id: int,
    stage_id: int,
    *,
    position: int | None = None,
    seen: Sequence[int] | None = None,
) -> Step:
    """Put a step into another stage of its process, its ticks and tasks along (C-087), or elsewhere in its own (C-081).

    `position` is its place there, from 0; without one it goes to the end of another stage, and stays in its own.
    `seen` is the order in which the caller saw the steps that are there. Raises NotFound, NotPermitted, Invalid for a
    stage that is none of the process, Conflict if the order is another one or the step is elsewhere now.
    """
    stays = Step.objects.filter(pk=step_id, stage_id=stage_id).exists()
    step = obtain_step(actor, step_id, alone=not stays)
    if stays and step.stage_id != stage_id:
        raise Conflict()  # somebody put it elsewhere while this waited; deals go by where it is
    if stage_id not in {stage.pk for stage in stages_of(step.stage.process_id)}:
        raise Invalid({"stage": sentence("This stage is not one of the process.")})
    there = steps_of(stage_id)
    check_order(Step.kind, [each.pk for each in there], seen, places=("position", "stage_id"))
    if position is None and stage_id != step.stage_id:
        recording().update(step, {"stage_id": stage_id, "position": last_position(there)})
    elif position is not None:
        in_new_order = placed(there, next((each for each in there if each.pk == step_id), step), position)
        if stage_id != step.stage_id:
            recording().update(step, {"stage_id": stage_id, "position": in_new_order.index(step)})
        number(in_new_order)
    return step


def _demand_fitting(step: Step) -> None:
    wrong: dict[str, Sentence] = {}
    if step.what == Step.What.FIELD and not step.field:
        wrong["field"] = sentence("Choose the field this step asks for.")
    if step.what != Step.What.FIELD and step.field:
        wrong["field"] = sentence("Only a field step asks for a field.")
    if step.what != Step.What.TASK and step.delay_days is not None:
        wrong["delay_days"] = sentence("Only a task has a delay.")
    if step.reminder_days is not None and step.delay_days is None:
        wrong["reminder_days"] = sentence("A reminder needs a delay: without it there is no due date.")
    if wrong:
        raise Invalid(wrong)
