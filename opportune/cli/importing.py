"""`opportune import`: take opportunities in from a CSV file, and take an import back."""

from __future__ import annotations

import argparse
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

from opportune.cli.running import runs
from opportune.cli.terminal import Terminal
from opportune.importing.actions import import_opportunities, undo_import
from opportune.importing.maps import read_map
from opportune.importing.runs import ImportReport
from opportune.kernel.sentences import Sentence, counted, sentence
from opportune.ledger.undo import Undone
from opportune.schemas.language import spoken

if TYPE_CHECKING:
    Commands = argparse._SubParsersAction[argparse.ArgumentParser]

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
    undoing.add_argument("job", type=int, metavar="JOB", help="the number of the import's job")
    runs(undoing, _undo)


def _import(terminal: Terminal, options: argparse.Namespace) -> None:
    rejects: Path = options.rejects or Path(f"{options.file.stem}.rejected.csv")
    with _progress(hidden=terminal.is_json) as progress:
        report = import_opportunities(
            terminal.actor,
            options.file,
            read_map(options.map),
            default_account=options.default_account,
            rejects=rejects,
            progress=progress,
            say=lambda message: spoken(message, terminal.language),
        )
    if not terminal.is_json:
        _say(terminal, _told(report))
        return
    terminal.outcome(
        {
            "job": report.job_id,
            "imported": report.imported,
            "skipped": report.skipped,
            "refused": report.refused,
            "rejects": None if report.rejects is None else str(report.rejects),
            "reasons": dict(report.reasons),
        }
    )


def _undo(terminal: Terminal, options: argparse.Namespace) -> None:
    undone = undo_import(terminal.actor, options.job)
    if not terminal.is_json:
        _say(terminal, _told_of_undo(undone))
        return
    terminal.outcome(
        {
            "restored": _taken_back(undone),
            "kept": [[str(ref), facet] for ref, facet in undone.kept],
        }
    )


@contextmanager
def _progress(*, hidden: bool) -> Iterator[Callable[[int, int], None]]:
    """A bar on the terminal, none where there is no terminal."""
    console = Console(stderr=True)
    columns = (BarColumn(), MofNCompleteColumn(), TextColumn("·"), TimeRemainingColumn())
    with Progress(*columns, console=console, disable=hidden or not console.is_terminal) as bar:
        task = bar.add_task("", total=None)
        yield lambda done, total: bar.update(task, completed=done, total=total)


def _told(report: ImportReport) -> Iterator[Sentence | str]:
    yield counted(
        "{count} opportunity was taken in.", "{count} opportunities were taken in.", report.imported
    )
    if report.skipped:
        yield counted("{count} was there already.", "{count} were there already.", report.skipped)
    if report.refused:
        yield counted(
            "{count} row was refused; it is in {file}.",
            "{count} rows were refused; they are in {file}.",
            report.refused,
            file=str(report.rejects),
        )
    for reason, times in report.reasons[:_REASONS_SHOWN]:
        yield f"  {times} × {reason}"
    if report.imported:
        yield sentence("To take it back: opportune import undo {job}", job=report.job_id)


def _told_of_undo(undone: Undone) -> Iterator[Sentence | str]:
    yield counted("{count} record was taken back.", "{count} records were taken back.", _taken_back(undone))
    changed = [ref for ref, _ in undone.kept if ref.kind in _REVERSIBLE]
    if changed:
        yield counted(
            "{count} was kept, because it was changed since or is needed: {records}",
            "{count} were kept, because they were changed since or are needed: {records}",
            len(changed),
            records=", ".join([*map(str, changed[:_KEPT_SHOWN]), *["…"][: len(changed) > _KEPT_SHOWN]]),
        )
    if len(changed) < len(undone.kept):
        yield sentence("People, teams and units that the import made stay.")


def _taken_back(undone: Undone) -> int:
    return sum(facet == "record" for _, facet in undone.restored)


def _say(terminal: Terminal, lines: Iterator[Sentence | str]) -> None:
    for line in lines:
        if isinstance(line, Sentence):
            terminal.say(line)
        else:
            terminal.plain(line)
