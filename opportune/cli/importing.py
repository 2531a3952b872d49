"""`opportune import`: take opportunities in from a CSV file, and take an import back."""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import TYPE_CHECKING

from opportune.cli.asking import an_id
from opportune.cli.progress import progress_bar
from opportune.cli.running import runs
from opportune.cli.terminal import Terminal
from opportune.importing.actions import import_opportunities, undo_import
from opportune.importing.maps import read_map
from opportune.kernel.sentences import counted, sentence
from opportune.schemas.importing import (
    ImportShown,
    ImportUndoneShown,
    import_shown,
    import_undone_shown,
)
from opportune.schemas.language import spoken

if TYPE_CHECKING:
    from opportune.cli import Commands

_REASONS_SHOWN = 10
_KEPT_SHOWN = 20
_REVERSIBLE = ("opportunity", "account")


def add_commands(commands: Commands) -> None:
    """Add `import opportunities` and `import undo`."""
    noun = commands.add_parser("import", help="take opportunities in from a file, or take an import back")
    verbs = noun.add_subparsers(title="commands", metavar="COMMAND", required=True)

    taking = verbs.add_parser("opportunities", help="take opportunities in from a CSV file")
    taking.add_argument("file", type=Path, metavar="FILE.csv")
    taking.add_argument(
        "--map", type=Path, required=True, metavar="MAP.toml", help="what the columns of the file mean"
    )
    taking.add_argument("--default-account", metavar="NAME", help="the customer of rows that name none")
    taking.add_argument(
        "--rejects",
        type=Path,
        metavar="FILE",
        help="where refused rows go, with the reason (default: FILE.rejected.csv in this directory)",
    )
    runs(taking, _import)

    undoing = verbs.add_parser("undo", help="take back what an import has made")
    undoing.add_argument("job", type=an_id, metavar="JOB", help="the number of the import's job")
    runs(undoing, _undo)


def _import(terminal: Terminal, options: argparse.Namespace) -> None:
    with progress_bar(hidden=terminal.is_json) as progress:
        report = import_opportunities(
            terminal.actor,
            options.file,
            read_map(options.map),
            default_account=options.default_account,
            rejects=options.rejects or Path(f"{options.file.stem}.rejected.csv"),
            progress=progress,
            say=lambda reason: spoken(reason, terminal.language),
        )
    found = import_shown(report)
    if terminal.is_json:
        terminal.shape(found)
    else:
        _tell(terminal, found)


def _undo(terminal: Terminal, options: argparse.Namespace) -> None:
    found = import_undone_shown(options.job, undo_import(terminal.actor, options.job))
    if terminal.is_json:
        terminal.shape(found)
    else:
        _tell_undone(terminal, found)


def _tell(terminal: Terminal, found: ImportShown) -> None:
    terminal.say(
        counted("{count} opportunity was taken in.", "{count} opportunities were taken in.", found.imported)
    )
    if found.skipped:
        terminal.say(counted("{count} was there already.", "{count} were there already.", found.skipped))
    if found.refused:
        terminal.say(
            counted(
                "{count} row was refused; it is in {file}.",
                "{count} rows were refused; they are in {file}.",
                found.refused,
                file=found.rejects,
            )
        )
    for reason in found.reasons[:_REASONS_SHOWN]:
        terminal.plain(f"  {reason.count} × {reason.reason}")
    if found.imported:
        terminal.say(sentence("To take it back: opportune import undo {job}", job=found.job))


def _tell_undone(terminal: Terminal, found: ImportUndoneShown) -> None:
    terminal.say(
        counted("{count} record was taken back.", "{count} records were taken back.", found.restored)
    )
    changed = [f"{one.kind} {one.id}" for one in found.kept if one.kind in _REVERSIBLE]
    if changed:
        more = ["…"] if len(changed) > _KEPT_SHOWN else []
        terminal.say(
            counted(
                "{count} was kept, because it was changed since or is needed: {records}",
                "{count} were kept, because they were changed since or are needed: {records}",
                len(changed),
                records=", ".join([*changed[:_KEPT_SHOWN], *more]),
            )
        )
    if len(changed) < len(found.kept):
        terminal.say(sentence("People, teams and units that the import made stay."))
