"""`opportune opportunities delete`, `delete-closed`."""

from __future__ import annotations

import argparse
from collections.abc import Sequence
from typing import TYPE_CHECKING

from opportune.cli.asking import a_number, add_filters, an_id, filters
from opportune.cli.jobs import see_through
from opportune.cli.running import runs
from opportune.cli.terminal import Terminal
from opportune.kernel.sentences import sentence
from opportune.ledger.recording import noting_change_sets
from opportune.opportunities import actions, queries
from opportune.opportunities.actions.many import DELETED
from opportune.opportunities.deletion_filter import DeletionFilter
from opportune.schemas.opportunity_deletion import (
    DeletionOutcome,
    deal_deletion_shown,
    outcome_shown,
    preview_shown,
)

if TYPE_CHECKING:
    from opportune.cli import Commands


def add_verbs(verbs: Commands) -> None:
    """Add the verbs that delete opportunities."""
    one = verbs.add_parser("delete", help="put closed opportunities into the bin")
    one.add_argument("ids", type=an_id, nargs="+", metavar="ID")
    one.add_argument("--dry-run", action="store_true", help="only say what would happen")
    one.add_argument("--version", type=a_number, metavar="N", help="the version of one that was looked at")
    runs(one, _delete)

    matching = verbs.add_parser("delete-closed", help="put all closed opportunities that match into the bin")
    add_filters(matching, DeletionFilter.PARAMETERS)
    matching.add_argument("--dry-run", action="store_true", help="only count and show the first of them")
    runs(matching, _delete_closed)


def _delete(terminal: Terminal, options: argparse.Namespace) -> None:
    if options.dry_run:
        for opportunity_id in options.ids:
            _preview(terminal, opportunity_id)
        return
    with noting_change_sets() as change_sets:
        if len(options.ids) == 1:
            deal = actions.delete_opportunity(terminal.actor, options.ids[0], version=options.version)
            deleted = actions.Outcomes(DELETED, (deal.pk,))
        else:
            deleted = actions.delete_many(terminal.actor, ids=options.ids)
    _done(terminal, outcome_shown(deleted, terminal.language), change_sets)


def _preview(terminal: Terminal, opportunity_id: int) -> None:
    shown = deal_deletion_shown(queries.deal_deletion(terminal.actor, opportunity_id), terminal.language)
    if terminal.is_json:
        terminal.shape(shown)
        return
    terminal.fields(
        [
            (sentence("Number"), shown.number),
            (sentence("Subject"), shown.subject),
            (sentence("Open tasks that are cancelled"), str(shown.open_tasks)),
            (sentence("Refused"), shown.refusal),
        ]
    )


def _delete_closed(terminal: Terminal, options: argparse.Namespace) -> None:
    wanted = DeletionFilter.read(filters(options, DeletionFilter.PARAMETERS), terminal.actor)
    if options.dry_run:
        shown = preview_shown(queries.matching_deletion(terminal.actor, wanted), terminal.language)
        _done(terminal, shown, [])
        return
    with noting_change_sets() as change_sets:
        deleted = actions.delete_matching(terminal.actor, wanted)
    _done(terminal, outcome_shown(deleted, terminal.language), change_sets)


def _done(terminal: Terminal, shown: DeletionOutcome, change_sets: Sequence[int]) -> None:
    if shown.job_id is not None:
        see_through(terminal, shown.job_id)
        return
    if terminal.is_json:
        terminal.written(shown, change_sets)
        return
    terminal.plain(shown.message)
    if shown.preview is not None:
        terminal.fields(
            [
                (sentence("Won"), str(shown.preview.won)),
                (sentence("Lost"), str(shown.preview.lost)),
                (sentence("Open ones that stay"), str(shown.preview.open)),
                (sentence("Out of your reach"), str(shown.preview.out_of_reach)),
                (sentence("Open tasks that are cancelled"), str(shown.preview.open_tasks)),
            ]
        )
        terminal.table(
            [sentence("Number"), sentence("Subject"), sentence("Customer"), sentence("Closed on")],
            [
                (row.number, row.subject, row.customer_name, terminal.day(row.closed_on))
                for row in shown.preview.items
            ],
        )
    if shown.skipped:
        terminal.table(
            [sentence("Id"), sentence("Subject"), sentence("Reason")],
            [(str(one.id), one.subject, one.detail) for one in shown.skipped],
        )
    terminal.say_undo(change_sets)
