"""`opportune export`: everything the actor may take out, uncut, as CSV or JSON."""

from __future__ import annotations

import argparse
import csv
import sys
from collections.abc import Iterable
from typing import TYPE_CHECKING, Any

from opportune.cli.asking import add_filters, filters
from opportune.cli.running import runs
from opportune.cli.terminal import Terminal
from opportune.kernel.spreadsheets import harmless
from opportune.opportunities.filters import OpportunityFilter
from opportune.opportunities.queries import every_opportunity
from opportune.process.queries import processes
from opportune.schemas.opportunity import OpportunityListed, listed

if TYPE_CHECKING:
    from opportune.cli import Commands

PARAMETERS = OpportunityFilter.PARAMETERS


def add_commands(commands: Commands) -> None:
    """Add `export` with its nouns."""
    nouns = commands.add_parser("export", help="write everything that matches to the output").add_subparsers(
        title="nouns", metavar="NOUN", required=True
    )
    each = nouns.add_parser("opportunities", help="every opportunity that matches")
    each.add_argument("--format", choices=("csv", "json"), default="csv", help="default csv")
    add_filters(each, PARAMETERS)
    runs(each, _export_opportunities)


def _export_opportunities(terminal: Terminal, options: argparse.Namespace) -> None:
    wanted = OpportunityFilter.read(filters(options, PARAMETERS), terminal.actor)
    rows = listed(every_opportunity(terminal.actor, wanted), processes(), terminal.language)
    if terminal.is_json or options.format == "json":
        _write_json(rows)
    else:
        _write_csv(rows)


def _write_json(rows: Iterable[OpportunityListed]) -> None:
    sys.stdout.write("[")
    for number, row in enumerate(rows):
        sys.stdout.write(("," if number else "") + "\n" + row.model_dump_json())
    sys.stdout.write("\n]\n")


def _write_csv(rows: Iterable[OpportunityListed]) -> None:
    names = tuple(OpportunityListed.model_fields)
    out = csv.writer(sys.stdout, quoting=csv.QUOTE_ALL, lineterminator="\r\n")
    out.writerow(names)
    for row in rows:
        plain = row.model_dump(mode="json")
        out.writerow([_cell(plain[name]) for name in names])


def _cell(value: Any) -> str:
    if value is None:
        return ""
    return harmless(str(value).lower() if isinstance(value, bool) else str(value))
