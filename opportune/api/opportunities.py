"""Opportunities: list, summary, record, create, change."""

from http import HTTPStatus

from django.http import HttpResponse
from ninja import Query, Router

from opportune.api.answers import answer, made
from opportune.api.asking import Request, filtered, language_of, version_seen, wanted
from opportune.customers.queries import readable_history
from opportune.kernel.errors import NotFound
from opportune.kernel.records import RecordRef
from opportune.opportunities import actions, queries
from opportune.opportunities.filters import OpportunityFilter
from opportune.process.queries import processes
from opportune.schemas.change_set import ChangeList, ChangeShown
from opportune.schemas.opportunity import (
    EntryList,
    OpportunityPage,
    OpportunityShown,
    entries_shown,
    listed,
    opportunity_shown,
)
from opportune.schemas.opportunity_commands import OpportunityChanges, OpportunityGiven, place_of
from opportune.schemas.page import Paging
from opportune.schemas.shapes import Day
from opportune.schemas.summary import SummaryShown, summary_of

router = Router(tags=["opportunities"])


@router.get("", response=OpportunityPage)
@filtered(OpportunityFilter)
def list_opportunities(request: Request, paging: Query[Paging]) -> HttpResponse:
    """The opportunities that match, by pages. `sort` is a column, descending with a minus before it."""
    return page_of(request, paging)


@router.get("summary", response=SummaryShown)
@filtered(OpportunityFilter)
def summarise_opportunities(request: Request, as_of: Query[Day | None] = None) -> HttpResponse:
    """Exact totals of all that match, now or at the end of a day: counts, and sums in base currency."""
    request.auth.demand("opportunity", "read")
    found = queries.totals(request.auth, wanted(request, OpportunityFilter), as_of=as_of)
    return answer(summary_of(found, processes()))


@router.post("", response={201: OpportunityShown})
def create_opportunity(request: Request, given: OpportunityGiven) -> HttpResponse:
    """Create an opportunity for exactly one customer: an account or a contact.

    A request repeated under the same header `Idempotency-Key` makes one opportunity only.
    """
    once = request.headers.get("Idempotency-Key", "")
    deal = actions.create(request.auth, given.given("process", "stage"), once=once, **place_of(given))
    return made(one(request, deal.pk), f"opportunities/{deal.pk}")


@router.get("{int:opportunity_id}", response=OpportunityShown)
def show_opportunity(request: Request, opportunity_id: int) -> HttpResponse:
    """One opportunity; its ETag is its version."""
    return one(request, opportunity_id)


@router.patch("{int:opportunity_id}", response={200: OpportunityShown, 204: None})
def change_opportunity(request: Request, opportunity_id: int, given: OpportunityChanges) -> HttpResponse:
    """Change fields of an open opportunity. Changes made meanwhile to other fields are kept.

    Answered with 204 when it went to somebody whose opportunities you do not see.
    """
    seen = version_seen(request, given.version)
    actions.edit(request.auth, opportunity_id, given.given("version"), version=seen)
    return given_away(request, opportunity_id)


@router.delete("{int:opportunity_id}", response={204: None})
def delete_opportunity(request: Request, opportunity_id: int) -> HttpResponse:
    """Put a closed opportunity into the bin.

    An open one is refused with `switched_off` while the setting `allow_deleting_open` is off: close it first.
    """
    actions.delete_opportunity(request.auth, opportunity_id, version=version_seen(request))
    return HttpResponse(status=204)


@router.get("{int:opportunity_id}/entries", response=EntryList)
def list_entries(request: Request, opportunity_id: int) -> HttpResponse:
    """The intervals of an opportunity's life, the newest first."""
    record = queries.opportunity(request.auth, opportunity_id)
    return answer(entries_shown(record, language_of(request)))


@router.get("{int:opportunity_id}/history", response=ChangeList)
def show_history(request: Request, opportunity_id: int) -> HttpResponse:
    """What was changed on an opportunity, by whom and when, the newest first."""
    record = queries.opportunity(request.auth, opportunity_id)
    changes = readable_history(request.auth, RecordRef("opportunity", record.row.id), record.fields)
    return answer(ChangeList(items=[ChangeShown.model_validate(change) for change in changes]))


def page_of(request: Request, paging: Paging, **fixed: object) -> HttpResponse:
    """A page of the opportunities that the query parameters and the address ask for."""
    request.auth.demand("opportunity", "read")
    found = queries.opportunities(
        request.auth, wanted(request, OpportunityFilter, **fixed), after=paging.after, limit=paging.limit
    )
    rows = listed(found.rows, processes(), language_of(request))
    return answer(OpportunityPage(items=list(rows), next=found.next))


def one(request: Request, opportunity_id: int) -> HttpResponse:
    """One opportunity as it stands now."""
    record = queries.opportunity(request.auth, opportunity_id)
    return answer(opportunity_shown(record, language_of(request)), version=record.row.version)


def given_away(request: Request, opportunity_id: int) -> HttpResponse:
    """One opportunity after it may have changed hands: nothing of it where the new owner's are out of sight."""
    try:
        return one(request, opportunity_id)
    except NotFound:
        return HttpResponse(status=HTTPStatus.NO_CONTENT)
