"""`opportune opportunities plan-stage-tasks`."""

from __future__ import annotations

import argparse
from typing import TYPE_CHECKING

from opportune.activities.actions import plan_stage_tasks
from opportune.activities.queries import rows_of
from opportune.cli.asking import an_id
from opportune.cli.running import runs
from opportune.cli.showing import show_tasks
from opportune.cli.terminal import Terminal
from opportune.ledger.recording import noting_change_sets
from opportune.schemas.opportunity_commands import stage_id_of
from opportune.schemas.task import StageTasksGiven, TaskList, TaskShown

if TYPE_CHECKING:
    from opportune.cli import Commands


def add_verbs(verbs: Commands) -> None:
    """Add the verb that plans the tasks of a stage."""
    plan = verbs.add_parser("plan-stage-tasks", help="plan the tasks of a stage that are not there yet")
    plan.add_argument("id", type=an_id)
    plan.add_argument("--stage", metavar="KEY", help="the stage, by key or id (default: the present one)")
    runs(plan, _plan)


def _plan(terminal: Terminal, options: argparse.Namespace) -> None:
    given = StageTasksGiven(stage=options.stage)
    with noting_change_sets() as change_sets:
        stage_id = stage_id_of(terminal.actor, options.id, given.stage)
        planned = rows_of(plan_stage_tasks(terminal.actor, options.id, stage_id=stage_id))
    shown = TaskList(items=[TaskShown.model_validate(row) for row in planned])
    if terminal.is_json:
        terminal.written(shown, change_sets)
    else:
        show_tasks(terminal, shown)
        terminal.say_undo(change_sets)
