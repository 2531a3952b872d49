"""`opportune undo`: taking back what a command did."""

from __future__ import annotations

import argparse
from typing import TYPE_CHECKING

from opportune.cli.asking import an_id
from opportune.cli.running import runs
from opportune.cli.terminal import Terminal
from opportune.kernel.sentences import counted, sentence
from opportune.ledger.undo import undo
from opportune.schemas.change_set import undone_shown

if TYPE_CHECKING:
    from opportune.cli import Commands


def add_commands(commands: Commands) -> None:
    """Add `undo`."""
    each = commands.add_parser("undo", help="take a change set back; undoing an undo is redo")
    each.add_argument("id", type=an_id, metavar="CHANGESET")
    runs(each, _undo)


def _undo(terminal: Terminal, options: argparse.Namespace) -> None:
    found = undone_shown(undo(terminal.actor, options.id))
    if terminal.is_json:
        terminal.shape(found)
        return
    terminal.say(counted("{count} part was put back.", "{count} parts were put back.", len(found.restored)))
    for facet in found.kept:
        terminal.say(
            sentence(
                "Left as it is, because it has changed since: {facet} of {record}",
                facet=facet.facet,
                record=f"{facet.kind} {facet.id}",
            )
        )
    if found.change_set_id is not None:
        terminal.say_undo([found.change_set_id])
