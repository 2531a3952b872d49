"""Campaigns and segments: lists and records."""

from typing import Any

from django.http import HttpResponse
from django.views.decorators.http import require_GET

from opportune.campaigns import queries
from opportune.campaigns.filters import CampaignFilter, SegmentFilter
from opportune.kernel.records import RecordRef
from opportune.opportunities.filters import OpportunityFilter
from opportune.opportunities.queries import brought_by, deals_of_segment, opportunities, totals
from opportune.process.queries import processes
from opportune.reference.queries import every_choice_of
from opportune.web.campaigns.names import field_names, state_names
from opportune.web.customers.history import changes_of
from opportune.web.pages import SignedIn, is_htmx, page, signed_in
from opportune.web.settings.categories import category_context, category_filter

LISTS = ("campaign_type",)


@require_GET
@signed_in
def campaigns_list(request: SignedIn) -> HttpResponse:
    """The campaigns, by pages, with what each brought."""
    request.actor.demand("campaign", "read")
    asked = request.GET.dict()
    after = asked.pop("after", None)
    wanted = CampaignFilter.read(asked, request.actor)
    shown = queries.campaigns(request.actor, wanted, after=after)
    context: dict[str, Any] = {
        "page": shown,
        "wanted": wanted,
        "parameters": wanted.parameters(),
        "brought": brought_by(request.actor, "campaign", [row.id for row in shown.rows]),
        "lists": _lists(),
        "states": state_names(),
    }
    if after and is_htmx(request):
        return page(request, "campaigns/rows.html", context)
    context |= {"count": queries.count_campaigns(request.actor, wanted), **category_filter(wanted.category)}
    return page(request, "campaigns/list.html", context)


@require_GET
@signed_in
def segments_list(request: SignedIn) -> HttpResponse:
    """The segments, by pages, with what each brought."""
    request.actor.demand("segment", "read")
    asked = request.GET.dict()
    after = asked.pop("after", None)
    wanted = SegmentFilter.read(asked, request.actor)
    shown = queries.segments(request.actor, wanted, after=after)
    context: dict[str, Any] = {
        "page": shown,
        "wanted": wanted,
        "parameters": wanted.parameters(),
        "brought": brought_by(request.actor, "segment", [row.id for row in shown.rows]),
    }
    if after and is_htmx(request):
        return page(request, "campaigns/segment_rows.html", context)
    asked_for = [wanted.campaign_id] if wanted.campaign_id is not None else []
    named = queries.visible_campaigns(request.actor, asked_for) if asked_for else {}
    context |= {
        "count": queries.count_segments(request.actor, wanted),
        "campaign_name": next((found.name for found in named.values()), ""),
        **category_filter(wanted.category),
    }
    return page(request, "campaigns/segments.html", context)


@require_GET
@signed_in
def campaign(request: SignedIn, campaign_id: int) -> HttpResponse:
    """A campaign with its segments and the deals that came from it (C-039)."""
    record = queries.campaign_record(request.actor, campaign_id)
    of_it = SegmentFilter(campaign_id=campaign_id)
    context = {
        **_context(request, "campaign", record),
        "brought": brought_by(request.actor, "campaign", [campaign_id])[campaign_id],
        "segments": queries.segments(request.actor, of_it, limit=20),
        "lists": _lists(),
        "states": state_names(),
    }
    return page(request, "campaigns/campaign.html", context)


@require_GET
@signed_in
def segment(request: SignedIn, segment_id: int) -> HttpResponse:
    """A segment with its lines and the deals that came from it."""
    record = queries.segment_record(request.actor, segment_id)
    after = request.GET.get("after")
    shown = queries.lines(request.actor, segment_id, after=after)
    customers = [row.customer for row in shown.rows if row.customer is not None]
    covered = deals_of_segment(request.actor, segment_id, customers)
    lines = {"record": record, "lines": shown, "covered": covered}
    if after and is_htmx(request):
        return page(request, "campaigns/line_rows.html", lines)
    return page(request, "campaigns/segment.html", {**_context(request, "segment", record), **lines})


def _lists() -> dict[str, Any]:
    found = every_choice_of(LISTS)
    return {key: {choice.code: choice for choice in offered} for key, offered in found.items()}


def _context(request: SignedIn, kind: str, record: Any) -> dict[str, Any]:
    ref, names = RecordRef(kind, record.id), field_names()
    wanted = OpportunityFilter.read({kind: str(record.id)}, request.actor)
    found = totals(request.actor, wanted)
    return {
        **category_context(request.actor, kind, record.id),
        "record": record,
        "names": names,
        "history": changes_of(
            request.actor, ref, {"campaign_id": getattr(record, "campaign_id", None)}, names
        ),
        "deals": opportunities(request.actor, wanted, limit=20),
        "totals": found,
        "open_deals": found.by_status["not_started"] + found.by_status["in_progress"],
        "won_deals": found.by_status["won"],
        "deal_parameters": wanted.parameters(),
        "stages": {stage.id: (stage, process) for process in processes() for stage in process.stages},
    }
