"""Finding records by words."""

from django.http import HttpResponse
from ninja import Query, Router

from opportune.api.answers import answer
from opportune.api.asking import Request
from opportune.schemas.search import HitList, HitShown, Search
from opportune.search.queries import find

router = Router(tags=["search"])


@router.get("", response=HitList)
def search_records(request: Request, search: Query[Search]) -> HttpResponse:
    """The records that have all the words, in any spelling: opportunities, accounts, contacts, campaigns, segments."""
    request.auth.demand_any("read")
    kinds = None if search.kind is None else [search.kind]
    found = find(request.auth, search.q, kinds=kinds, limit=search.limit)
    return answer(HitList(items=[HitShown.model_validate(hit) for hit in found]))
