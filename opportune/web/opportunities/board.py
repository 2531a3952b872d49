"""The board."""

from collections.abc import Mapping, Sequence
from datetime import date

from django.http import HttpResponse
from django.views.decorators.http import require_GET

from opportune.identity.actor import Actor
from opportune.identity.queries import people
from opportune.kernel.errors import NotFound
from opportune.kernel.parameters import record_id
from opportune.kernel.sentences import sentence
from opportune.opportunities.filters import OpportunityFilter
from opportune.opportunities.queries import board, board_column
from opportune.process.queries import ProcessPicture, processes
from opportune.reference.queries import organisation_settings
from opportune.web.pages import SignedIn, page, signed_in
from opportune.web.settings.categories import category_filter
from opportune.web.typed import Typed
from opportune.web.viewer import viewer

BOARD_PARAMETERS = frozenset(OpportunityFilter.PARAMETERS) - {"status", "process", "stage", "sort"}


@require_GET
@signed_in
def show(request: SignedIn, key: str = "") -> HttpResponse:
    """The open deals of a process by stage, now or at the end of the day `as_of` (domain.md §3), when nothing moves."""
    shown = processes(with_retired=False)
    process = chosen_process(shown, key)
    wanted, as_of = board_filter(request.GET.dict(), request.actor), past_day(request)
    return page(
        request,
        "opportunities/board.html",
        {
            "board": board(request.actor, process, wanted, as_of=as_of),
            "as_of": as_of,
            "process": process,
            "processes": shown,
            "parameters": _parameters(wanted, as_of),
            "people": people(),
            **category_filter(wanted.category),
        },
    )


@require_GET
@signed_in
def column(request: SignedIn, key: str, stage: str) -> HttpResponse:
    """More cards of one column."""
    process = chosen_process(processes(), key)
    wanted = board_filter(request.GET.dict(), request.actor)
    stage_id = None if stage == "none" else record_id(stage)
    if stage != "none" and process.stage(stage_id) is None:
        raise NotFound("stage")
    as_of = past_day(request)
    shown = board_column(
        request.actor, process, stage_id, wanted, after=request.GET.get("after"), as_of=as_of
    )
    context = {
        "column": shown,
        "process": process,
        "parameters": _parameters(wanted, as_of),
        "is_past": as_of is not None,
    }
    return page(request, "opportunities/board_more.html", context)


def chosen_process(shown: Sequence[ProcessPicture], key: str) -> ProcessPicture:
    """The process of an address, the default one if it names none. Raises NotFound."""
    wanted = key or organisation_settings().default_process
    found = next((process for process in shown if process.key == wanted), None)
    if found is None and not key and shown:
        found = shown[0]
    if found is None:
        raise NotFound("process")
    return found


def past_day(request: SignedIn) -> date | None:
    """The day of the past that an address asks for. Raises Invalid for what is no day or one to come."""
    typed = Typed(request.GET.dict())
    day = typed.day("as_of")
    if day is not None and day > viewer().today:
        typed.errors["as_of"] = sentence("Choose a day that is over, or today.")
    typed.demand()
    return day


def _parameters(wanted: OpportunityFilter, as_of: date | None) -> dict[str, str]:
    return wanted.parameters() | ({"as_of": as_of.isoformat()} if as_of else {})


def board_filter(parameters: Mapping[str, str], actor: Actor) -> OpportunityFilter:
    """The filter of a board's address; what does not concern boards is passed over."""
    return OpportunityFilter.read({n: v for n, v in parameters.items() if n in BOARD_PARAMETERS}, actor)
