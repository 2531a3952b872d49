"""The stages and steps of one process as they are shown, and shown again after something was done to them."""

from typing import Any
from urllib.parse import parse_qs, urlsplit

from django.http import HttpResponse
from django.urls import reverse
from django.utils.http import urlencode
from django.utils.translation import gettext

from opportune.kernel.errors import Conflict, NotFound, OpportuneError
from opportune.kernel.parameters import record_id
from opportune.opportunities.queries import statistics
from opportune.process.queries import ProcessPicture, StagePicture, processes
from opportune.reference.queries import organisation_settings
from opportune.web.conflicts import as_shown
from opportune.web.opportunities.names import field_names
from opportune.web.pages import SignedIn, go, is_htmx, page, problem, tell
from opportune.web.settings.forms import shown_text
from opportune.web.templating import said
from opportune.web.typed import Kept, Typed

IN_PLACE = ("name_en", "name_fr", "chance", "expected_days")
WAYS = {"up": -1, "down": 1}


def unfolded(request: SignedIn) -> tuple[int, ...]:
    """The stages whose steps are shown, as the address says that somebody looks at, or comes from."""
    address = request.headers.get("HX-Current-URL") or request.headers.get("Referer", "")
    given = request.GET.getlist("open")
    if request.method != "GET" or is_htmx(request):
        given = parse_qs(urlsplit(address).query).get("open", [])
    return tuple(number for number in map(record_id, given) if number is not None)


def address_of(process: ProcessPicture | None, unfolded: tuple[int, ...] = ()) -> str:
    """Where a process is shown, with some of its stages unfolded."""
    parameters = [("process", process.key)] if process else []
    given = [*parameters, *(("open", str(stage_id)) for stage_id in unfolded)]
    return f"{reverse('settings_process')}?{urlencode(given)}" if given else reverse("settings_process")


def tree_context(
    request: SignedIn, process: ProcessPicture | None, *, also: tuple[int, ...] = ()
) -> dict[str, Any]:
    """What the page of one process shows; the stages `also` are unfolded whatever the address says."""
    opened = (*unfolded(request), *also)
    return {
        "processes": processes(),
        "process": process,
        "field_names": field_names(),
        "figures": statistics(request.actor, [process])[0] if process else None,
        "default_process": organisation_settings().default_process,
        "unfolded": opened,
        "no_errors": Kept(),
        "folds": {stage.id: _toggled(process, opened, stage) for stage in process.stages} if process else {},
        "fields_of": {stage.id: carried_of(stage) for stage in process.stages} if process else {},
    }


def _toggled(process: ProcessPicture, opened: tuple[int, ...], stage: StagePicture) -> str:
    others = tuple(one for one in opened if one != stage.id)
    return address_of(process, others if stage.id in opened else (*others, stage.id))


def fields_of(stage: StagePicture) -> dict[str, str]:
    """What of a stage is edited where it stands, as it is typed."""
    return {name: shown_text(getattr(stage, name)) for name in IN_PLACE}


def carried_of(stage: StagePicture) -> dict[str, Any]:
    """What of a stage is edited where it stands, with what its form sends back."""
    return as_shown(fields_of(stage), stage.version)


def way_of(way: str) -> int:
    """By how many places an arrow moves. Raises NotFound."""
    if way not in WAYS:
        raise NotFound("page")
    return WAYS[way]


def place_of(request: SignedIn) -> tuple[int, tuple[int, ...]]:
    """Where somebody dropped a thing, from 0, and in which order they saw those that are there. Raises Invalid."""
    typed = Typed(request.POST.dict())
    position = typed.whole("position") or 0
    typed.demand()
    seen = (record_id(text) for text in typed.text("seen").split(","))
    return position, tuple(number for number in seen if number is not None)


def moved(
    request: SignedIn, process: ProcessPicture, text: str = "", *, also: tuple[int, ...] = ()
) -> HttpResponse:
    """The tree again after something in it was moved, with what undoes that."""
    if not text or not request.change_sets:
        text = gettext("Order changed.") if request.change_sets else gettext("It is at the edge already.")
    if not is_htmx(request):
        tell(request, text)
        return go(request, address_of(process, (*unfolded(request), *also)))
    undo = request.change_sets[-1] if request.change_sets else 0
    context = {**tree_context(request, process, also=also), "message": text, "undo": undo, "kind": "done"}
    return page(request, "settings/tree_moved.html", context)


def not_moved(request: SignedIn, process: ProcessPicture, error: OpportuneError) -> HttpResponse:
    """The tree as it is by now and why nothing was moved: somebody else was first, or took it away."""
    if not is_htmx(request) or not isinstance(error, Conflict | NotFound):
        return problem(request, error)
    context = {**tree_context(request, process), "message": said(error.message), "kind": "error"}
    return page(request, "settings/tree_moved.html", context, status=409)
