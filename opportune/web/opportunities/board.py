"""The board."""

from collections.abc import Mapping, Sequence

from django.http import HttpResponse
from django.views.decorators.http import require_GET

from opportune.identity.actor import Actor
from opportune.identity.queries import people
from opportune.kernel.errors import NotFound
from opportune.kernel.parameters import record_id
from opportune.opportunities.filters import OpportunityFilter
from opportune.opportunities.queries import board, board_column
from opportune.process.queries import ProcessPicture, processes
from opportune.reference.queries import organisation_settings
from opportune.web.pages import SignedIn, page, signed_in
from opportune.web.settings.categories import category_filter

BOARD_PARAMETERS = frozenset(OpportunityFilter.PARAMETERS) - {"status", "process", "stage", "sort"}


@require_GET
@signed_in
def show(request: SignedIn, key: str = "") -> HttpResponse:
    """The open deals of a process by stage."""
    shown = processes(with_retired=False)
    process = chosen_process(shown, key)
    wanted = board_filter(request.GET.dict(), request.actor)
    return page(
        request,
        "opportunities/board.html",
        {
            "board": board(request.actor, process, wanted),
            "process": process,
            "processes": shown,
            "parameters": wanted.parameters(),
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
    shown = board_column(request.actor, process, stage_id, wanted, after=request.GET.get("after"))
    context = {"column": shown, "process": process, "parameters": wanted.parameters()}
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


def board_filter(parameters: Mapping[str, str], actor: Actor) -> OpportunityFilter:
    """The filter of a board's address; what does not concern boards is passed over."""
    return OpportunityFilter.read({n: v for n, v in parameters.items() if n in BOARD_PARAMETERS}, actor)
