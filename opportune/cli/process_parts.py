"""`opportune processes`: the verbs on stages and steps. A stage is written PROCESS/STAGE, by their keys."""

from __future__ import annotations

import argparse
from collections.abc import Sequence
from typing import TYPE_CHECKING

from opportune.cli.asking import add_fields, an_id, fields
from opportune.cli.running import runs
from opportune.cli.terminal import NOTHING, Terminal
from opportune.kernel.sentences import sentence
from opportune.ledger.recording import noting_change_sets
from opportune.process import actions
from opportune.process.queries import (
    ProcessPicture,
    StagePicture,
    process_by_id,
    stage_use,
    step_by_id,
    step_use,
)
from opportune.reference.queries import organisation_settings
from opportune.schemas.process import process_shown
from opportune.schemas.process_commands import (
    StageChanges,
    StageDeletion,
    StageGiven,
    StepChanges,
    StepGiven,
    deletion_of,
    process_named,
    stage_in,
)

if TYPE_CHECKING:
    from opportune.cli import Commands

STAGE = "PROCESS/STAGE"


def add_verbs(verbs: Commands) -> None:
    """Add what can be done with stages and steps."""
    _add_stage_verbs(verbs)
    _add_step_verbs(verbs)


def _add_stage_verbs(verbs: Commands) -> None:
    add = verbs.add_parser("add-stage", help="add a stage behind the others")
    add.add_argument("process", metavar="KEY")
    add.add_argument("name_en", metavar="NAME", help="its name in English")
    add.add_argument("name_fr", metavar="NOM", help="its name in French")
    add.add_argument("--key", help="default: made from the English name")
    add_fields(add)
    runs(add, _add_stage)

    edit = verbs.add_parser("edit-stage", help="rename a stage or change its fields")
    edit.add_argument("stage", metavar=STAGE)
    add_fields(edit)
    edit.add_argument("--version", metavar="N", help="the version that was looked at")
    runs(edit, _edit_stage)

    order = verbs.add_parser("order-stages", help="put the stages of a process into an order")
    order.add_argument("process", metavar="KEY")
    order.add_argument("order", metavar="STAGE", nargs="+")
    runs(order, _order_stages)

    default = verbs.add_parser("default-stage", help="the stage new opportunities begin in")
    default.add_argument("process", metavar="KEY")
    which = default.add_mutually_exclusive_group(required=True)
    which.add_argument("--stage", metavar="KEY")
    which.add_argument("--none", action="store_true", help="they begin without a stage")
    runs(default, _default_stage)

    delete = verbs.add_parser("delete-stage", help="delete a stage; its opportunities go elsewhere")
    delete.add_argument("stage", metavar=STAGE)
    delete.add_argument("--replacement", metavar="STAGE", help="default: they have no stage then")
    delete.add_argument("--move-steps", action="store_true", help="take the steps along to the replacement")
    delete.add_argument("--preview", action="store_true", help="only say how many it touches")
    runs(delete, _delete_stage)

    comment = verbs.add_parser("comment-stage", help="add a comment to a stage, with time and name")
    comment.add_argument("stage", metavar=STAGE)
    comment.add_argument("text")
    runs(comment, _comment_stage)


def _add_step_verbs(verbs: Commands) -> None:
    add = verbs.add_parser("add-step", help="add a step at the end of a stage")
    add.add_argument("stage", metavar=STAGE)
    add.add_argument("what", help="field, tick or task")
    add.add_argument("name_en", metavar="NAME", help="its name in English")
    add.add_argument("name_fr", metavar="NOM", help="its name in French")
    add_fields(add)
    runs(add, _add_step)

    edit = verbs.add_parser("edit-step", help="rename a step or change its fields")
    edit.add_argument("id", type=an_id)
    add_fields(edit)
    edit.add_argument("--version", metavar="N", help="the version that was looked at")
    runs(edit, _edit_step)

    order = verbs.add_parser("order-steps", help="put the steps of a stage into an order")
    order.add_argument("stage", metavar=STAGE)
    order.add_argument("order", metavar="ID", type=an_id, nargs="+")
    runs(order, _order_steps)

    move = verbs.add_parser("move-step", help="put a step into another stage of its process")
    move.add_argument("id", type=an_id)
    move.add_argument("stage", metavar="STAGE")
    move.add_argument("--position", type=int, metavar="N", help="its place there, from 0 (default: the end)")
    runs(move, _move_step)

    delete = verbs.add_parser("delete-step", help="delete a step from every opportunity")
    delete.add_argument("id", type=an_id)
    delete.add_argument("--preview", action="store_true", help="only say how many it touches")
    runs(delete, _delete_step)


def _place(name: str) -> tuple[ProcessPicture, StagePicture]:
    """A process and its stage from `sales/qualify`. Raises NotFound."""
    key, _, stage = name.partition("/")
    process = process_named(key)
    return process, stage_in(process, stage)


def _add_stage(terminal: Terminal, options: argparse.Namespace) -> None:
    given = StageGiven.model_validate(
        fields(options, name_en=options.name_en, name_fr=options.name_fr, key=options.key)
    )
    process = process_named(options.process)
    with noting_change_sets() as change_sets:
        actions.add_stage(terminal.actor, process.id, given.given())
    _done(terminal, process, change_sets)


def _edit_stage(terminal: Terminal, options: argparse.Namespace) -> None:
    given = StageChanges.model_validate(fields(options, version=options.version))
    process, stage = _place(options.stage)
    with noting_change_sets() as change_sets:
        actions.change_stage(terminal.actor, stage.id, given.given("version"), version=given.version)
    _done(terminal, process, change_sets)


def _order_stages(terminal: Terminal, options: argparse.Namespace) -> None:
    process = process_named(options.process)
    wanted = [stage_in(process, name).id for name in options.order]
    with noting_change_sets() as change_sets:
        actions.order_stages(terminal.actor, process.id, wanted)
    _done(terminal, process, change_sets)


def _default_stage(terminal: Terminal, options: argparse.Namespace) -> None:
    process = process_named(options.process)
    with noting_change_sets() as change_sets:
        if options.none:
            actions.clear_default_stage(terminal.actor, process.id)
        else:
            actions.set_default_stage(terminal.actor, stage_in(process, options.stage).id)
    _done(terminal, process, change_sets)


def _delete_stage(terminal: Terminal, options: argparse.Namespace) -> None:
    terminal.actor.demand_right("customise")
    process, stage = _place(options.stage)
    if options.preview:
        use = stage_use(stage.id)
        _say_use(terminal, use.open, use.done)
        return
    given = StageDeletion(replacement=options.replacement, move_steps=options.move_steps)
    with noting_change_sets() as change_sets:
        actions.delete_stage(terminal.actor, stage.id, **deletion_of(process, given))
    _done(terminal, process, change_sets)


def _comment_stage(terminal: Terminal, options: argparse.Namespace) -> None:
    process, stage = _place(options.stage)
    with noting_change_sets() as change_sets:
        actions.comment_stage(terminal.actor, stage.id, options.text)
    _done(terminal, process, change_sets)


def _add_step(terminal: Terminal, options: argparse.Namespace) -> None:
    given = StepGiven.model_validate(
        fields(options, what=options.what, name_en=options.name_en, name_fr=options.name_fr)
    )
    process, stage = _place(options.stage)
    with noting_change_sets() as change_sets:
        actions.add_step(terminal.actor, stage.id, **given.given())
    _done(terminal, process, change_sets)


def _edit_step(terminal: Terminal, options: argparse.Namespace) -> None:
    given = StepChanges.model_validate(fields(options, version=options.version))
    process, _, step = step_by_id(options.id)
    with noting_change_sets() as change_sets:
        actions.change_step(terminal.actor, step.id, given.given("version"), version=given.version)
    _done(terminal, process, change_sets)


def _order_steps(terminal: Terminal, options: argparse.Namespace) -> None:
    process, stage = _place(options.stage)
    with noting_change_sets() as change_sets:
        actions.order_steps(terminal.actor, stage.id, options.order)
    _done(terminal, process, change_sets)


def _move_step(terminal: Terminal, options: argparse.Namespace) -> None:
    process, _, step = step_by_id(options.id)
    stage = stage_in(process, options.stage)
    with noting_change_sets() as change_sets:
        actions.move_step(terminal.actor, step.id, stage.id, position=options.position)
    _done(terminal, process, change_sets)


def _delete_step(terminal: Terminal, options: argparse.Namespace) -> None:
    terminal.actor.demand_right("customise")
    process, _, step = step_by_id(options.id)
    if options.preview:
        use = step_use(step.id)
        _say_use(terminal, use.open, use.done)
        return
    with noting_change_sets() as change_sets:
        actions.delete_step(terminal.actor, step.id)
    _done(terminal, process, change_sets)


def _say_use(terminal: Terminal, touched: int, done: int) -> None:
    if terminal.is_json:
        terminal.outcome({"open": touched, "done": done})
    else:
        terminal.say(sentence("{open} open opportunities, {done} completed.", open=touched, done=done))


def _done(terminal: Terminal, process: ProcessPicture, change_sets: Sequence[int]) -> None:
    show_process(terminal, process_by_id(process.id), change_sets)


def show_process(terminal: Terminal, process: ProcessPicture, change_sets: Sequence[int]) -> None:
    """A process with its stages and steps, and how to take the command back."""
    shown = process_shown(process, terminal.language, organisation_settings().default_process)
    if terminal.is_json:
        terminal.written(shown, change_sets)
        return
    terminal.fields(
        [
            (sentence("Process"), f"{shown.name} ({shown.key})"),
            (sentence("Method"), shown.method),
            (sentence("Comments"), shown.comments),
        ]
    )
    terminal.table(
        [sentence("Stage"), sentence("Name"), sentence("Chance"), sentence("Steps")],
        [
            (
                stage.key,
                stage.name,
                terminal.percentage(stage.chance),
                ", ".join(f"{step.id} {step.name}" for step in stage.steps) or NOTHING,
            )
            for stage in shown.stages
        ],
    )
    terminal.say_undo(change_sets)
