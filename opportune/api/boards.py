"""The board of a process, now or as of a past day."""

from django.http import HttpResponse
from ninja import Query, Router

from opportune.api.answers import answer
from opportune.api.asking import Request, filtered, language_of, wanted
from opportune.opportunities.filters import OpportunityFilter
from opportune.opportunities.queries import board
from opportune.process.queries import process_by_id, processes
from opportune.schemas.board import BoardShown, ColumnSize, board_shown
from opportune.schemas.shapes import Day

router = Router(tags=["processes"])


@router.get("processes/{int:process_id}/board", response=BoardShown)
@filtered(OpportunityFilter)
def show_board(
    request: Request,
    process_id: int,
    size: Query[ColumnSize],
    as_of: Query[Day | None] = None,
) -> HttpResponse:
    """The open opportunities of a process by stage, with exact sums; `as_of` a day, as they stood at its end.

    Each stage has its first `limit` opportunities, the earliest estimated close first.
    """
    request.auth.demand("opportunity", "read")
    process = process_by_id(process_id)
    found = board(request.auth, process, wanted(request, OpportunityFilter), limit=size.limit, as_of=as_of)
    return answer(board_shown(found, list(processes()), language_of(request)))
