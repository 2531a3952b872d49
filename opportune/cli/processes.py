"""`opportune processes`: the sales processes with their stages."""

from __future__ import annotations

import argparse
from typing import TYPE_CHECKING

from opportune.cli.running import runs
from opportune.cli.terminal import Terminal
from opportune.kernel.sentences import sentence
from opportune.process.queries import processes
from opportune.schemas.process import ProcessList, process_shown

if TYPE_CHECKING:
    from opportune.cli import Commands


def add_commands(commands: Commands) -> None:
    """Add `processes`."""
    runs(commands.add_parser("processes", help="the sales processes with their stages"), _list)


def _list(terminal: Terminal, options: argparse.Namespace) -> None:
    terminal.actor.demand_any("read")
    found = ProcessList(items=[process_shown(process, terminal.language) for process in processes()])
    if terminal.is_json:
        terminal.shape(found)
        return
    terminal.table(
        [
            sentence("Process"),
            sentence("Stage"),
            sentence("Name"),
            sentence("Chance"),
            sentence("Completed"),
            sentence("Steps"),
        ],
        [
            (
                process.key,
                stage.key,
                stage.name,
                terminal.percentage(stage.chance),
                terminal.percentage(stage.completed),
                ", ".join(step.name for step in stage.steps),
            )
            for process in found.items
            for stage in process.stages
        ],
    )
