"""What colleagues have changed on a board or a list, for pages that ask every few seconds: only what is others now."""

from typing import Any

from django.http import HttpResponse
from django.utils.translation import gettext
from django.views.decorators.http import require_GET

from opportune.kernel import clock
from opportune.opportunities.filters import OpportunityFilter
from opportune.opportunities.months import lane_of
from opportune.opportunities.queries import (
    News,
    board,
    closings,
    colleagues,
    forecast,
    matching,
    news,
    places,
    rows_by_id,
    totals,
)
from opportune.opportunities.queries.board import CARDS
from opportune.process.queries import processes
from opportune.web.opportunities import columns
from opportune.web.opportunities.board import board_filter, chosen_process, lanes_context
from opportune.web.opportunities.forecasting import forecast_context
from opportune.web.opportunities.lanes import key_of
from opportune.web.opportunities.rows import rows_context
from opportune.web.opportunities.shown import Shown, marked, unchanged
from opportune.web.pages import SignedIn, page, signed_in
from opportune.web.viewer import viewer

ABOUT_NEWS = frozenset({"since", "shown"})


@require_GET
@signed_in
def on_board(request: SignedIn, key: str) -> HttpResponse:
    """The lanes of a board in which something has changed since the page was drawn, with the sums of all."""
    shown, now = Shown.read(request), clock.now()
    found = news(request.actor, shown.versions, shown.since)
    if not found.is_new(shown.told):
        return unchanged(now)
    process = chosen_process(processes(), key)
    wanted = board_filter(request.GET.dict(), request.actor)
    here = places(request.actor, process, wanted, found.there)
    left = {shown.lanes[one] for one in found.there | found.gone if one in shown.lanes}
    stages = {key_of(stage): stage.id if stage else None for stage in (None, *process.stages)}
    only = {one for lane, one in stages.items() if one in here.values() or lane in left}
    if not only:
        return unchanged(now)
    drawn = board(request.actor, process, wanted, only=only, limit=max(CARDS, shown.most))
    context = {**lanes_context(drawn, wanted.parameters()), **_told(request, found, shown)}
    return marked(page(request, "opportunities/board_news.html", context), found, now)


@require_GET
@signed_in
def on_forecast(request: SignedIn, key: str) -> HttpResponse:
    """The lanes of a forecast in which something has changed since the page was drawn, with the sums of all."""
    shown, now = Shown.read(request), clock.now()
    found = news(request.actor, shown.versions, shown.since)
    if not found.is_new(shown.told):
        return unchanged(now)
    process, today = chosen_process(processes(), key), viewer().today
    wanted = board_filter(request.GET.dict(), request.actor)
    here = closings(request.actor, process, wanted, found.there)
    only = {lane_of(close, today) for close in here.values()}
    only |= {shown.lanes[one] for one in found.there | found.gone if one in shown.lanes}
    if not only:
        return unchanged(now)
    drawn = forecast(request.actor, process, wanted, today, only=only, limit=max(CARDS, shown.most))
    context = {**forecast_context(drawn, wanted.parameters()), **_told(request, found, shown)}
    return marked(page(request, "opportunities/board_news.html", context), found, now)


@require_GET
@signed_in
def on_list(request: SignedIn) -> HttpResponse:
    """The rows of a list that have changed since the page was drawn, which are gone, and how many match now besides."""
    shown, now = Shown.read(request), clock.now()
    found = news(request.actor, shown.versions, shown.since)
    if not found.is_new(shown.told):
        return unchanged(now)
    asked = {name: value for name, value in request.GET.dict().items() if name not in ABOUT_NEWS}
    chosen = columns.chosen(request.actor, asked.pop("columns", ""))
    wanted = OpportunityFilter.read(asked, request.actor)
    rows = rows_by_id(request.actor, found.there & shown.versions.keys())
    arrived = matching(request.actor, wanted, found.there - shown.versions.keys())
    if not (rows or found.gone or arrived):
        return unchanged(now)
    context = {
        **rows_context(request, list(rows.values()), chosen),
        **_told(request, found, shown),
        "rows": rows.values(),
        "gone": found.gone,
        "arrived": len(arrived),
        "totals": totals(request.actor, wanted),
        "parameters": asked,
    }
    return marked(page(request, "opportunities/list_news.html", context), found, now)


def _told(request: SignedIn, found: News, shown: Shown) -> dict[str, Any]:
    """Who changed which deal, in words."""
    said = gettext("Changed by {name}")
    by = colleagues(request.actor, found.there, shown.since)
    return {"by": {str(one): said.format(name=name) for one, name in by.items()}}
