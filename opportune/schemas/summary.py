"""Totals of opportunities: counts, values and expected revenue in base currency."""

from collections.abc import Iterable

from opportune.opportunities.queries import Sum, Totals
from opportune.process.queries import ProcessPicture
from opportune.schemas.shapes import Exact, Shown

NO_STAGE = "-"


class SumShown(Shown):
    """How many opportunities, their value and expected revenue."""

    count: int
    value: Exact
    expected: Exact


class SummaryShown(SumShown):
    """The whole, its parts by status (all four), and by stage.

    A stage's key is `process/stage`, such as `sales/qualify`; `sales/-` has those of the process in no stage.
    Closed ones count in the stage they were closed in. Only stages that hold some are there.
    """

    by_status: dict[str, SumShown]
    by_stage: dict[str, SumShown]


def summary_of(totals: Totals, processes: Iterable[ProcessPicture]) -> SummaryShown:
    """Totals with the keys of processes and stages instead of their ids, in the order of the processes."""
    by_stage = {
        f"{process.key}/{stage.key if stage else NO_STAGE}": _sum(totals.by_stage[key])
        for process in processes
        for stage in (None, *process.stages)
        if (key := (process.id, stage.id if stage else None)) in totals.by_stage
    }
    whole = _sum(totals.all)
    return SummaryShown(
        count=whole.count,
        value=whole.value,
        expected=whole.expected,
        by_status={status: _sum(part) for status, part in totals.by_status.items()},
        by_stage=by_stage,
    )


def _sum(part: Sum) -> SumShown:
    return SumShown(count=part.count, value=part.value, expected=part.expected)
