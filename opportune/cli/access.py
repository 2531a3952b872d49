"""`opportune access`: what somebody may do with a record, and why."""

from __future__ import annotations

import argparse
from typing import TYPE_CHECKING

from opportune.cli.asking import add_pages, person_id
from opportune.cli.running import runs
from opportune.cli.terminal import Terminal
from opportune.identity.access import access, access_of_people
from opportune.identity.explaining import VERBS_SAID
from opportune.kernel.errors import NotFound
from opportune.kernel.records import RecordRef
from opportune.kernel.sentences import sentence
from opportune.schemas.access import AccessPage, AccessShown, access_shown
from opportune.schemas.language import spoken

if TYPE_CHECKING:
    from opportune.cli import Commands

RECORD = "such as opportunity:12, account:7, contact:3 or task:5"


def add_commands(commands: Commands) -> None:
    """Add `access` with its verbs."""
    noun = commands.add_parser("access", help="what somebody may do with a record, and why")
    verbs = noun.add_subparsers(title="verbs", metavar="VERB", required=True)
    show = verbs.add_parser("show", help="what you, or somebody else, may do with a record")
    show.add_argument("record", metavar="RECORD", help=RECORD)
    show.add_argument("--person", metavar="EMAIL", help="default: who runs this")
    runs(show, _show)
    people = verbs.add_parser("people", help="who may see and change a record")
    people.add_argument("record", metavar="RECORD", help=RECORD)
    add_pages(people)
    runs(people, _people)


def _show(terminal: Terminal, options: argparse.Namespace) -> None:
    found = access(terminal.actor, _record(options.record), person_id(options.person, "person"))
    shown = access_shown(found, terminal.language)
    if terminal.is_json:
        terminal.shape(shown)
    else:
        _table(terminal, [shown])


def _people(terminal: Terminal, options: argparse.Namespace) -> None:
    found = access_of_people(
        terminal.actor, _record(options.record), after=options.after, limit=options.limit
    )
    shown = [access_shown(each, terminal.language) for each in found.rows]
    if terminal.is_json:
        terminal.shape(AccessPage(items=shown, next=found.next))
        return
    _table(terminal, shown)
    if found.next is not None:
        terminal.say(sentence("There is more: --after {cursor}", cursor=found.next))


def _table(terminal: Terminal, people: list[AccessShown]) -> None:
    terminal.table(
        [sentence("Name"), sentence("Right"), sentence("May"), sentence("Why")],
        [
            (
                each.name,
                spoken(VERBS_SAID[verb.verb], terminal.language),
                "✓" if verb.may else "",
                " ".join(reason.message for reason in verb.reasons),
            )
            for each in people
            for verb in each.verbs
        ],
    )


def _record(text: str) -> RecordRef:
    try:
        return RecordRef.parse(text)
    except ValueError:
        raise NotFound("record") from None
