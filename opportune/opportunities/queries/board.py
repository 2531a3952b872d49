"""The board of one process: a column per stage, exact counts and sums, cards by pages."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date

from django.db.models import Q

from opportune.identity.actor import Actor
from opportune.opportunities.filters import OpportunityFilter
from opportune.opportunities.models import OPEN, Opportunity, OpportunityQuerySet
from opportune.opportunities.queries.listing import OpportunityRow, columns, rows_of
from opportune.opportunities.queries.next_tasks import NextTask, next_tasks
from opportune.opportunities.queries.totals import Sum, totals, visible_deals
from opportune.process.queries import ProcessPicture, StagePicture
from opportune.reference.queries import CategoryRow, categories_of
from opportune.storage.keyset import read_page

CARDS = 20


@dataclass(frozen=True, slots=True)
class BoardCard:
    """A deal, its next task if it has one, and the categories it is in."""

    deal: OpportunityRow
    next_task: NextTask | None
    categories: Sequence[CategoryRow] = ()


@dataclass(frozen=True, slots=True)
class BoardColumn:
    """A stage (none: not started), its exact sums over the whole filter, and its first cards."""

    stage: StagePicture | None
    sum: Sum
    cards: Sequence[BoardCard]
    next: str | None


@dataclass(frozen=True, slots=True)
class Board:
    """The columns in the order of the process, the not started first, and the sum of all."""

    process: ProcessPicture
    columns: Sequence[BoardColumn]
    sum: Sum


def board(
    actor: Actor,
    process: ProcessPicture,
    wanted: OpportunityFilter,
    *,
    limit: int = CARDS,
    only: Collection[int | None] | None = None,
) -> Board:
    """The open deals of a process. The number of queries depends on the stages only.

    With `only`, no columns but those of these stages (none: not started), as after a move; the sum is that of all.
    """
    whole = totals(actor, wanted)
    every: list[StagePicture | None] = [None, *process.stages]
    shown = [stage for stage in every if only is None or (stage.id if stage else None) in only]
    pages = [_page(actor, process, stage, wanted, None, limit) for stage in shown]
    tasks = next_tasks(actor, [row.id for rows, _ in pages for row in rows])
    marks = categories_of(Opportunity.kind, [row.id for rows, _ in pages for row in rows])
    made = [
        BoardColumn(
            stage,
            whole.by_open_stage.get((process.id, stage.id if stage else None), Sum()),
            [BoardCard(row, tasks.get(row.id), marks.get(row.id, ())) for row in rows],
            following,
        )
        for stage, (rows, following) in zip(shown, pages, strict=True)
    ]
    kept = [column for column in made if only is not None or column.stage is not None or column.sum.count]
    parts = (whole.by_open_stage.get((process.id, stage.id if stage else None), Sum()) for stage in every)
    return Board(process, kept, sum(parts, Sum()))


def board_column(
    actor: Actor,
    process: ProcessPicture,
    stage_id: int | None,
    wanted: OpportunityFilter,
    *,
    after: str | None = None,
    limit: int = CARDS,
) -> BoardColumn:
    """One column, from a cursor on: how a column is paged."""
    stage = process.stage(stage_id)
    rows, following = _page(actor, process, stage, wanted, after, limit)
    tasks = next_tasks(actor, [row.id for row in rows])
    marks = categories_of(Opportunity.kind, [row.id for row in rows])
    part = totals(actor, wanted).by_open_stage.get((process.id, stage_id), Sum())
    cards = [BoardCard(row, tasks.get(row.id), marks.get(row.id, ())) for row in rows]
    return BoardColumn(stage, part, cards, following)


def _page(
    actor: Actor,
    process: ProcessPicture,
    stage: StagePicture | None,
    wanted: OpportunityFilter,
    after: str | None,
    limit: int,
) -> tuple[list[OpportunityRow], str | None]:
    in_column: OpportunityQuerySet = (
        visible_deals(actor)
        .filter(process_id=process.id, status__in=OPEN)
        .filter(Q(stage_id=stage.id) if stage else Q(stage__isnull=True))
        .filter(wanted.condition(actor))
    )
    found, following = read_page(
        columns(in_column, actor, "estimated_close_on"),
        "estimated_close_on",
        descending=False,
        cursor=after,
        limit=limit,
        read=date.fromisoformat,
        may_be_empty=True,
    )
    return rows_of(found), following
