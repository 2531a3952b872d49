"""From one deal to the next, through the list or board one came from.

Where one came from is a page of this site: the address says it as `from`, else the browser does as it follows a link.
So a list need not write it into each of its rows, and all of it works without script.
"""

from dataclasses import dataclass, replace
from urllib.parse import parse_qs, parse_qsl, urlencode, urlsplit

from django.http import HttpRequest
from django.urls import Resolver404, resolve, reverse

from opportune.identity.actor import Actor
from opportune.kernel.errors import OpportuneError
from opportune.opportunities.filters import OpportunityFilter
from opportune.opportunities.queries import Neighbours, neighbours
from opportune.process.queries import processes
from opportune.web.back import safe
from opportune.web.opportunities.board import board_filter, chosen_process
from opportune.web.pages import SignedIn


@dataclass(frozen=True, slots=True)
class Way:
    """The page one came from, none if it was neither list nor board, and the deals beside this one there."""

    address: str = ""
    is_board: bool = False
    beside: Neighbours | None = None

    def to(self, opportunity_id: int) -> str:
        """A deal's page, reached on this way."""
        page = reverse("opportunity", args=[opportunity_id])
        return f"{page}?{urlencode({'from': self.address})}" if self.address else page


def way_of(request: SignedIn, opportunity_id: int, asked: str | None = None) -> Way:
    """The way on which a request came to a deal; `asked` is its `from` where the request has it elsewhere."""
    address = asked if asked is not None else request.GET.get("from") or _referred(request, opportunity_id)
    found = _filter(request.actor, address)
    if found is None:
        return Way()
    wanted, is_board = found
    return Way(address, is_board, neighbours(request.actor, wanted, opportunity_id))


def _referred(request: HttpRequest, opportunity_id: int) -> str:
    """The page of this site that a link was followed on; on the deal's own page, the one that was come from there."""
    parts = urlsplit(safe(request, request.headers.get("Referer", ""), ""))
    if parts.path == reverse("opportunity", args=[opportunity_id]):
        return parse_qs(parts.query).get("from", [""])[0]
    return f"{parts.path}?{parts.query}" if parts.query else parts.path


def _filter(actor: Actor, address: str) -> tuple[OpportunityFilter, bool] | None:
    """What a list or board shows, in its order; none for what is neither, or asks for what there is not."""
    parts = urlsplit(address)
    if parts.scheme or parts.netloc:
        return None
    try:
        match = resolve(parts.path)
        parameters = dict(parse_qsl(parts.query))
        if match.url_name == "opportunities":
            named = {
                name: value for name, value in parameters.items() if name in OpportunityFilter.PARAMETERS
            }
            return OpportunityFilter.read(named, actor), False
        if match.url_name in ("board", "board_of"):
            process = chosen_process(processes(with_retired=False), match.kwargs.get("key", ""))
            wanted = board_filter(parameters, actor)
            return replace(wanted, status="open", process_id=process.id, sort="close", descending=False), True
    except (Resolver404, ValueError, OpportuneError):
        return None
    return None
