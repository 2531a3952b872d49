"""Colleagues, teams, and who is asking."""

from django.http import HttpResponse
from ninja import Query, Router

from opportune.api.answers import answer
from opportune.api.asking import Request, filtered
from opportune.api.opportunities import page_of
from opportune.identity import queries
from opportune.opportunities.filters import OpportunityFilter
from opportune.schemas.opportunity import OpportunityPage
from opportune.schemas.page import Paging
from opportune.schemas.person import (
    ActorShown,
    PersonList,
    PersonShown,
    TeamList,
    TeamShown,
    actor_shown,
)

router = Router(tags=["people"])


@router.get("me", response=ActorShown)
def show_me(request: Request) -> HttpResponse:
    """Whose token this is, and what it may do."""
    return answer(actor_shown(request.auth))


@router.get("people", response=PersonList)
def list_people(request: Request) -> HttpResponse:
    """Everybody who can be responsible, by name."""
    request.auth.demand_any("read")
    return answer(PersonList(items=[PersonShown.model_validate(person) for person in queries.people()]))


@router.get("people/{int:person_id}/opportunities", response=OpportunityPage)
@filtered(OpportunityFilter)
def list_opportunities_of_person(request: Request, person_id: int, paging: Query[Paging]) -> HttpResponse:
    """The opportunities somebody is responsible for (B-005)."""
    return page_of(request, paging, owner=person_id)


@router.get("teams", response=TeamList)
def list_teams(request: Request) -> HttpResponse:
    """The teams, by name."""
    request.auth.demand_any("read")
    return answer(TeamList(items=[TeamShown(id=team_id, name=name) for team_id, name in queries.teams()]))
