"""The board of one process: a column per stage, exact counts and sums, cards by pages; now, or as of a past day.

A column's cards are found by their ids in an index first; what they show is read for all columns at once.
"""

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.db.models import Q, QuerySet

from opportune.identity.actor import Actor
from opportune.opportunities.filters import OpportunityFilter
from opportune.opportunities.models import OPEN, STILL_OPEN, Opportunity, OpportunityQuerySet
from opportune.opportunities.queries.listing import OpportunityRow, columns, rows_of
from opportune.opportunities.queries.next_tasks import NextTask, next_tasks
from opportune.opportunities.queries.then import rows_then
from opportune.opportunities.queries.totals import Sum, added_up, standing_at, sums_by, visible_deals
from opportune.process.queries import ProcessPicture, StagePicture
from opportune.reference.queries import CategoryRow, categories_of
from opportune.storage.groups import first_of_each, walked
from opportune.storage.keyset import read_page
from opportune.storage.prepared import prepared

CARDS = 40
_Pages = Mapping[int | None, tuple[list[int], str | None]]


@dataclass(frozen=True, slots=True)
class BoardCard:
    """A deal, its next task if it has one, and the categories it is in; of the past neither is known."""

    deal: OpportunityRow
    next_task: NextTask | None = None
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


@dataclass(frozen=True, slots=True)
class _Ground:
    """The open deals of a process that match: rows to find them among, and how to read those that are found.

    No index has the past in order, so it is walked through once for all columns.
    """

    rows: QuerySet[Any]
    sums: Callable[[], Mapping[int | None, Sum]]
    read: Callable[[Sequence[int]], Mapping[int, BoardCard]]
    is_past: bool = False

    def survey(self, stages: Sequence[int | None], limit: int) -> tuple[Mapping[int | None, Sum], _Pages]:
        """The sums of all columns, and the first cards of these, as `page` finds them for one."""
        if self.is_past:
            sums, pages = walked(
                self.rows, "stage_id", stages, "estimated_close_on", limit, ("value_base", "expected_base")
            )
            return {stage: Sum(*part) for stage, part in sums.items()}, pages
        now = self.sums()
        filled = [stage for stage in stages if stage in now]
        return now, first_of_each(self.rows.order_by(), "stage_id", filled, "estimated_close_on", limit)

    def page(self, stage: StagePicture | None, after: str | None, limit: int) -> tuple[list[int], str | None]:
        """The ids of the cards of a column from a cursor on, and the cursor of the next ones."""
        found, following = read_page(
            self.rows.filter(Q(stage_id=stage.id) if stage else Q(stage__isnull=True)).values(
                "id", "estimated_close_on"
            ),
            "estimated_close_on",
            descending=False,
            cursor=after,
            limit=limit,
            read=date.fromisoformat,
            may_be_empty=True,
        )
        return [row["id"] for row in found], following


def board(
    actor: Actor,
    process: ProcessPicture,
    wanted: OpportunityFilter,
    *,
    limit: int = CARDS,
    only: Collection[int | None] | None = None,
    as_of: date | None = None,
) -> Board:
    """The open deals of a process, `as_of` a day as they stood at its end. The stages alone decide the queries.

    With `only`, no columns but those of these stages (none: not started), as after a move; the sum is that of all.
    """
    ground = _ground(actor, process, wanted, as_of)
    every: list[StagePicture | None] = [None, *process.stages]
    places = {_id_of(stage) for stage in every}
    shown = [stage for stage in every if _id_of(stage) in (places if only is None else only)]
    sums, pages = ground.survey([_id_of(stage) for stage in shown], limit)
    if only is None:
        shown = [stage for stage in shown if stage is not None or None in sums]
    firsts = [pages.get(_id_of(stage), ([], None)) for stage in shown]
    cards = ground.read([card for ids, _ in firsts for card in ids])
    made = [
        BoardColumn(
            stage, sums.get(_id_of(stage), Sum()), [cards[card] for card in ids if card in cards], following
        )
        for stage, (ids, following) in zip(shown, firsts, strict=True)
    ]
    return Board(process, made, sum((part for stage, part in sums.items() if stage in places), Sum()))


def board_column(
    actor: Actor,
    process: ProcessPicture,
    stage_id: int | None,
    wanted: OpportunityFilter,
    *,
    after: str | None = None,
    limit: int = CARDS,
    as_of: date | None = None,
) -> BoardColumn:
    """One column, from a cursor on: how a column is paged."""
    stage = process.stage(stage_id)
    ground = _ground(actor, process, wanted, as_of)
    ids, following = ground.page(stage, after, limit)
    cards = ground.read(ids)
    part = ground.sums().get(stage_id, Sum())
    return BoardColumn(stage, part, [cards[card] for card in ids if card in cards], following)


def places(
    actor: Actor, process: ProcessPicture, wanted: OpportunityFilter, ids: Collection[int]
) -> Mapping[int, int | None]:
    """Those of the deals that stand on a board now, and in which stage of it (none: not started)."""
    return dict(_standing(actor, process, wanted, ids).values_list("id", "stage_id")) if ids else {}


def closings(
    actor: Actor, process: ProcessPicture, wanted: OpportunityFilter, ids: Collection[int]
) -> Mapping[int, date | None]:
    """Those of the deals that stand on a board now, and when they are estimated to close."""
    rows = _standing(actor, process, wanted, ids)
    return dict(rows.values_list("id", "estimated_close_on")) if ids else {}


def _standing(
    actor: Actor, process: ProcessPicture, wanted: OpportunityFilter, ids: Collection[int]
) -> QuerySet[Any]:
    here = Q(process_id=process.id) & STILL_OPEN
    return visible_deals(actor).filter(here, wanted.condition(actor), pk__in=ids)


def _id_of(stage: StagePicture | None) -> int | None:
    return stage.id if stage else None


def _ground(actor: Actor, process: ProcessPicture, wanted: OpportunityFilter, as_of: date | None) -> _Ground:
    here = Q(process_id=process.id) & STILL_OPEN
    if as_of is not None:
        rows = standing_at(actor, as_of).filter(here, wanted.condition(actor, of_entries=True))
        return _Ground(
            rows,
            lambda: _by_stage(added_up(rows, ["stage_id"])),
            lambda ids: {key: BoardCard(row) for key, row in rows_then(actor, ids).items()},
            is_past=True,
        )
    open_here = Q(process_id=process.id, status__in=OPEN)
    return _Ground(
        visible_deals(actor).filter(here, wanted.condition(actor)),
        lambda: _by_stage(sums_by(["stage_id"], actor, wanted, here, open_here)),
        lambda ids: cards_of(actor, ids),
    )


def _by_stage(sums: Mapping[tuple[Any, ...], Sum]) -> dict[int | None, Sum]:
    return {stage: part for (stage,), part in sums.items()}


@prepared
def _rows(ids: Sequence[int], *, actor: Actor) -> QuerySet[Any, Any]:
    return columns(OpportunityQuerySet(Opportunity).filter(pk__in=ids), actor)


def cards_of(actor: Actor, ids: Sequence[int]) -> Mapping[int, BoardCard]:
    """What cards show, by the ids of deals that the actor may see."""
    rows = rows_of(_rows(ids, actor=actor)) if ids else []
    tasks, marks = next_tasks(actor, ids), categories_of(Opportunity.kind, ids)
    return {row.id: BoardCard(row, tasks.get(row.id), marks.get(row.id, ())) for row in rows}
