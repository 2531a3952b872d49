"""`opportune bin`: what was deleted, bringing it back, deleting it for good."""

from __future__ import annotations

import argparse
from typing import TYPE_CHECKING

from opportune.cli.asking import add_pages
from opportune.cli.running import runs
from opportune.cli.terminal import Terminal
from opportune.deleted import actions
from opportune.deleted.queries import in_bin
from opportune.kernel.errors import NotFound
from opportune.kernel.records import RecordRef
from opportune.kernel.sentences import sentence
from opportune.ledger.recording import noting_change_sets
from opportune.schemas.bin import bin_page_shown

if TYPE_CHECKING:
    from opportune.cli import Commands


def add_commands(commands: Commands) -> None:
    """Add `bin` with its verbs."""
    parser = commands.add_parser("bin", help="what was deleted: list, restore, delete for good")
    verbs = parser.add_subparsers(title="verbs", metavar="VERB", required=True)
    each = verbs.add_parser("list", help="what is in the bin, the latest first")
    each.add_argument("--kind", default="", metavar="KIND", help="opportunity, account or contact")
    add_pages(each)
    runs(each, _list)

    restore = verbs.add_parser("restore", help="bring a record back with what fell with it")
    restore.add_argument("record", metavar="KIND:ID")
    restore.add_argument(
        "--with-customer", action="store_true", help="first its customer, if that is in the bin, too"
    )
    runs(restore, _restore)

    purge = verbs.add_parser("purge", help="delete a record for good; nothing brings it back")
    purge.add_argument("record", metavar="KIND:ID")
    runs(purge, _purge)


def _list(terminal: Terminal, options: argparse.Namespace) -> None:
    found = in_bin(terminal.actor, kind=options.kind, after=options.after, limit=options.limit)
    shown = bin_page_shown(found)
    if terminal.is_json:
        terminal.shape(shown)
        return
    terminal.table(
        [
            sentence("Record"),
            sentence("Name"),
            sentence("Deleted on"),
            sentence("Deleted by"),
            sentence("Gone for good on"),
        ],
        [
            (
                str(row.ref),
                row.name,
                terminal.day(row.deleted_on),
                row.deleted_by,
                terminal.day(row.purged_on),
            )
            for row in found.rows
        ],
    )
    if shown.next is not None:
        terminal.say(sentence("There is more: --after {cursor}", cursor=shown.next))


def _restore(terminal: Terminal, options: argparse.Namespace) -> None:
    ref = _ref(options.record)
    with noting_change_sets() as change_sets:
        actions.restore_from_bin(terminal.actor, ref, with_customer=options.with_customer)
    if terminal.is_json:
        terminal.outcome({"record": str(ref), "change_set_id": change_sets[-1]})
        return
    terminal.say(sentence("{record} is back.", record=str(ref)))
    terminal.say_undo(change_sets)


def _purge(terminal: Terminal, options: argparse.Namespace) -> None:
    ref = _ref(options.record)
    actions.delete_for_good(terminal.actor, ref)
    if terminal.is_json:
        terminal.outcome({"record": str(ref)})
        return
    terminal.say(sentence("{record} is gone for good.", record=str(ref)))


def _ref(written: str) -> RecordRef:
    try:
        return RecordRef.parse(written)
    except ValueError:
        raise NotFound("record") from None
