"""`opportune opportunities`: move, close and assign many at once, chosen by their ids or by filters."""

from __future__ import annotations

import argparse
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from opportune.cli.asking import add_filters, filters, person_id
from opportune.cli.jobs import see_through
from opportune.cli.opportunity_commands import add_aim, add_closing
from opportune.cli.running import runs
from opportune.cli.showing import show_outcomes
from opportune.cli.terminal import Terminal
from opportune.kernel.errors import Invalid
from opportune.kernel.sentences import sentence
from opportune.ledger.recording import noting_change_sets
from opportune.opportunities import actions
from opportune.opportunities.actions import Outcomes
from opportune.opportunities.filters import OpportunityFilter
from opportune.schemas.opportunity_many import (
    ClosuresGiven,
    MovesGiven,
    OwnersGiven,
    moves_asked,
    outcomes_shown,
)

if TYPE_CHECKING:
    from opportune.cli import Commands

TAKEN = {"stage", "process", "owner"}
PARAMETERS = tuple(name for name in OpportunityFilter.PARAMETERS if name not in TAKEN)


def add_verbs(verbs: Commands) -> None:
    """Add the verbs that change many opportunities."""
    move = verbs.add_parser("move-many", help="move many opportunities to a stage")
    add_aim(move)
    _add_chosen(move)
    runs(move, _move)

    close = verbs.add_parser("close-many", help="win or lose many opportunities for one reason")
    add_closing(close)
    _add_chosen(close)
    runs(close, _close)

    assign = verbs.add_parser("assign-many", help="make someone else responsible for many opportunities")
    assign.add_argument("--to", metavar="EMAIL", required=True, help="who is responsible from now on")
    _add_chosen(assign)
    runs(assign, _assign)

    revalue = verbs.add_parser("revalue", help="have open opportunities count at today's rates")
    revalue.add_argument("--currency", metavar="CODE", default="", help="only those in this currency")
    runs(revalue, _revalue)


def _add_chosen(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "ids", nargs="*", metavar="ID", help="which ones; without, all that match the filters"
    )
    add_filters(parser, PARAMETERS)
    group = parser.add_argument_group("more filters")
    group.add_argument("--in-process", metavar="ID", default="")
    group.add_argument("--in-stage", metavar="ID", default="")
    group.add_argument("--owned-by", metavar="ID", default="")


def _chosen(options: argparse.Namespace) -> dict[str, Any]:
    """The ids, or the filter. Raises Invalid for neither: nothing is ever done to all there are by leaving out."""
    asked = filters(options, PARAMETERS)
    more = {"process": options.in_process, "stage": options.in_stage, "owner": options.owned_by}
    asked |= {name: value for name, value in more.items() if value}
    if not options.ids and not asked:
        raise Invalid({"ids": sentence("Choose opportunities, or give a filter for all that match.")})
    return {"ids": options.ids or None, "filter": asked or None}


def _move(terminal: Terminal, options: argparse.Namespace) -> None:
    given = MovesGiven.model_validate(
        {
            **_chosen(options),
            "stage": options.stage,
            "process": options.process,
            "move": options.move,
            "on": options.on,
            "cancel_open_tasks": options.cancel_tasks,
        }
    )
    with noting_change_sets() as change_sets:
        found = actions.move_many(terminal.actor, **given.chosen(terminal.actor), **moves_asked(given))
    _done(terminal, found, change_sets)


def _close(terminal: Terminal, options: argparse.Namespace) -> None:
    given = ClosuresGiven.model_validate(
        {
            **_chosen(options),
            "outcome": options.outcome,
            "reason": options.reason,
            "on": options.on,
            "lost_to": options.lost_to,
            "description": options.description,
            "cancel_open_tasks": not options.keep_tasks,
            "confirm_zero": options.confirm_zero,
        }
    )
    how = given.model_dump(exclude={"ids", "filter"})
    with noting_change_sets() as change_sets:
        found = actions.close_many(terminal.actor, **given.chosen(terminal.actor), **how)
    _done(terminal, found, change_sets)


def _assign(terminal: Terminal, options: argparse.Namespace) -> None:
    given = OwnersGiven.model_validate({**_chosen(options), "owner_id": person_id(options.to, "owner_id")})
    with noting_change_sets() as change_sets:
        found = actions.assign_many(terminal.actor, owner_id=given.owner_id, **given.chosen(terminal.actor))
    _done(terminal, found, change_sets)


def _revalue(terminal: Terminal, options: argparse.Namespace) -> None:
    with noting_change_sets() as change_sets:
        found = actions.revalue(terminal.actor, currency=options.currency)
    _done(terminal, found, change_sets)


def _done(terminal: Terminal, found: Outcomes, change_sets: Sequence[int]) -> None:
    if found.job_id is not None:
        see_through(terminal, found.job_id)
        return
    shown = outcomes_shown(found, terminal.language)
    if terminal.is_json:
        terminal.written(shown, change_sets)
    else:
        show_outcomes(terminal, shown)
        terminal.say_undo(change_sets)
