"""`opportune opportunities`: list, summary, show."""

from __future__ import annotations

import argparse
from typing import TYPE_CHECKING

from opportune.cli import (
    deleting,
    opportunities_many,
    opportunity_commands,
    opportunity_surroundings,
    opportunity_tasks,
)
from opportune.cli.asking import add_filters, add_pages, day, filters
from opportune.cli.running import runs
from opportune.cli.showing import show_opportunities, show_opportunity, show_summary
from opportune.cli.terminal import Terminal
from opportune.opportunities import queries
from opportune.opportunities.filters import OpportunityFilter
from opportune.process.queries import processes
from opportune.schemas.opportunity import OpportunityPage, listed, opportunity_shown
from opportune.schemas.summary import summary_of

if TYPE_CHECKING:
    from opportune.cli import Commands

PARAMETERS = OpportunityFilter.PARAMETERS


def add_commands(commands: Commands) -> None:
    """Add `opportunities` with its verbs."""
    verbs = commands.add_parser("opportunities", help="list, show and change opportunities").add_subparsers(
        title="verbs", metavar="VERB", required=True
    )
    each = verbs.add_parser("list", help="the opportunities that match, by pages")
    add_filters(each, PARAMETERS)
    add_pages(each)
    runs(each, _list)

    summary = verbs.add_parser("summary", help="exact totals of all that match")
    summary.add_argument("--as-of", type=day, metavar="DATE", help="at the end of this day")
    add_filters(summary, PARAMETERS)
    runs(summary, _summary)

    show = verbs.add_parser("show", help="one opportunity")
    show.add_argument("id", type=int)
    runs(show, _show)
    opportunity_commands.add_verbs(verbs)
    opportunity_tasks.add_verbs(verbs)
    deleting.add_verbs(verbs)
    opportunity_surroundings.add_verbs(verbs)
    opportunities_many.add_verbs(verbs)


def _list(terminal: Terminal, options: argparse.Namespace) -> None:
    terminal.actor.demand("opportunity", "read")
    wanted = OpportunityFilter.read(filters(options, PARAMETERS), terminal.actor)
    found = queries.opportunities(terminal.actor, wanted, after=options.after, limit=options.limit)
    rows = list(listed(found.rows, processes(), terminal.language))
    if terminal.is_json:
        terminal.shape(OpportunityPage(items=rows, next=found.next))
    else:
        show_opportunities(terminal, rows, found.next)


def _summary(terminal: Terminal, options: argparse.Namespace) -> None:
    terminal.actor.demand("opportunity", "read")
    wanted = OpportunityFilter.read(filters(options, PARAMETERS), terminal.actor)
    found = summary_of(queries.totals(terminal.actor, wanted, as_of=options.as_of), processes())
    if terminal.is_json:
        terminal.shape(found)
    else:
        show_summary(terminal, found)


def _show(terminal: Terminal, options: argparse.Namespace) -> None:
    found = opportunity_shown(queries.opportunity(terminal.actor, options.id), terminal.language)
    if terminal.is_json:
        terminal.shape(found)
    else:
        show_opportunity(terminal, found)
