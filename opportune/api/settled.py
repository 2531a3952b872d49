"""What the organisation has settled: close reasons, lists, currencies.

Anybody who may read anything may read these.
"""

from typing import Literal

from django.http import HttpResponse
from ninja import Query, Router

from opportune.api.answers import answer, made
from opportune.api.asking import Request, language_of
from opportune.customers.queries import CUSTOMER_LISTS
from opportune.opportunities.values import CHOICE_LISTS
from opportune.reference import queries
from opportune.reference.actions import add_close_reason
from opportune.schemas.reference import (
    ChoiceLists,
    ChoiceListShown,
    ReasonGiven,
    ReasonList,
    ReasonShown,
    choice_shown,
    reason_shown,
)

router = Router(tags=["settings"])


@router.get("close-reasons", response=ReasonList)
def list_close_reasons(
    request: Request, outcome: Query[Literal["won", "lost"] | None] = None
) -> HttpResponse:
    """The reasons that a close form offers, of one outcome or of both (B-015)."""
    request.auth.demand_any("read")
    shown = [reason_shown(reason, language_of(request)) for reason in queries.offered_reasons(outcome)]
    return answer(ReasonList(items=shown))


@router.post("close-reasons", response={201: ReasonShown})
def create_close_reason(request: Request, given: ReasonGiven) -> HttpResponse:
    """Add a reason (B-016, B-017); a token needs the scope `right:add_close_reasons`."""
    reason = add_close_reason(request.auth, **given.model_dump())
    return made(answer(reason_shown(queries.reason_by_code(reason.code), language_of(request))))


@router.get("lists", response=ChoiceLists)
def list_choices(request: Request) -> HttpResponse:
    """The lists of choices that opportunities, accounts, contacts and connections draw on."""
    request.auth.demand_any("read")
    language = language_of(request)
    found = queries.choices_of([*CHOICE_LISTS, *(key for key in CUSTOMER_LISTS if key not in CHOICE_LISTS)])
    lists = [
        ChoiceListShown(key=key, choices=[choice_shown(choice, language) for choice in choices])
        for key, choices in found.items()
    ]
    return answer(ChoiceLists(items=lists))
