"""What colleagues have changed on a board or a list, for pages that ask every few seconds: only what is others now."""

from collections.abc import Callable
from typing import Any

from django.http import HttpResponse
from django.urls import reverse
from django.utils.translation import gettext
from django.views.decorators.http import require_GET

from opportune.kernel import clock
from opportune.opportunities.filters import OpportunityFilter
from opportune.opportunities.months import lane_of
from opportune.opportunities.queries import (
    News,
    arrived,
    board,
    closings,
    colleagues,
    forecast,
    news,
    places,
    rows_by_id,
    totals,
)
from opportune.opportunities.queries.news import FEW
from opportune.process.queries import processes
from opportune.web.opportunities import columns
from opportune.web.opportunities.board import board_filter, chosen_process, lanes_context
from opportune.web.opportunities.forecasting import forecast_context, forecast_parameters
from opportune.web.opportunities.lanes import key_of
from opportune.web.opportunities.rows import rows_context
from opportune.web.opportunities.shown import ABOUT_NEWS, Shown, marked, unchanged
from opportune.web.pages import SignedIn, page, signed_in
from opportune.web.viewer import viewer

Drawn = tuple[str, dict[str, Any]] | None
"""A template and what it needs; nothing if none of it concerns the screen."""


@require_GET
@signed_in
def on_board(request: SignedIn, key: str) -> HttpResponse:
    """The lanes of a board in which something has changed since the page was drawn, with the sums of all."""

    def draw(found: News, shown: Shown) -> Drawn:
        process = chosen_process(processes(), key)
        wanted = board_filter(request.GET.dict(), request.actor)
        here = places(request.actor, process, wanted, found.there)
        left = {shown.lanes[one] for one in found.there | found.gone if one in shown.lanes}
        stages = {key_of(stage): stage.id if stage else None for stage in (None, *process.stages)}
        only = {one for lane, one in stages.items() if one in here.values() or lane in left}
        if not only:
            return None
        drawn = board(request.actor, process, wanted, only=only, limit=shown.limit)
        return "opportunities/board_news.html", lanes_context(drawn, wanted.parameters())

    return _answer(request, reverse("board_of", args=[key]), draw)


@require_GET
@signed_in
def on_forecast(request: SignedIn, key: str) -> HttpResponse:
    """The lanes of a forecast in which something has changed since the page was drawn, with the sums of all."""

    def draw(found: News, shown: Shown) -> Drawn:
        process, today = chosen_process(processes(), key), viewer().today
        wanted = board_filter(request.GET.dict(), request.actor)
        here = closings(request.actor, process, wanted, found.there)
        only = {lane_of(close, today) for close in here.values()}
        only |= {shown.lanes[one] for one in found.there | found.gone if one in shown.lanes}
        if not only:
            return None
        drawn = forecast(request.actor, process, wanted, today, only=only, limit=shown.limit)
        return "opportunities/board_news.html", forecast_context(
            drawn, forecast_parameters(wanted, request.GET)
        )

    return _answer(request, reverse("forecast_of", args=[key]), draw)


@require_GET
@signed_in
def on_list(request: SignedIn) -> HttpResponse:
    """The rows of a list that have changed since the page was drawn, which are gone, and how many have come since."""

    def draw(found: News, shown: Shown) -> Drawn:
        asked = _asked(request)
        chosen = columns.chosen(request.actor, asked.pop("columns", ""))
        wanted = OpportunityFilter.read(asked, request.actor)
        rows = rows_by_id(request.actor, found.there & shown.versions.keys())
        come = arrived(request.actor, wanted, shown.first, shown.versions.keys())
        if not (rows or found.gone or come):
            return None
        return "opportunities/list_news.html", {
            **rows_context(request, list(rows.values()), chosen),
            "rows": rows.values(),
            "gone": found.gone,
            "arrived": min(come, FEW),
            "are_more": come > FEW,
            "totals": totals(request.actor, wanted),
            "parameters": asked,
        }

    return _answer(request, reverse("opportunities"), draw)


def _answer(request: SignedIn, address: str, draw: Callable[[News, Shown], Drawn]) -> HttpResponse:
    """Nothing, that the page at an address is to be loaded anew, or what is drawn."""
    shown, now = Shown.read(request), clock.now()
    found = news(request.actor, shown.versions, shown.since)
    if not found.is_new(shown.told):
        return unchanged(found, now)
    if found.is_much:
        context = {"address": address, "parameters": _asked(request)}
        return marked(page(request, "opportunities/news_much.html", context), found, now)
    drawn = draw(found, shown)
    if drawn is None:
        return unchanged(found, now)
    template, context = drawn
    return marked(page(request, template, {**context, **_told(request, found, shown)}), found, now)


def _asked(request: SignedIn) -> dict[str, str]:
    """The address of the page, without what it shows."""
    return {name: value for name, value in request.GET.dict().items() if name not in ABOUT_NEWS}


def _told(request: SignedIn, found: News, shown: Shown) -> dict[str, Any]:
    """Who changed which deal, in words."""
    said = gettext("Changed by {name}")
    by = colleagues(request.actor, found.there, shown.since)
    return {"by": {str(one): said.format(name=name) for one, name in by.items()}}
