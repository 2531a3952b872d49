"""Deleting opportunities, one, several or all closed ones that match."""

from django.http import HttpResponse
from ninja import Router

from opportune.api.answers import answer
from opportune.api.asking import Request, language_of
from opportune.opportunities import actions, queries
from opportune.opportunities.deletion_filter import DeletionFilter
from opportune.schemas.opportunity_deletion import (
    DealDeletionShown,
    DeletionGiven,
    DeletionOutcome,
    deal_deletion_shown,
    outcome_shown,
    preview_shown,
)

router = Router(tags=["opportunities"])


@router.get("{int:opportunity_id}/deletion", response=DealDeletionShown)
def preview_deletion_of_opportunity(request: Request, opportunity_id: int) -> HttpResponse:
    """What deleting an opportunity would do, and why it is refused, if it is."""
    found = queries.deal_deletion(request.auth, opportunity_id)
    return answer(deal_deletion_shown(found, language_of(request)))


@router.post("deletion", response=DeletionOutcome)
def delete_opportunities(request: Request, given: DeletionGiven) -> HttpResponse:
    """Put opportunities into the bin: those of some ids, or all closed ones that match a filter (B-032).

    What cannot be deleted is left and named, with `switched_off` (open), `not_permitted` or `not_found`.
    """
    request.auth.demand("opportunity", "delete")
    given.demand_one()
    language = language_of(request)
    if given.ids is not None:
        return answer(outcome_shown(actions.delete_many(request.auth, ids=given.ids), language))
    wanted = DeletionFilter.read(given.filter or {}, request.auth)
    if given.preview:
        return answer(preview_shown(queries.matching_deletion(request.auth, wanted), language))
    return answer(outcome_shown(actions.delete_matching(request.auth, wanted), language))
