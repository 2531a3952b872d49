"""`opportune connections`: what a record has to do with others."""

from __future__ import annotations

import argparse
from typing import TYPE_CHECKING

from opportune.cli.asking import an_id
from opportune.cli.running import runs
from opportune.cli.terminal import NOTHING, Terminal
from opportune.customers import actions, queries
from opportune.kernel.records import RecordRef
from opportune.kernel.sentences import sentence
from opportune.ledger.recording import noting_change_sets
from opportune.schemas.connection import (
    ConnectionChanges,
    ConnectionGiven,
    ConnectionList,
    connection_shown,
    record_written,
)

if TYPE_CHECKING:
    from opportune.cli import Commands

RECORD = "such as opportunity:12, account:7 or contact:3"


def add_commands(commands: Commands) -> None:
    """Add `connections` with its verbs."""
    noun = commands.add_parser(
        "connections", help="stakeholders, and whatever else records are to each other"
    )
    verbs = noun.add_subparsers(title="verbs", metavar="VERB", required=True)
    each = verbs.add_parser("list", help="what a record is connected to")
    each.add_argument("record", metavar="RECORD", help=RECORD)
    each.add_argument("--category", metavar="NAME", default="", help="stakeholder, business, …")
    runs(each, _list)

    add = verbs.add_parser("add", help="connect a record to another one")
    add.add_argument("record", metavar="RECORD", help=RECORD)
    add.add_argument("to", metavar="TO", help=RECORD)
    _add_fields(add)
    runs(add, _add)

    change = verbs.add_parser("change", help="change a connection, as seen from one of its records")
    change.add_argument("record", metavar="RECORD", help=RECORD)
    change.add_argument("id", type=an_id)
    _add_fields(change)
    change.add_argument("--version", metavar="N", help="the version that was looked at")
    runs(change, _change)

    remove = verbs.add_parser("remove", help="take a connection away")
    remove.add_argument("record", metavar="RECORD", help=RECORD)
    remove.add_argument("id", type=an_id)
    runs(remove, _remove)


def _add_fields(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "--role", metavar="ROLE", help="what the other is to it, such as stakeholder:champion"
    )
    parser.add_argument("--own-role", metavar="ROLE", help="what it is to the other")
    parser.add_argument("--description", metavar="TEXT")
    parser.add_argument("--from", dest="started_on", metavar="DATE", help="since when")
    parser.add_argument("--until", dest="ended_on", metavar="DATE", help="until when")


def _given(options: argparse.Namespace, *names: str) -> dict[str, object]:
    asked = ("role", "own_role", "description", "started_on", "ended_on", *names)
    written = {name: getattr(options, name) for name in asked}
    return {name: value or None for name, value in written.items() if value is not None}


def _list(terminal: Terminal, options: argparse.Namespace) -> None:
    found = queries.connections_of(terminal.actor, record_written(options.record), category=options.category)
    shown = ConnectionList(items=[connection_shown(row, terminal.language) for row in found])
    if terminal.is_json:
        terminal.shape(shown)
        return
    terminal.table(
        [sentence("Id"), sentence("Record"), sentence("Name"), sentence("Role"), sentence("Own role")],
        [
            (
                str(row.id),
                f"{row.kind}:{row.record_id}",
                row.name,
                row.role_name or NOTHING,
                row.own_role_name or NOTHING,
            )
            for row in shown.items
        ],
    )


def _add(terminal: Terminal, options: argparse.Namespace) -> None:
    given = ConnectionGiven.model_validate(_given(options, "to"))
    record = record_written(options.record)
    with noting_change_sets() as change_sets:
        made = actions.connect(terminal.actor, record, record_written(given.to), given.given("to"))
    _done(terminal, record, made.pk, change_sets)


def _change(terminal: Terminal, options: argparse.Namespace) -> None:
    given = ConnectionChanges.model_validate(_given(options, "version"))
    record = record_written(options.record)
    with noting_change_sets() as change_sets:
        actions.change_connection(
            terminal.actor, record, options.id, given.given("version"), version=given.version
        )
    _done(terminal, record, options.id, change_sets)


def _remove(terminal: Terminal, options: argparse.Namespace) -> None:
    with noting_change_sets() as change_sets:
        actions.disconnect(terminal.actor, record_written(options.record), options.id)
    if terminal.is_json:
        terminal.outcome({"change_set_id": change_sets[-1] if change_sets else None})
    else:
        terminal.say_undo(change_sets)


def _done(terminal: Terminal, record: RecordRef, connection_id: int, change_sets: list[int]) -> None:
    shown = connection_shown(queries.connection(terminal.actor, record, connection_id), terminal.language)
    if terminal.is_json:
        terminal.written(shown, change_sets)
        return
    terminal.fields(
        [
            (sentence("Id"), str(shown.id)),
            (sentence("Name"), shown.name),
            (sentence("Role"), shown.role_name),
            (sentence("Own role"), shown.own_role_name),
            (sentence("Description"), shown.description),
            (sentence("Since"), terminal.day(shown.started_on)),
            (sentence("Until"), terminal.day(shown.ended_on)),
        ]
    )
    terminal.say_undo(change_sets)
