"""How an import ended, and what taking one back has kept."""

from opportune.importing.runs import ImportReport
from opportune.ledger.undo import Undone
from opportune.schemas.change_set import FacetShown, undone_shown
from opportune.schemas.shapes import Shown


class RefusedRowsShown(Shown):
    """A reason why rows were refused, and how many were."""

    reason: str
    count: int


class ImportShown(Shown):
    """An import's job, rows taken in, rows that were there already, rows refused, the file they are in, and why."""

    job: int
    imported: int
    skipped: int
    refused: int
    rejects: str | None
    reasons: list[RefusedRowsShown]


class ImportUndoneShown(Shown):
    """How many records an undone import had made and has lost again, and what was kept."""

    job: int
    restored: int
    kept: list[FacetShown]


def import_shown(report: ImportReport) -> ImportShown:
    """An import's outcome."""
    return ImportShown(
        job=report.job_id,
        imported=report.imported,
        skipped=report.skipped,
        refused=report.refused,
        rejects=None if report.rejects is None else str(report.rejects),
        reasons=[RefusedRowsShown(reason=reason, count=count) for reason, count in report.reasons],
    )


def import_undone_shown(job_id: int, undone: Undone) -> ImportUndoneShown:
    """The outcome of taking an import back."""
    return ImportUndoneShown(
        job=job_id,
        restored=sum(facet == "record" for _, facet in undone.restored),
        kept=undone_shown(undone).kept,
    )
