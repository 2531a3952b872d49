"""Competitors: their list, each one with its deals, and writing down what is known."""

from collections.abc import Mapping
from typing import Any

from django.http import HttpResponse
from django.urls import reverse
from django.utils.translation import gettext
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from opportune.kernel.errors import Conflict, Invalid
from opportune.opportunities import actions, queries
from opportune.opportunities.filters import OpportunityFilter
from opportune.opportunities.queries import CompetitorRow
from opportune.process.queries import processes
from opportune.web.conflicts import Meanwhile, Reading, as_shown, meanwhile, status_of
from opportune.web.pages import SignedIn, go, is_htmx, page, signed_in, tell
from opportune.web.typed import Typed

FIELDS = ("name", "website", "strengths", "weaknesses")


@require_GET
@signed_in
def listing(request: SignedIn) -> HttpResponse:
    """All competitors by name, with how often one met them."""
    text, after = request.GET.get("text", "").replace("\0", "")[:200], request.GET.get("after")
    shown = queries.competitors(request.actor, text=text, after=after)
    template = "competitors/rows.html" if after and is_htmx(request) else "competitors/list.html"
    return page(request, template, {"page": shown, "text": text})


@require_GET
@signed_in
def show(request: SignedIn, competitor_id: int) -> HttpResponse:
    """One competitor, with the deals it stands on and those lost to it."""
    competitor = queries.competitor(request.actor, competitor_id)
    wanted = OpportunityFilter.read({"competitor": str(competitor_id)}, request.actor)
    found = queries.totals(request.actor, wanted)
    context = {
        "competitor": competitor,
        "page": queries.opportunities(request.actor, wanted),
        "totals": found,
        "open_deals": found.by_status["not_started"] + found.by_status["in_progress"],
        "parameters": wanted.parameters(),
        "stages": {stage.id: (stage, process) for process in processes() for stage in process.stages},
    }
    return page(request, "competitors/competitor.html", context)


@require_http_methods(["GET", "POST"])
@signed_in
def new(request: SignedIn) -> HttpResponse:
    """Add a competitor."""
    request.actor.demand("opportunity", "write")
    typed = Typed(request.POST.dict())
    if request.method == "GET":
        return _form(request, None, typed.values(FIELDS), {})
    try:
        competitor = actions.create_competitor(request.actor, typed.values(FIELDS))
    except Invalid as invalid:
        return _form(request, None, typed.values(FIELDS), invalid.fields)
    tell(request, gettext("Competitor added."))
    return go(request, reverse("competitor", args=[competitor.pk]))


@require_http_methods(["GET", "POST"])
@signed_in
def edit(request: SignedIn, competitor_id: int) -> HttpResponse:
    """Change what is known of a competitor."""
    competitor = queries.competitor(request.actor, competitor_id)
    request.actor.demand("opportunity", "write")
    if request.method == "GET":
        return _form(request, competitor, _values_of(competitor), {})
    typed = Typed(request.POST.dict()).only_changed()
    changes = {name: typed.text(name) for name in FIELDS if name in typed.given}
    version = typed.whole("version")
    try:
        typed.demand()
        actions.edit_competitor(request.actor, competitor_id, changes, version=version)
    except Invalid as invalid:
        return _form(request, competitor, request.POST.dict(), invalid.fields)
    except Conflict as conflict:
        competitor = queries.competitor(request.actor, competitor_id)
        seen = meanwhile(conflict, request.POST.dict(), _values_of(competitor), Reading())
        return _form(request, competitor, seen.values, {}, conflict=seen)
    if request.change_sets:
        tell(request, gettext("Saved."))
    return go(request, reverse("competitor", args=[competitor_id]))


def _values_of(competitor: CompetitorRow) -> dict[str, Any]:
    values: dict[str, Any] = {name: getattr(competitor, name) for name in FIELDS}
    return as_shown(values, competitor.version)


@require_POST
@signed_in
def remove(request: SignedIn, competitor_id: int) -> HttpResponse:
    """Put a competitor that no deal names into the bin."""
    actions.remove_competitor(request.actor, competitor_id)
    tell(request, gettext("Competitor removed."))
    return go(request, reverse("competitors"))


def _form(
    request: SignedIn,
    competitor: CompetitorRow | None,
    values: Mapping[str, Any],
    errors: Mapping[str, Any],
    *,
    conflict: Meanwhile | None = None,
) -> HttpResponse:
    context = {"competitor": competitor, "values": values, "errors": errors, "conflict": conflict}
    status = status_of(errors, conflict)
    return page(request, "competitors/form.html", context, status=status)
