"""Commands on stages: adding, changing, ordering, the default one (C-073…C-090)."""

from collections.abc import Mapping, Sequence
from typing import Any

from opportune.identity.actor import Actor
from opportune.kernel.errors import Invalid
from opportune.kernel.sentences import sentence
from opportune.ledger.merging import check_order, check_version
from opportune.ledger.ordering import number, placed
from opportune.ledger.recording import action, recording
from opportune.process import values
from opportune.process.actions.processes import with_stamp
from opportune.process.holding import relied_upon
from opportune.process.models import Stage
from opportune.process.naming import demand_free_names
from opportune.process.obtaining import (
    in_order,
    last_position,
    obtain_process,
    obtain_stage,
    shifted,
    stages_of,
)


@action("add_stage")
def add_stage(actor: Actor, process_id: int, fields: Mapping[str, Any]) -> Stage:
    """Add a stage behind the others of a process (C-078); its key is made from its name if not given.

    Raises NotFound, NotPermitted, Invalid.
    """
    process = obtain_process(actor, process_id, alone=False)
    kept = values.checked({**values.STAGE, **values.KEY}, {"key": "", **fields})
    values.demand_names(kept)
    siblings = stages_of(process.pk)
    demand_free_names(siblings, kept)
    taken = {sibling.key for sibling in siblings}
    if kept["key"] in taken:
        raise Invalid({"key": sentence("This process has a stage “{key}” already.", key=kept["key"])})
    kept["key"] = kept["key"] or values.free_key(kept["name_en"], taken, "stage")
    stage = Stage(process=process, position=last_position(siblings), **kept)
    recording().create(stage)
    return stage


@action("change_stage")
def change_stage(
    actor: Actor, stage_id: int, changes: Mapping[str, Any], *, version: int | None = None
) -> Stage:
    """Change a stage's names, chance, completed, gates, days, formula, guidance, comments (C-073, C-082).

    Deals in the stage keep their chances until they move. Raises NotFound, NotPermitted, Invalid, Conflict.
    """
    stage = obtain_stage(actor, stage_id, alone=relied_upon(Stage.kind, changes))
    check_version(stage, version, changes)
    kept = values.checked(values.STAGE, changes)
    demand_free_names([other for other in stages_of(stage.process_id) if other.pk != stage.pk], kept)
    recording().update(stage, kept)
    return stage


@action("order_stages")
def order_stages(actor: Actor, process_id: int, stage_ids: Sequence[int]) -> None:
    """Put the stages of a process into an order; their steps go along (C-084, C-085).

    Raises NotFound, NotPermitted, Invalid unless each is named once.
    """
    process = obtain_process(actor, process_id, alone=False)
    number(in_order(stages_of(process.pk), stage_ids))


@action("order_stages")
def shift_stage(actor: Actor, stage_id: int, by: int) -> None:
    """Move a stage with its steps some places later, or earlier below zero; nothing happens at the edge (C-079)."""
    stage = obtain_stage(actor, stage_id, alone=False)
    number(shifted(stages_of(stage.process_id), stage_id, by))


@action("order_stages")
def move_stage(actor: Actor, stage_id: int, *, position: int, seen: Sequence[int] | None = None) -> Stage:
    """Put a stage with its steps at a place of its process, from 0 (C-079, C-085).

    `seen` is the order in which the caller saw them. Raises NotFound, NotPermitted, Conflict if it is another one.
    """
    stage = obtain_stage(actor, stage_id, alone=False)
    siblings = stages_of(stage.process_id)
    check_order(Stage.kind, [each.pk for each in siblings], seen)
    number(placed(siblings, next(each for each in siblings if each.pk == stage_id), position))
    return stage


@action("set_default_stage")
def set_default_stage(actor: Actor, stage_id: int) -> Stage:
    """Make a stage the one in which new deals begin; deals there are stay where they are (C-088, C-089)."""
    stage = obtain_stage(actor, stage_id)
    _clear(stage.process_id, but=stage.pk)
    recording().update(stage, {"is_default": True})
    return stage


@action("clear_default_stage")
def clear_default_stage(actor: Actor, process_id: int) -> None:
    """Let new deals begin without a stage (C-090)."""
    _clear(obtain_process(actor, process_id).pk)


def _clear(process_id: int, *, but: int | None = None) -> None:
    for sibling in stages_of(process_id):
        if sibling.is_default and sibling.pk != but:
            recording().update(sibling, {"is_default": False})


@action("comment_stage")
def comment_stage(actor: Actor, stage_id: int, text: str) -> Stage:
    """Add a comment below the others, with the time and the name of who wrote it. Raises Invalid for a blank one."""
    stage = obtain_stage(actor, stage_id, alone=False)
    recording().update(stage, {"comments": with_stamp(actor, stage.comments, text)})
    return stage
