"""The board."""

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any

from django.http import HttpResponse
from django.urls import reverse
from django.views.decorators.http import require_GET

from opportune.identity.actor import Actor
from opportune.identity.queries import people
from opportune.kernel import clock
from opportune.kernel.errors import NotFound
from opportune.kernel.parameters import record_id
from opportune.kernel.sentences import sentence
from opportune.opportunities.destinations import destinations
from opportune.opportunities.filters import OpportunityFilter
from opportune.opportunities.queries import Board, board, board_column, whereabouts
from opportune.process.queries import ProcessPicture, process_by_id, processes
from opportune.reference.queries import organisation_settings
from opportune.web.opportunities.lanes import key_of, refusals, stage_lane, stages_of
from opportune.web.opportunities.panels import filter_panel, refused_in_panel
from opportune.web.pages import SignedIn, page, signed_in
from opportune.web.settings.categories import category_name
from opportune.web.typed import Typed
from opportune.web.viewer import viewer

BOARD_PARAMETERS = frozenset(OpportunityFilter.PARAMETERS) - {"status", "process", "stage", "sort"}


@require_GET
@signed_in
@refused_in_panel("board")
def show(request: SignedIn, key: str = "") -> HttpResponse:
    """The open deals of a process by stage, now or at the end of the day `as_of` (domain.md §3), when nothing moves."""
    shown = processes(with_retired=False)
    process = chosen_process(shown, key)
    wanted, as_of = board_filter(request.GET.dict(), request.actor), past_day(request)
    since = clock.now()
    found = board(request.actor, process, wanted, as_of=as_of)
    context = {
        "since": since.isoformat(),
        **lanes_context(found, _parameters(wanted, as_of), is_past=as_of is not None),
        "as_of": as_of,
        "processes": shown,
        "people": people(),
        "category": category_name(wanted.category),
    }
    return page(request, "opportunities/board.html", context)


@require_GET
@signed_in
@refused_in_panel("board", "board_of")
def filters(request: SignedIn, key: str) -> HttpResponse:
    """What the board can be narrowed by."""
    process = chosen_process(processes(), key)
    wanted = board_filter(request.GET.dict(), request.actor)
    parameters = _parameters(wanted, past_day(request))
    return filter_panel(request, reverse("board_of", args=[process.key]), parameters, of="board")


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
    is_past = as_of is not None
    context = {
        "lane": stage_lane(shown, process, _parameters(wanted, as_of), is_past=is_past),
        "stages": stages_of(process),
        "is_past": is_past,
        "act": "move",
    }
    return page(request, "opportunities/board_more.html", context)


@require_GET
@signed_in
def where(request: SignedIn, opportunity_id: int) -> HttpResponse:
    """Why stages would refuse a deal now, while its card is held over them: of its process, or of `process`."""
    asked = record_id(request.GET.get("process", ""))
    process_id = asked or whereabouts(request.actor, opportunity_id).process_id
    found = destinations(request.actor, opportunity_id, process_by_id(process_id))
    return refusals({key_of(one.stage): (one.reason, one.asks) for one in found if one.reason is not None})


def lanes_context(found: Board, parameters: Mapping[str, str], *, is_past: bool = False) -> dict[str, Any]:
    """What the lanes of a board are drawn from."""
    return {
        "process": found.process,
        "lanes": [stage_lane(one, found.process, parameters, is_past=is_past) for one in found.columns],
        "order": [key_of(stage) for stage in (None, *found.process.stages)],
        "stages": stages_of(found.process),
        "sum": found.sum,
        "parameters": parameters,
        "weighted": False,
        "act": "move",
    }


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
