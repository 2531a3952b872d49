"""The forecast by month: the board's cards by when they are estimated to close."""

from collections.abc import Mapping
from typing import Any
from urllib.parse import parse_qsl

from django.http import HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.translation import gettext
from django.views.decorators.http import require_GET, require_http_methods

from opportune.identity.queries import people
from opportune.kernel import clock
from opportune.opportunities import actions
from opportune.opportunities.destinations import month_refusals
from opportune.opportunities.filters import OpportunityFilter
from opportune.opportunities.months import NONE, close_lanes, lane_of
from opportune.opportunities.queries import (
    Forecast,
    changeable_row,
    forecast,
    forecast_lane,
    opportunity_row,
)
from opportune.process.queries import process_by_id, processes
from opportune.web.opportunities.board import board_filter, chosen_process
from opportune.web.opportunities.lanes import month_lane, name_of, refusals, stages_of
from opportune.web.opportunities.panels import filter_panel, refused_in_panel
from opportune.web.opportunities.shown import cards_in
from opportune.web.pages import SignedIn, go, is_htmx, page, signed_in, tell
from opportune.web.settings.categories import category_name
from opportune.web.typed import Typed
from opportune.web.viewer import viewer

FULL = "full"


@require_GET
@signed_in
@refused_in_panel("forecast")
def show(request: SignedIn, key: str = "") -> HttpResponse:
    """The open deals of a process by the month they are estimated to close in."""
    shown = processes(with_retired=False)
    process = chosen_process(shown, key)
    wanted, since = board_filter(request.GET.dict(), request.actor), clock.now()
    context = {
        **forecast_context(
            forecast(request.actor, process, wanted, viewer().today), forecast_parameters(wanted, request.GET)
        ),
        "since": since.isoformat(),
        "processes": shown,
        "people": people(),
        "category": category_name(wanted.category),
    }
    return page(request, "opportunities/forecast.html", context)


@require_GET
@signed_in
@refused_in_panel("forecast", "forecast_of")
def filters(request: SignedIn, key: str) -> HttpResponse:
    """What the forecast can be narrowed by."""
    process = chosen_process(processes(), key)
    wanted = board_filter(request.GET.dict(), request.actor)
    parameters = forecast_parameters(wanted, request.GET)
    return filter_panel(request, reverse("forecast_of", args=[process.key]), parameters, of="forecast")


@require_GET
@signed_in
def lane(request: SignedIn, key: str, month: str) -> HttpResponse:
    """More cards of one lane."""
    process = chosen_process(processes(), key)
    wanted, after = board_filter(request.GET.dict(), request.actor), request.GET.get("after")
    found = forecast_lane(request.actor, process, wanted, viewer().today, month, after=after)
    context = {
        "lane": month_lane(found, process, forecast_parameters(wanted, request.GET)),
        "stages": stages_of(process),
        "is_past": False,
        "act": "month",
    }
    return page(request, "opportunities/board_more.html", context)


@require_GET
@signed_in
def where(request: SignedIn, opportunity_id: int) -> HttpResponse:
    """Why lanes would refuse a deal, while its card is held over them."""
    found = month_refusals(request.actor, opportunity_id, viewer().today)
    return refusals({key: (reason, False) for key, reason in found.items()})


@require_http_methods(["GET", "POST"])
@signed_in
def change(request: SignedIn, opportunity_id: int) -> HttpResponse:
    """GET: the menu of months. POST: give a deal an estimated close in `month`, none for no date."""
    today = viewer().today
    row = opportunity_row(request.actor, opportunity_id)
    if request.method == "GET":
        if not is_htmx(request):
            return redirect("opportunity_edit", opportunity_id)
        changeable_row(request.actor, opportunity_id)
        lanes = [(one.key, name_of(one)) for one in close_lanes(today) if one.month or one.key == NONE]
        context = {"deal": row, "lanes": lanes, "here": lane_of(row.estimated_close_on, today)}
        return page(request, "opportunities/month_menu.html", context)
    typed = Typed(request.POST.dict())
    version = typed.whole("version")
    typed.demand()
    month = typed.text("month") or NONE
    put = actions.put_into_month(request.actor, opportunity_id, month, version=version)
    here = lane_of(put.estimated_close_on, today)
    text = gettext("Closes in {month}.").format(month=_name_in(here))
    if here == NONE:
        text = gettext("Has no estimated close now.")
    if not is_htmx(request):
        tell(request, text)
        return go(request, reverse("opportunity", args=[opportunity_id]))
    query = dict(parse_qsl(typed.text("query")))
    wanted = board_filter(query, request.actor)
    touched = {lane_of(row.estimated_close_on, today), here}
    process, limit = process_by_id(put.process_id), cards_in(typed.text("most"))
    found = forecast(request.actor, process, wanted, today, only=touched, limit=limit)
    context = {
        **forecast_context(found, forecast_parameters(wanted, query)),
        "message": text,
        "undo": request.change_sets[-1] if request.change_sets else 0,
        "kind": "done",
    }
    response = page(request, "opportunities/moved.html", context)
    response["HX-Reswap"] = "none"
    return response


def forecast_context(found: Forecast, parameters: Mapping[str, str]) -> dict[str, Any]:
    """What the lanes of a forecast are drawn from."""
    return {
        "process": found.process,
        "lanes": [month_lane(one, found.process, parameters) for one in found.lanes],
        "order": [one.key for one in close_lanes(viewer().today)],
        "stages": stages_of(found.process),
        "sum": found.sum,
        "parameters": parameters,
        "weighted": parameters.get("sums") != FULL,
        "act": "month",
    }


def forecast_parameters(wanted: OpportunityFilter, asked: Mapping[str, str]) -> dict[str, str]:
    """The filter as parameters, and which sum leads as the address says: what is expected, or the full amount."""
    return wanted.parameters() | ({"sums": FULL} if asked.get("sums") == FULL else {})


def _name_in(key: str) -> str:
    return next(name_of(one) for one in close_lanes(viewer().today) if one.key == key)
