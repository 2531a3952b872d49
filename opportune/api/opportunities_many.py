"""Many opportunities at once: chosen by their ids, or all that match a filter. Each answer says what became of each."""

from django.http import HttpResponse
from ninja import Router

from opportune.api.answers import answer
from opportune.api.asking import Request, language_of
from opportune.opportunities import actions
from opportune.opportunities.actions import Outcomes
from opportune.schemas.opportunity_many import (
    ClosuresGiven,
    MovesGiven,
    OutcomesShown,
    OwnersGiven,
    RevaluationGiven,
    moves_asked,
    outcomes_shown,
)

router = Router(tags=["opportunities"])


@router.post("stage", response=OutcomesShown)
def move_opportunities(request: Request, given: MovesGiven) -> HttpResponse:
    """Move many opportunities to a stage, or by the same move. What cannot move is skipped, with the reason."""
    request.auth.demand("opportunity", "write")
    found = actions.move_many(request.auth, **given.chosen(request.auth), **moves_asked(given))
    return _outcomes(request, found)


@router.post("closure", response=OutcomesShown)
def close_opportunities(request: Request, given: ClosuresGiven) -> HttpResponse:
    """Win or lose many opportunities for one reason on one date, each at its estimated value."""
    request.auth.demand("opportunity", "write")
    how = given.model_dump(exclude={"ids", "filter"})
    return _outcomes(request, actions.close_many(request.auth, **given.chosen(request.auth), **how))


@router.put("owner", response=OutcomesShown)
def assign_opportunities(request: Request, given: OwnersGiven) -> HttpResponse:
    """Make someone else responsible for many opportunities."""
    request.auth.demand("opportunity", "assign")
    found = actions.assign_many(request.auth, owner_id=given.owner_id, **given.chosen(request.auth))
    return _outcomes(request, found)


@router.post("revaluation", response=OutcomesShown)
def revalue_opportunities(request: Request, given: RevaluationGiven) -> HttpResponse:
    """Have open opportunities in other currencies count at today's rates; needs the scope `right:administer`."""
    return _outcomes(request, actions.revalue(request.auth, currency=given.currency))


def _outcomes(request: Request, found: Outcomes) -> HttpResponse:
    return answer(outcomes_shown(found, language_of(request)))
