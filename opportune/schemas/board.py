"""The board of a process: its stages side by side, with exact sums and their first opportunities."""

from typing import Annotated

from pydantic import BaseModel, Field

from opportune.opportunities.queries import Board
from opportune.process.queries import ProcessPicture
from opportune.schemas.opportunity import OpportunityListed, listed
from opportune.schemas.page import LARGEST
from opportune.schemas.shapes import Exact, Shown


class ColumnSize(BaseModel):
    """How long the columns are."""

    limit: Annotated[int, Field(ge=1, le=LARGEST, description="How many of each stage at most.")] = 40


class BoardColumnShown(Shown):
    """A stage (none: not started), how many open opportunities match there, their sums, and the first of them."""

    stage_id: int | None
    stage: str | None
    stage_name: str | None
    count: int
    value: Exact
    expected: Exact
    items: list[OpportunityListed]


class BoardShown(Shown):
    """The columns in the order of the process, those not started first if there are some, and the sums of all.

    Of a past day, what entries do not hold is blank: since when an opportunity was in its stage, when it expires.
    """

    process_id: int
    process: str
    count: int
    value: Exact
    expected: Exact
    columns: list[BoardColumnShown]


def board_shown(board: Board, processes: list[ProcessPicture], language: str) -> BoardShown:
    """A board with the keys of stages, and their names in a reader's language."""
    return BoardShown(
        process_id=board.process.id,
        process=board.process.key,
        count=board.sum.count,
        value=board.sum.value,
        expected=board.sum.expected,
        columns=[
            BoardColumnShown(
                stage_id=column.stage.id if column.stage else None,
                stage=column.stage.key if column.stage else None,
                stage_name=column.stage.name(language) if column.stage else None,
                count=column.sum.count,
                value=column.sum.value,
                expected=column.sum.expected,
                items=list(listed([card.deal for card in column.cards], processes, language)),
            )
            for column in board.columns
        ],
    )
