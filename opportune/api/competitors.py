"""Competitors, and the opportunities each stands on."""

from django.http import HttpResponse
from ninja import Query, Router

from opportune.api.answers import answer, made
from opportune.api.asking import Request, filtered, version_seen
from opportune.api.opportunities import page_of
from opportune.opportunities import actions, queries
from opportune.opportunities.filters import OpportunityFilter
from opportune.schemas.competitor import CompetitorChanges, CompetitorGiven, CompetitorPage, CompetitorShown
from opportune.schemas.opportunity import OpportunityPage
from opportune.schemas.page import Paging
from opportune.schemas.shapes import Text

router = Router(tags=["competitors"])


@router.get("", response=CompetitorPage)
def list_competitors(
    request: Request, paging: Query[Paging], text: Query[Text | None] = None
) -> HttpResponse:
    """The competitors, by name; `text` asks for those whose name has it."""
    found = queries.competitors(request.auth, text=text or "", after=paging.after, limit=paging.limit)
    rows = [CompetitorShown.model_validate(row) for row in found.rows]
    return answer(CompetitorPage(items=rows, next=found.next))


@router.post("", response={201: CompetitorShown})
def create_competitor(request: Request, given: CompetitorGiven) -> HttpResponse:
    """Add a competitor. No two share a name, however it is written."""
    competitor = actions.create_competitor(request.auth, given.given())
    return made(_competitor(request, competitor.pk), f"competitors/{competitor.pk}")


@router.get("{int:competitor_id}", response=CompetitorShown)
def show_competitor(request: Request, competitor_id: int) -> HttpResponse:
    """One competitor; its ETag is its version."""
    return _competitor(request, competitor_id)


@router.patch("{int:competitor_id}", response=CompetitorShown)
def change_competitor(request: Request, competitor_id: int, given: CompetitorChanges) -> HttpResponse:
    """Change a competitor's name, website, strengths or weaknesses. No two share a name."""
    seen = version_seen(request, given.version)
    actions.edit_competitor(request.auth, competitor_id, given.given("version"), version=seen)
    return _competitor(request, competitor_id)


@router.delete("{int:competitor_id}", response={204: None})
def remove_competitor(request: Request, competitor_id: int) -> HttpResponse:
    """Put a competitor into the bin. Refused while an opportunity names it."""
    actions.remove_competitor(request.auth, competitor_id)
    return HttpResponse(status=204)


@router.get("{int:competitor_id}/opportunities", response=OpportunityPage)
@filtered(OpportunityFilter)
def list_opportunities_of_competitor(
    request: Request, competitor_id: int, paging: Query[Paging]
) -> HttpResponse:
    """The opportunities a competitor stands on, and those lost to it."""
    queries.competitor(request.auth, competitor_id)
    return page_of(request, paging, competitor=competitor_id)


def _competitor(request: Request, competitor_id: int) -> HttpResponse:
    row = queries.competitor(request.auth, competitor_id)
    return answer(CompetitorShown.model_validate(row), version=row.version)
