"""Change sets: taking back what a command did."""

from django.http import HttpResponse
from ninja import Router

from opportune.api.answers import answer
from opportune.api.asking import Request
from opportune.ledger.undo import undo
from opportune.schemas.change_set import UndoneShown, undone_shown

router = Router(tags=["change sets"])


@router.post("{int:change_set_id}/undo", response=UndoneShown)
def undo_change_set(request: Request, change_set_id: int) -> HttpResponse:
    """Undo a change set; the header `Change-Set` of every write names it. Undoing an undo is redo."""
    return answer(undone_shown(undo(request.auth, change_set_id)))
