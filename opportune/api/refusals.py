"""What the machine codes of problems mean."""

from django.http import HttpResponse
from ninja import Router

from opportune.api.answers import answer
from opportune.api.asking import Request, language_of
from opportune.schemas.refusal import RefusalList, refusals_shown

router = Router(tags=["problems"])


@router.get("problems", response=RefusalList)
def list_problems(request: Request) -> HttpResponse:
    """Every code with which something can be refused: its cause, its meaning, the data that may come along."""
    request.auth.demand_any("read")
    return answer(refusals_shown(language_of(request)))
