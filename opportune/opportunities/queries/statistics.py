"""Statistics per process and stage: what stands there now, and how long deals have stayed (BC §2.3, §2.4)."""

from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from itertools import groupby

from opportune.identity.actor import Actor
from opportune.kernel.money import rounded
from opportune.opportunities.filters import OpportunityFilter
from opportune.opportunities.models import Entry
from opportune.opportunities.queries.totals import Sum, totals, visible_deals
from opportune.opportunities.stays import ended_stays
from opportune.process.queries import ProcessPicture


@dataclass(frozen=True, slots=True)
class StageStatistics:
    """The open deals of a stage, and the days that stays there lasted on average, two decimals; none if none ended."""

    stage_id: int
    sum: Sum
    average_days: Decimal | None


@dataclass(frozen=True, slots=True)
class ProcessStatistics:
    """The open deals of a process, those without a stage among them, and of each of its stages in order."""

    process_id: int
    sum: Sum
    stages: Sequence[StageStatistics]


@dataclass(frozen=True, slots=True)
class _Held:
    """What is read of an entry to know the stays."""

    opportunity_id: int
    stage_id: int | None
    status: str
    on: date
    move: str
    change_set_id: int
    undoes_id: int | None


def statistics(actor: Actor, shown: Sequence[ProcessPicture]) -> list[ProcessStatistics]:
    """The statistics of processes, over the deals the actor may see; closed ones count for stays only (BC F2).

    In two queries, however many processes and deals there are.
    """
    whole = totals(actor, OpportunityFilter()).by_open_stage
    averages = _average_days(actor)
    return [
        ProcessStatistics(
            process.id,
            sum((part for (process_id, _), part in whole.items() if process_id == process.id), Sum()),
            [
                StageStatistics(stage.id, whole.get((process.id, stage.id), Sum()), averages.get(stage.id))
                for stage in process.stages
            ],
        )
        for process in shown
    ]


def _average_days(actor: Actor) -> dict[int, Decimal]:
    spent: dict[int, list[int]] = defaultdict(list)
    for _, entries in groupby(_held(actor), lambda entry: entry.opportunity_id):
        for stage_id, days in ended_stays(entries):
            spent[stage_id].append(days)
    return {stage_id: rounded(Decimal(sum(days)) / len(days), 2) for stage_id, days in spent.items()}


def _held(actor: Actor) -> Iterator[_Held]:
    rows = Entry.objects.filter(opportunity_id__in=visible_deals(actor).values("id"))
    columns = rows.order_by("opportunity_id", "at").values_list(
        "opportunity_id", "stage_id", "status", "on", "move", "change_set_id", "change_set__undoes_id"
    )
    return (_Held(*row) for row in columns.iterator(chunk_size=2000))
