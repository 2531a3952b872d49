"""`opportune import`: take opportunities in from a CSV file, and take an import back."""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

from opportune.identity.actor import Actor, system_actor
from opportune.identity.queries import person_by_email
from opportune.importing.actions import import_opportunities, undo_import
from opportune.importing.maps import read_map
from opportune.importing.runs import ImportReport
from opportune.kernel.errors import Invalid, OpportuneError
from opportune.kernel.sentences import Sentence, counted, sentence
from opportune.ledger.undo import Undone

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
    _add_common(taking)
    taking.set_defaults(run=_import)

    undoing = verbs.add_parser("undo", help="take back what an import has made")
    undoing.add_argument("job", type=int, metavar="JOB", help="the number of the import's job")
    _add_common(undoing)
    undoing.set_defaults(run=_undo)


def _add_common(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--actor", metavar="EMAIL", help="who does this (default: the system itself)")
    parser.add_argument("--json", action="store_true", help="write the outcome as JSON")


def _import(options: argparse.Namespace) -> int:
    rejects: Path = options.rejects or Path(f"{options.file.stem}.rejected.csv")
    try:
        with _progress(hidden=options.json) as progress:
            report = import_opportunities(
                _actor(options.actor),
                options.file,
                read_map(options.map),
                default_account=options.default_account,
                rejects=rejects,
                progress=progress,
            )
    except OpportuneError as problem:
        return _fail(problem)
    if options.json:
        return _write_json(
            {
                "job": report.job_id,
                "imported": report.imported,
                "skipped": report.skipped,
                "refused": report.refused,
                "rejects": None if report.rejects is None else str(report.rejects),
                "reasons": dict(report.reasons),
            }
        )
    return _write(_told(report))


def _undo(options: argparse.Namespace) -> int:
    try:
        undone = undo_import(_actor(options.actor), options.job)
    except OpportuneError as problem:
        return _fail(problem)
    if options.json:
        return _write_json(
            {
                "restored": _taken_back(undone),
                "kept": [[str(ref), facet] for ref, facet in undone.kept],
            }
        )
    return _write(_told_of_undo(undone))


def _actor(email: str | None) -> Actor:
    return system_actor("command line") if email is None else person_by_email(email, "cli")


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


def _write(sentences: Iterator[Sentence | str]) -> int:
    sys.stdout.writelines(f"{line}\n" for line in sentences)
    return 0


def _write_json(outcome: object) -> int:
    sys.stdout.write(json.dumps(outcome, ensure_ascii=False) + "\n")
    return 0


def _fail(problem: OpportuneError) -> int:
    reasons = problem.fields.items() if isinstance(problem, Invalid) else [("opportune", problem.message)]
    sys.stderr.writelines(f"{place}: {reason}\n" for place, reason in reasons)
    return 1
