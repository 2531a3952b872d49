"""Rows of the list of deals: what they show, and one of them again after a command from the list."""

from collections.abc import Sequence
from typing import Any
from urllib.parse import parse_qsl

from django.http import HttpResponse
from django.urls import reverse
from django.views.decorators.http import require_GET

from opportune.kernel.errors import NotFound
from opportune.opportunities.filters import OpportunityFilter
from opportune.opportunities.queries import OpportunityRow, next_tasks, opportunity_row, totals
from opportune.process.queries import processes
from opportune.reference.queries import Choice, categories_of, every_choice_of
from opportune.web.opportunities import columns
from opportune.web.pages import SignedIn, go, page, signed_in, tell
from opportune.web.urls_of import with_parameters


def rows_context(request: SignedIn, rows: Sequence[OpportunityRow], shown: Sequence[str]) -> dict[str, Any]:
    """What rows are made of, in as many queries for many as for one."""
    ids = [row.id for row in rows]
    stages = {stage.id: (stage, len(process.stages)) for process in processes() for stage in process.stages}
    return {
        "columns": shown,
        "stages": stages,
        "tasks": next_tasks(request.actor, ids) if "next_task" in shown else {},
        "forecasts": {one.code: one for one in _forecasts()} if "forecast" in shown else {},
        "marks": categories_of("opportunity", ids) if "categories" in shown else {},
    }


def _forecasts() -> Sequence[Choice]:
    return every_choice_of(["forecast_category"])["forecast_category"]


@require_GET
@signed_in
def row(request: SignedIn, opportunity_id: int) -> HttpResponse:
    """A row as it is now."""
    return again(request, opportunity_id, request.GET.get("query", ""))


def again(request: SignedIn, opportunity_id: int, query: str, message: str = "") -> HttpResponse:
    """The row anew in its place, the totals of the list it is in, and what was done, with its undo.

    `query` is the list's own address behind the question mark. The row stays until the list is read again, even
    where it no longer matches.
    """
    asked = dict(parse_qsl(query))
    shown = columns.chosen(request.actor, asked.pop("columns", ""))
    wanted = OpportunityFilter.read(asked, request.actor)
    try:
        deal = opportunity_row(request.actor, opportunity_id)
    except NotFound:
        if not message:
            raise
        return left_sight(request, message, query)
    context = {
        **rows_context(request, [deal], shown),
        "deal": deal,
        "totals": totals(request.actor, wanted) if message else None,
        "message": message,
        "undo": request.change_sets[-1] if request.change_sets else 0,
        "kind": "done",
    }
    response = page(request, "opportunities/list_row_again.html", context)
    response["HX-Retarget"], response["HX-Reswap"] = f"#row-{opportunity_id}", "outerHTML"
    if message:
        response["HX-Trigger"] = "dialog:close"
    return response


def left_sight(request: SignedIn, message: str, query: str = "") -> HttpResponse:
    """On to the list, after a deal was given to somebody whose deals the giver does not see."""
    tell(request, message)
    return go(request, with_parameters(reverse("opportunities"), dict(parse_qsl(query))))
