"""`opportune lists` and `opportune reasons`: editing lists of choices and close reasons."""

from __future__ import annotations

import argparse
from typing import TYPE_CHECKING

from opportune.cli.running import runs
from opportune.cli.terminal import Terminal
from opportune.kernel.sentences import sentence
from opportune.ledger.recording import noting_change_sets
from opportune.reference import actions, queries
from opportune.reference.lists import LISTS
from opportune.schemas.reference import (
    UsedChoiceList,
    UsedReasonList,
    used_choice_shown,
    used_reason_shown,
)

if TYPE_CHECKING:
    from opportune.cli import Commands


def add_commands(commands: Commands) -> None:
    """Add `lists` and `reasons` with their verbs."""
    lists = commands.add_parser("lists", help="edit lists of choices").add_subparsers(
        title="verbs", metavar="VERB", required=True
    )
    show = lists.add_parser("show", help="a list with its retired choices and how often each is used")
    show.add_argument("list", metavar="LIST", help=", ".join(LISTS))
    runs(show, _show)

    add = lists.add_parser("add", help="add a choice")
    add.add_argument("list", metavar="LIST")
    add.add_argument("name", help="in English")
    add.add_argument("--french", metavar="NAME", default="", help="default: the English name")
    add.add_argument("--code", metavar="CODE", default="", help="default: made from the name")
    runs(add, _add)

    edit = lists.add_parser("edit", help="rename a choice, move it, offer it or retire it")
    edit.add_argument("list", metavar="LIST")
    edit.add_argument("code", metavar="CODE")
    edit.add_argument("--english", metavar="NAME")
    edit.add_argument("--french", metavar="NAME")
    edit.add_argument("--position", type=int, metavar="N", help="its place, from 0")
    offered = edit.add_mutually_exclusive_group()
    offered.add_argument("--retire", dest="is_active", action="store_const", const=False)
    offered.add_argument("--offer", dest="is_active", action="store_const", const=True)
    runs(edit, _edit)

    remove = lists.add_parser("remove", help="take a choice away")
    remove.add_argument("list", metavar="LIST")
    remove.add_argument("code", metavar="CODE")
    instead = remove.add_mutually_exclusive_group()
    instead.add_argument("--replacement", metavar="CODE", help="what its records get instead")
    instead.add_argument(
        "--blank", dest="replacement", action="store_const", const="", help="its records get nothing"
    )
    runs(remove, _remove)
    _add_reasons(commands)


def _add_reasons(commands: Commands) -> None:
    reasons = commands.add_parser("reasons", help="edit close reasons").add_subparsers(
        title="verbs", metavar="VERB", required=True
    )
    runs(reasons.add_parser("show", help="every close reason and how often it is used"), _show_reasons)

    add = reasons.add_parser("add", help="add a close reason")
    add.add_argument("name", nargs="?", default="", help="in English (default: the code)")
    add.add_argument("--outcome", default="won", metavar="OUTCOME", help="won (default) or lost")
    add.add_argument("--french", metavar="NAME", default="", help="default: the English name")
    add.add_argument("--code", metavar="CODE", default="", help="default: made from the name")
    add.add_argument(
        "--status-reason", metavar="REASON", default="", help="of a lost one: out_sold (default) or canceled"
    )
    runs(add, _add_reason)

    edit = reasons.add_parser("edit", help="rename a close reason, move it, offer it or withdraw it")
    edit.add_argument("code", metavar="CODE")
    edit.add_argument("--english", metavar="NAME")
    edit.add_argument("--french", metavar="NAME")
    edit.add_argument(
        "--position", type=int, metavar="N", help="its place among those of its outcome, from 0"
    )
    offered = edit.add_mutually_exclusive_group()
    offered.add_argument("--withdraw", dest="is_offered", action="store_const", const=False)
    offered.add_argument("--offer", dest="is_offered", action="store_const", const=True)
    runs(edit, _edit_reason)

    remove = reasons.add_parser("remove", help="take an unused close reason away")
    remove.add_argument("code", metavar="CODE")
    runs(remove, _remove_reason)


def _show(terminal: Terminal, options: argparse.Namespace) -> None:
    _list_shown(terminal, options.list, [])


def _add(terminal: Terminal, options: argparse.Namespace) -> None:
    with noting_change_sets() as noted:
        actions.add_choice(
            terminal.actor, options.list, name_en=options.name, name_fr=options.french, code=options.code
        )
    _list_shown(terminal, options.list, noted)


def _edit(terminal: Terminal, options: argparse.Namespace) -> None:
    with noting_change_sets() as noted:
        actions.change_choice(
            terminal.actor,
            options.list,
            options.code,
            name_en=options.english,
            name_fr=options.french,
            position=options.position,
            is_active=options.is_active,
        )
    _list_shown(terminal, options.list, noted)


def _remove(terminal: Terminal, options: argparse.Namespace) -> None:
    with noting_change_sets() as noted:
        actions.remove_choice(terminal.actor, options.list, options.code, replacement=options.replacement)
    _list_shown(terminal, options.list, noted)


def _list_shown(terminal: Terminal, list_key: str, noted: list[int]) -> None:
    wanted = queries.list_by_key(list_key)
    used = queries.used_choices(terminal.actor, list_key)
    shown = UsedChoiceList(
        key=list_key,
        name=wanted.name(terminal.language),
        is_fixed=wanted.is_fixed,
        items=[used_choice_shown(each, terminal.language) for each in used],
    )
    if terminal.is_json:
        terminal.written(shown, noted) if noted else terminal.shape(shown)
        return
    headings = [
        sentence("Code"),
        sentence("English"),
        sentence("French"),
        sentence("Offered"),
        sentence("Uses"),
    ]
    rows = [
        (each.code, each.name_en, each.name_fr, "✓" if each.is_active else "", str(each.uses))
        for each in shown.items
    ]
    terminal.table(headings, rows)
    terminal.say_undo(noted)


def _show_reasons(terminal: Terminal, options: argparse.Namespace) -> None:
    _reasons_shown(terminal, [])


def _add_reason(terminal: Terminal, options: argparse.Namespace) -> None:
    with noting_change_sets() as noted:
        made = actions.add_close_reason(
            terminal.actor,
            outcome=options.outcome,
            name=options.name,
            name_fr=options.french,
            code=options.code,
            status_reason=options.status_reason,
        )
    if terminal.is_json:
        terminal.outcome({"code": made.code, "change_set": noted[-1]})
    else:
        terminal.say(sentence("The close reason {code} is there.", code=made.code))
        terminal.say_undo(noted)


def _edit_reason(terminal: Terminal, options: argparse.Namespace) -> None:
    with noting_change_sets() as noted:
        actions.change_close_reason(
            terminal.actor,
            options.code,
            name_en=options.english,
            name_fr=options.french,
            position=options.position,
            is_offered=options.is_offered,
        )
    _reasons_shown(terminal, noted)


def _remove_reason(terminal: Terminal, options: argparse.Namespace) -> None:
    with noting_change_sets() as noted:
        actions.remove_close_reason(terminal.actor, options.code)
    _reasons_shown(terminal, noted)


def _reasons_shown(terminal: Terminal, noted: list[int]) -> None:
    used = queries.used_reasons(terminal.actor)
    shown = UsedReasonList(items=[used_reason_shown(each, terminal.language) for each in used])
    if terminal.is_json:
        terminal.written(shown, noted) if noted else terminal.shape(shown)
        return
    headings = [sentence("Code"), sentence("Outcome"), sentence("English"), sentence("French")]
    rows = [
        (
            each.code,
            each.outcome,
            each.name_en,
            each.name_fr,
            "✓" if each.is_offered else "",
            str(each.uses),
        )
        for each in shown.items
    ]
    terminal.table([*headings, sentence("Offered"), sentence("Uses")], rows)
    terminal.say_undo(noted)
