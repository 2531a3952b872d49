"""Importing opportunities from a CSV file, and taking an import back."""

from collections.abc import Callable
from datetime import timedelta
from pathlib import Path

from opportune.identity.actor import Actor
from opportune.importing.maps import ImportMap
from opportune.importing.rejects import Rejects
from opportune.importing.runs import KIND, ImportReport, Progress, Run
from opportune.importing.tables import open_table
from opportune.kernel import clock
from opportune.kernel.errors import Invalid, Refused
from opportune.kernel.sentences import Sentence, sentence
from opportune.ledger.jobs import obtain_job, undo_job
from opportune.ledger.undo import Undone

UNDO_FOR = timedelta(days=30)
COMMAND_LINE = ("cli", "system")


def import_opportunities(
    actor: Actor,
    file: Path,
    map: ImportMap,
    *,
    default_account: str | None = None,
    rejects: Path | None = None,
    progress: Progress | None = None,
    say: Callable[[Sentence], str] = str,
) -> ImportReport:
    """Take the rows of a CSV file in as opportunities, by all rules but the gates (domain.md §8).

    A job in chunks, each whole or absent. Rows whose external id is there already are skipped, so that an import
    that was killed, or that refused rows, can simply be run again. `default_account` names the customer of rows
    that name none. Refused rows go to the CSV file `rejects`, with reasons put into words by `say`. `progress` is
    told how many rows are done, and how many there are. Raises NotPermitted, Invalid for a file or a map without
    sense, Refused `command_line_only`, Conflict if somebody else is importing the same rows.
    """
    _demand_rights(actor, map)
    table = open_table(file, map.columns)
    if rejects is not None:
        _demand_place(rejects, file)
    run = Run(actor, table, map, (default_account or "").strip())
    refused = Rejects(table, rejects, say)
    try:
        return run.through(refused, progress or _silent)
    finally:
        refused.close()


def undo_import(actor: Actor, job_id: int) -> Undone:
    """Take back what an import made, but for what was changed since or is needed by something else.

    People stay. Raises NotFound, NotPermitted, or Refused `too_late` after 30 days.
    """
    actor.demand_right("import")
    job = obtain_job(job_id, KIND)
    if clock.now() - job.started_at > UNDO_FOR:
        raise Refused("too_late", sentence("An import can be undone for {days} days.", days=UNDO_FOR.days))
    return undo_job(actor, job_id)


def _demand_rights(actor: Actor, map: ImportMap) -> None:
    actor.demand_right("import")
    actor.demand("opportunity", "create")
    if map.create_people:
        actor.demand_right("administer")
        if actor.door not in COMMAND_LINE:
            raise Refused(
                "command_line_only", sentence("Only the command line may create people by an import.")
            )


def _demand_place(rejects: Path, file: Path) -> None:
    if rejects.resolve() == file.resolve():
        raise Invalid({"rejects": sentence("Refused rows cannot go into the file that is being read.")})
    if not rejects.parent.is_dir():
        raise Invalid({"rejects": sentence("There is no directory {name}.", name=str(rejects.parent))})


def _silent(done: int, total: int) -> None:
    """Tell nobody."""
