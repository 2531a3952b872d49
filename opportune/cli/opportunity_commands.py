"""`opportune opportunities`: create, edit, move, close, reopen."""

from __future__ import annotations

import argparse
from typing import TYPE_CHECKING

from opportune.cli.asking import account_id, add_fields, an_id, fields, person_id
from opportune.cli.running import runs
from opportune.cli.showing import show_moves, show_opportunity
from opportune.cli.terminal import Terminal
from opportune.ledger.recording import noting_change_sets
from opportune.opportunities import actions, queries
from opportune.opportunities.moves import MOVES
from opportune.schemas.opportunity import opportunity_shown
from opportune.schemas.opportunity_commands import (
    ClosureGiven,
    MonthGiven,
    MoveGiven,
    OpportunityChanges,
    OpportunityGiven,
    ReopeningGiven,
    SwitchGiven,
    move_asked,
    place_of,
    process_id_of,
)
from opportune.schemas.opportunity_many import moves_shown

if TYPE_CHECKING:
    from opportune.cli import Commands


def add_verbs(verbs: Commands) -> None:
    """Add the verbs that change opportunities."""
    create = verbs.add_parser("create", help="create an opportunity")
    create.add_argument("subject", help="what it is about")
    customer = create.add_mutually_exclusive_group()
    customer.add_argument("--account", metavar="NAME", help="the customer: an account, by name or id")
    customer.add_argument("--contact", metavar="ID", help="the customer: a contact, by id")
    create.add_argument("--owner", metavar="EMAIL", help="who is responsible (default: who acts)")
    create.add_argument("--value", metavar="AMOUNT", help="estimated value")
    create.add_argument("--currency", metavar="CODE", help="default: the base currency")
    create.add_argument("--close", metavar="DATE", help="estimated close date")
    create.add_argument("--process", metavar="KEY", help="default: the organisation's")
    where = create.add_mutually_exclusive_group()
    where.add_argument("--stage", metavar="KEY", help="default: the process's default stage")
    where.add_argument("--not-started", action="store_true", help="in no stage")
    add_fields(create)
    runs(create, _create)

    edit = verbs.add_parser("edit", help="change fields of an open opportunity")
    edit.add_argument("id", type=an_id)
    add_fields(edit)
    _add_version(edit)
    runs(edit, _edit)

    move = verbs.add_parser("move", help="move to a stage, or start, next, previous, …")
    move.add_argument("id", type=an_id)
    add_aim(move)
    move.add_argument("--chance", metavar="PERCENT")
    move.add_argument("--value", metavar="AMOUNT", help="estimated value")
    move.add_argument("--close", metavar="DATE", help="estimated close date")
    _add_version(move)
    runs(move, _move)

    moves = verbs.add_parser("moves", help="the moves an opportunity can make now")
    moves.add_argument("id", type=an_id)
    runs(moves, _moves)

    switch = verbs.add_parser("switch", help="run another process; the one it leaves keeps its place")
    switch.add_argument("id", type=an_id)
    switch.add_argument("--process", metavar="KEY", required=True, help="the process, by key or id")
    switch.add_argument("--on", metavar="DATE", help="date of change (default: today)")
    _add_version(switch)
    runs(switch, _switch)

    month = verbs.add_parser(
        "put-into-month", help="give an open opportunity an estimated close in another month"
    )
    month.add_argument("id", type=an_id)
    month.add_argument("month", metavar="MONTH", help="a month to come, such as 2026-06, or none")
    _add_version(month)
    runs(month, _put_into_month)

    close = verbs.add_parser("close", help="win or lose an opportunity")
    close.add_argument("id", type=an_id)
    add_closing(close)
    close.add_argument("--value", metavar="AMOUNT", help="actual value (default: the estimated one)")
    _add_version(close)
    runs(close, _close)

    reopen = verbs.add_parser("reopen", help="take a closing back")
    reopen.add_argument("id", type=an_id)
    _add_version(reopen)
    runs(reopen, _reopen)


def add_aim(parser: argparse.ArgumentParser) -> None:
    """Where a move leads to, and what any move may be told."""
    aim = parser.add_mutually_exclusive_group(required=True)
    aim.add_argument("--stage", metavar="KEY", help="the stage, by key or id")
    aim.add_argument("--move", metavar="NAME", help=", ".join(MOVES))
    parser.add_argument("--process", metavar="KEY", help="whose stage it is (default: the present process)")
    parser.add_argument("--on", metavar="DATE", help="date of change (default: today)")
    parser.add_argument("--cancel-tasks", action="store_true", help="cancel the open tasks")


def add_closing(parser: argparse.ArgumentParser) -> None:
    """What any closing may be told."""
    parser.add_argument("--outcome", metavar="OUTCOME", default="", help="won or lost")
    parser.add_argument("--reason", metavar="CODE", default="", help="a close reason by its code")
    parser.add_argument("--on", metavar="DATE", help="the day it was closed")
    parser.add_argument("--lost-to", metavar="NAME", help="the competitor who won it, by name or id")
    parser.add_argument("--description", metavar="TEXT", default="")
    parser.add_argument("--keep-tasks", action="store_true", help="leave the open tasks open")
    parser.add_argument("--confirm-zero", action="store_true", help="win without any value")


def _add_version(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--version", metavar="N", help="the version that was looked at")


def _create(terminal: Terminal, options: argparse.Namespace) -> None:
    place = {"process": options.process, "stage": options.stage}
    given = OpportunityGiven.model_validate(
        {
            **fields(
                options,
                subject=options.subject,
                account_id=account_id(terminal.actor, options.account),
                contact_id=options.contact,
                owner_id=person_id(options.owner, "owner_id"),
                estimated_value=options.value,
                currency=options.currency,
                estimated_close_on=options.close,
            ),
            **{name: value for name, value in place.items() if value is not None},
            **({"stage": None} if options.not_started else {}),
        }
    )
    with noting_change_sets() as change_sets:
        fields_given = given.given("process", "stage")
        deal = actions.create(terminal.actor, fields_given, once="", **place_of(given))
    _done(terminal, deal.pk, change_sets)


def _edit(terminal: Terminal, options: argparse.Namespace) -> None:
    given = OpportunityChanges.model_validate(fields(options, version=options.version))
    with noting_change_sets() as change_sets:
        actions.edit(terminal.actor, options.id, given.given("version"), version=given.version)
    _done(terminal, options.id, change_sets)


def _move(terminal: Terminal, options: argparse.Namespace) -> None:
    given = MoveGiven(
        stage=options.stage,
        process=options.process,
        move=options.move,
        on=options.on,
        chance=options.chance,
        estimated_value=options.value,
        estimated_close_on=options.close,
        cancel_open_tasks=options.cancel_tasks,
        version=options.version,
    )
    with noting_change_sets() as change_sets:
        asked = move_asked(terminal.actor, options.id, given)
        actions.move(terminal.actor, options.id, version=given.version, **asked)
    _done(terminal, options.id, change_sets)


def _put_into_month(terminal: Terminal, options: argparse.Namespace) -> None:
    given = MonthGiven(month=options.month, version=options.version)
    with noting_change_sets() as change_sets:
        actions.put_into_month(terminal.actor, options.id, given.month, version=given.version)
    _done(terminal, options.id, change_sets)


def _moves(terminal: Terminal, options: argparse.Namespace) -> None:
    offered = moves_shown(queries.offered_moves(terminal.actor, options.id), terminal.language)
    if terminal.is_json:
        terminal.shape(offered)
    else:
        show_moves(terminal, offered)


def _switch(terminal: Terminal, options: argparse.Namespace) -> None:
    given = SwitchGiven(process=options.process, on=options.on, version=options.version)
    with noting_change_sets() as change_sets:
        actions.switch_process(
            terminal.actor, options.id, process_id_of(given.process), on=given.on, version=given.version
        )
    _done(terminal, options.id, change_sets)


def _close(terminal: Terminal, options: argparse.Namespace) -> None:
    given = ClosureGiven(
        outcome=options.outcome,
        reason=options.reason,
        on=options.on,
        actual_value=options.value,
        lost_to=options.lost_to,
        description=options.description,
        cancel_open_tasks=not options.keep_tasks,
        confirm_zero=options.confirm_zero,
        version=options.version,
    )
    with noting_change_sets() as change_sets:
        actions.close(terminal.actor, options.id, **given.given())
    _done(terminal, options.id, change_sets)


def _reopen(terminal: Terminal, options: argparse.Namespace) -> None:
    given = ReopeningGiven(version=options.version)
    with noting_change_sets() as change_sets:
        actions.reopen(terminal.actor, options.id, version=given.version)
    _done(terminal, options.id, change_sets)


def _done(terminal: Terminal, opportunity_id: int, change_sets: list[int]) -> None:
    shown = opportunity_shown(queries.opportunity(terminal.actor, opportunity_id), terminal.language)
    if terminal.is_json:
        terminal.written(shown, change_sets)
    else:
        show_opportunity(terminal, shown)
        terminal.say_undo(change_sets)
