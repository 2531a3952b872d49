"""Deleting processes, stages and steps, and what becomes of what they held (C-091…C-103, E-38)."""

from opportune.identity.actor import Actor
from opportune.kernel.errors import Invalid
from opportune.kernel.registries import react
from opportune.kernel.sentences import sentence
from opportune.ledger.binning import put_into_bin
from opportune.ledger.merging import check_version
from opportune.ledger.ordering import number
from opportune.ledger.recording import action, recording
from opportune.process.events import StageRemoved, StepsRemoved
from opportune.process.models import Stage
from opportune.process.obtaining import (
    obtain_process,
    obtain_stage,
    obtain_step,
    stages_of,
    steps_of,
)
from opportune.process.standing import demand_not_default, demand_unused


@action("delete_process")
def delete_process(actor: Actor, process_id: int, *, version: int | None = None) -> None:
    """Put a process that no deal uses, and none has used, into the bin.

    Raises NotFound, NotPermitted, Conflict where somebody changed it after the version that was seen, or Refused:
    `process_in_use` naming how many open deals there are (E-38) or whose past tells of it, `process_is_default`.
    """
    process = obtain_process(actor, process_id)
    check_version(process, version, process.recorded_fields())
    demand_not_default(process)
    demand_unused(process)
    put_into_bin(process)


@action("delete_stage")
def delete_stage(
    actor: Actor,
    stage_id: int,
    *,
    replacement_id: int | None = None,
    move_steps: bool = False,
    version: int | None = None,
) -> None:
    """Delete a stage; open deals in it go to the replacement, or to no stage (C-094…C-096).

    Its steps go on top of the replacement's, in their order and with their ticks (C-097, C-103), or are deleted with
    it (C-098). Who left it for another process comes back to the replacement. If it was the default stage, there is
    none then. No gate asks and no task is made: it is no move. Raises NotFound, NotPermitted, Invalid for a
    replacement that is none, Conflict where somebody changed the stage after the version that was seen.
    """
    stage = obtain_stage(actor, stage_id)
    check_version(stage, version, stage.recorded_fields())
    replacement = _replacement(stage, replacement_id)
    if move_steps and replacement is None:
        raise Invalid({"move_steps": sentence("Steps can only go along to a replacement.")})
    react(actor, StageRemoved(stage.process_id, stage.pk, replacement_id))
    if move_steps and replacement is not None:
        _put_on_top(stage, replacement)
    else:
        _drop_steps(actor, stage)
    recording().update(stage, {"is_default": False, "replaced_by_id": replacement_id})
    put_into_bin(stage)


def _replacement(stage: Stage, replacement_id: int | None) -> Stage | None:
    if replacement_id is None:
        return None
    others = [other for other in stages_of(stage.process_id) if other.pk != stage.pk]
    found = next((other for other in others if other.pk == replacement_id), None)
    if found is None:
        raise Invalid({"replacement": sentence("Choose another stage of the same process, or none.")})
    return found


def _put_on_top(stage: Stage, replacement: Stage) -> None:
    steps = steps_of(stage.pk)
    number([*steps, *steps_of(replacement.pk)])
    for step in steps:
        recording().update(step, {"stage_id": replacement.pk})


def _drop_steps(actor: Actor, stage: Stage) -> None:
    steps = steps_of(stage.pk)
    if steps:
        react(actor, StepsRemoved(tuple(step.pk for step in steps)))
    for step in steps:
        put_into_bin(step)


@action("delete_step")
def delete_step(actor: Actor, step_id: int, *, version: int | None = None) -> None:
    """Delete a step: it is gone from every record, even where it was ticked; done tasks stay (C-092, C-093).

    Raises NotFound, NotPermitted, Conflict where somebody changed it after the version that was seen.
    """
    step = obtain_step(actor, step_id)
    check_version(step, version, step.recorded_fields())
    react(actor, StepsRemoved((step.pk,)))
    put_into_bin(step)
