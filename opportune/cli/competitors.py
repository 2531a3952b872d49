"""`opportune competitors`: list, show, create, edit, remove."""

from __future__ import annotations

import argparse
from typing import TYPE_CHECKING

from opportune.cli.asking import add_fields, add_pages, an_id, fields
from opportune.cli.running import runs
from opportune.cli.terminal import NOTHING, Terminal
from opportune.kernel.sentences import sentence
from opportune.ledger.recording import noting_change_sets
from opportune.opportunities import actions, queries
from opportune.schemas.competitor import CompetitorChanges, CompetitorGiven, CompetitorPage, CompetitorShown

if TYPE_CHECKING:
    from opportune.cli import Commands


def add_commands(commands: Commands) -> None:
    """Add `competitors` with its verbs."""
    verbs = commands.add_parser("competitors", help="those who sell to our customers, too").add_subparsers(
        title="verbs", metavar="VERB", required=True
    )
    each = verbs.add_parser("list", help="the competitors by name, by pages")
    each.add_argument("--text", default="", metavar="TEXT", help="those whose name has it")
    add_pages(each)
    runs(each, _list)

    show = verbs.add_parser("show", help="one competitor")
    show.add_argument("id", type=an_id)
    runs(show, _show)

    create = verbs.add_parser("create", help="add a competitor")
    create.add_argument("name")
    add_fields(create)
    runs(create, _create)

    edit = verbs.add_parser("edit", help="change name, website, strengths or weaknesses")
    edit.add_argument("id", type=an_id)
    add_fields(edit)
    edit.add_argument("--version", metavar="N", help="the version that was looked at")
    runs(edit, _edit)

    remove = verbs.add_parser("remove", help="put a competitor that no opportunity names into the bin")
    remove.add_argument("id", type=an_id)
    runs(remove, _remove)


def _list(terminal: Terminal, options: argparse.Namespace) -> None:
    found = queries.competitors(terminal.actor, text=options.text, after=options.after, limit=options.limit)
    rows = [CompetitorShown.model_validate(row) for row in found.rows]
    if terminal.is_json:
        terminal.shape(CompetitorPage(items=rows, next=found.next))
        return
    terminal.table(
        [sentence("Id"), sentence("Name"), sentence("Open"), sentence("Won"), sentence("Lost to them")],
        [
            (str(row.id), row.name, str(row.open_count), str(row.won_count), str(row.lost_count))
            for row in rows
        ],
    )
    if found.next is not None:
        terminal.say(sentence("There is more: --after {cursor}", cursor=found.next))


def _show(terminal: Terminal, options: argparse.Namespace) -> None:
    shown = CompetitorShown.model_validate(queries.competitor(terminal.actor, options.id))
    if terminal.is_json:
        terminal.shape(shown)
    else:
        _show_one(terminal, shown)


def _create(terminal: Terminal, options: argparse.Namespace) -> None:
    given = CompetitorGiven.model_validate(fields(options, name=options.name))
    with noting_change_sets() as change_sets:
        competitor = actions.create_competitor(terminal.actor, given.given())
    _one(terminal, competitor.pk, change_sets)


def _edit(terminal: Terminal, options: argparse.Namespace) -> None:
    given = CompetitorChanges.model_validate(fields(options, version=options.version))
    with noting_change_sets() as change_sets:
        actions.edit_competitor(terminal.actor, options.id, given.given("version"), version=given.version)
    _one(terminal, options.id, change_sets)


def _remove(terminal: Terminal, options: argparse.Namespace) -> None:
    shown = CompetitorShown.model_validate(queries.competitor(terminal.actor, options.id))
    with noting_change_sets() as change_sets:
        actions.remove_competitor(terminal.actor, options.id)
    if terminal.is_json:
        terminal.written(shown, change_sets)
    else:
        terminal.say_undo(change_sets)


def _one(terminal: Terminal, competitor_id: int, change_sets: list[int]) -> None:
    shown = CompetitorShown.model_validate(queries.competitor(terminal.actor, competitor_id))
    if terminal.is_json:
        terminal.written(shown, change_sets)
        return
    _show_one(terminal, shown)
    terminal.say_undo(change_sets)


def _show_one(terminal: Terminal, shown: CompetitorShown) -> None:
    terminal.fields(
        [
            (sentence("Id"), str(shown.id)),
            (sentence("Name"), shown.name),
            (sentence("Website"), shown.website or NOTHING),
            (sentence("Strengths"), shown.strengths or NOTHING),
            (sentence("Weaknesses"), shown.weaknesses or NOTHING),
            (sentence("Version"), str(shown.version)),
        ]
    )
