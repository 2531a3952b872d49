"""`opportune categories`: the colours that records are marked with."""

from __future__ import annotations

import argparse
from collections.abc import Iterable
from typing import TYPE_CHECKING

from opportune.cli.running import runs
from opportune.cli.terminal import Terminal
from opportune.kernel.errors import Invalid
from opportune.kernel.records import RecordRef
from opportune.kernel.sentences import sentence
from opportune.ledger.recording import noting_change_sets
from opportune.reference import actions, queries
from opportune.schemas.category import categories_shown

if TYPE_CHECKING:
    from opportune.cli import Commands


def add_commands(commands: Commands) -> None:
    """Add `categories` with its verbs."""
    verbs = commands.add_parser("categories", help="mark records with colours").add_subparsers(
        title="verbs", metavar="VERB", required=True
    )
    show = verbs.add_parser("show", help="the categories, or those of a record")
    show.add_argument("record", nargs="?", metavar="RECORD", help="for example opportunity:7")
    runs(show, _show)

    rename = verbs.add_parser("rename", help="name a category")
    rename.add_argument("color", metavar="COLOUR", help=", ".join(queries.COLORS))
    rename.add_argument("name", help="in English; empty to call it by its colour again")
    rename.add_argument("--french", metavar="NAME", default="")
    runs(rename, _rename)

    for verb, text, command in (
        ("mark", "put a record into a category", actions.categorise),
        ("unmark", "take a record out of a category", actions.uncategorise),
    ):
        one = verbs.add_parser(verb, help=text)
        one.add_argument("record", metavar="RECORD", help="for example opportunity:7")
        one.add_argument("color", metavar="COLOUR")
        one.set_defaults(command=command)
        runs(one, _mark)


def _show(terminal: Terminal, options: argparse.Namespace) -> None:
    if options.record is None:
        terminal.actor.demand_any("read")
        _shown(terminal, queries.categories(), [])
    else:
        _shown(terminal, queries.record_categories(terminal.actor, _ref(options.record)), [])


def _rename(terminal: Terminal, options: argparse.Namespace) -> None:
    with noting_change_sets() as noted:
        actions.rename_category(terminal.actor, options.color, name_en=options.name, name_fr=options.french)
    _shown(terminal, queries.categories(), noted)


def _mark(terminal: Terminal, options: argparse.Namespace) -> None:
    ref = _ref(options.record)
    with noting_change_sets() as noted:
        options.command(terminal.actor, ref, options.color)
    _shown(terminal, queries.record_categories(terminal.actor, ref), noted)


def _shown(terminal: Terminal, found: Iterable[queries.CategoryRow], noted: list[int]) -> None:
    shown = categories_shown(found, terminal.language)
    if terminal.is_json:
        terminal.written(shown, noted) if noted else terminal.shape(shown)
        return
    terminal.table([sentence("Colour"), sentence("Name")], [(each.color, each.name) for each in shown.items])
    terminal.say_undo(noted)


def _ref(text: str) -> RecordRef:
    try:
        return RecordRef.parse(text)
    except ValueError:
        raise Invalid({"record": sentence("Write a record as opportunity:7.")}) from None
