"""`opportune jobs`: long commands, how far they are, and taking them back."""

from __future__ import annotations

import argparse
from typing import TYPE_CHECKING

from opportune.cli.asking import an_id
from opportune.cli.progress import progress_bar
from opportune.cli.running import runs
from opportune.cli.terminal import Terminal
from opportune.identity.tasks import work_through
from opportune.kernel.errors import Refused
from opportune.kernel.sentences import Sentence, sentence
from opportune.ledger.queries import JobPicture, job_picture, jobs_of, left_rows
from opportune.ledger.working import begin_undo, continue_job, stop_job
from opportune.schemas.job import job_shown, jobs_shown, left_shown
from opportune.schemas.language import spoken

if TYPE_CHECKING:
    from opportune.cli import Commands

LEFT_SHOWN = 50
STATES: dict[str, Sentence] = {
    "running": sentence("running"),
    "done": sentence("done"),
    "failed": sentence("failed"),
    "stopped": sentence("stopped"),
}


def add_commands(commands: Commands) -> None:
    """Add `jobs`."""
    verbs = commands.add_parser("jobs", help="long commands, and how far they are").add_subparsers(
        title="verbs", metavar="VERB", required=True
    )
    runs(verbs.add_parser("list", help="the latest"), _list)
    for verb, text, command in (
        ("show", "how far one is, and what it left", _show),
        ("stop", "have one end; what is done stays", _stop),
        ("continue", "do the rest of one that stopped or failed", _continue),
        ("undo", "take one back; undoing an undo is redo", _undo),
    ):
        one = verbs.add_parser(verb, help=text)
        one.add_argument("id", type=an_id, metavar="JOB")
        runs(one, command)


def see_through(terminal: Terminal, job_id: int) -> None:
    """Work on a job until it ends, together with the worker if there is one, and show what became of it.

    Raises Refused `job_failed`, with the reason.
    """
    with progress_bar(hidden=terminal.is_json) as progress:
        work_through(job_id, progress=progress)
    job = job_picture(terminal.actor, job_id)
    if job.error is not None:
        raise Refused("job_failed", job.error, job=job_id)
    _tell(terminal, job)


def _list(terminal: Terminal, options: argparse.Namespace) -> None:
    terminal.actor.demand_any("read")
    found = jobs_of(terminal.actor)
    if terminal.is_json:
        terminal.shape(jobs_shown(found, terminal.language))
        return
    terminal.table(
        [sentence("Id"), sentence("Command"), sentence("By"), sentence("State"), sentence("Progress")],
        [
            (
                str(job.id),
                spoken(job.title, terminal.language),
                job.by,
                spoken(STATES[job.state], terminal.language),
                f"{job.worked} / {job.total}",
            )
            for job in found
        ],
    )


def _show(terminal: Terminal, options: argparse.Namespace) -> None:
    _tell(terminal, job_picture(terminal.actor, options.id))


def _stop(terminal: Terminal, options: argparse.Namespace) -> None:
    stop_job(terminal.actor, options.id)
    _tell(terminal, job_picture(terminal.actor, options.id))


def _continue(terminal: Terminal, options: argparse.Namespace) -> None:
    continue_job(terminal.actor, options.id)
    see_through(terminal, options.id)


def _undo(terminal: Terminal, options: argparse.Namespace) -> None:
    see_through(terminal, begin_undo(terminal.actor, options.id).pk)


def _tell(terminal: Terminal, job: JobPicture) -> None:
    if terminal.is_json:
        terminal.shape(job_shown(job, terminal.language))
        return
    terminal.say(
        sentence(
            "{title}: {done} of {total}, {state}.",
            title=job.title,
            done=job.worked,
            total=job.total,
            state=STATES[job.state],
        )
    )
    left = left_shown(left_rows(terminal.actor, job.id, limit=LEFT_SHOWN), terminal.language)
    if left.items:
        terminal.table(
            [sentence("Id"), sentence("Subject"), sentence("Reason")],
            [(str(one.id), one.name, one.detail) for one in left.items],
        )
    if left.next is not None:
        terminal.say(sentence("{count} were left as they were in all.", count=job.refused))
    if job.may_undo:
        terminal.say(sentence("Take it back with: opportune jobs undo {id}", id=job.id))
