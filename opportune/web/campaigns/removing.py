"""Deleting campaigns and segments, after saying what stays behind."""

from collections.abc import Callable
from typing import Any

from django.http import HttpResponse
from django.urls import reverse
from django.utils.translation import gettext
from django.views.decorators.http import require_http_methods

from opportune.campaigns import actions, queries
from opportune.campaigns.filters import SegmentFilter
from opportune.opportunities.queries import brought_by
from opportune.web.pages import SignedIn, go, is_htmx, page, signed_in, tell


@require_http_methods(["GET", "POST"])
@signed_in
def campaign_delete(request: SignedIn, campaign_id: int) -> HttpResponse:
    """What a deleted campaign leaves behind; then the deletion."""
    record = queries.campaign_record(request.actor, campaign_id)
    segments = queries.count_segments(request.actor, SegmentFilter(campaign_id=campaign_id))
    return _delete(request, "campaign", record, actions.delete_campaign, segments)


@require_http_methods(["GET", "POST"])
@signed_in
def segment_delete(request: SignedIn, segment_id: int) -> HttpResponse:
    """What a deleted segment leaves behind; then the deletion."""
    record = queries.segment_record(request.actor, segment_id)
    return _delete(request, "segment", record, actions.delete_segment, 0)


def _delete(
    request: SignedIn, kind: str, record: Any, delete: Callable[..., Any], segments: int
) -> HttpResponse:
    if request.method == "POST":
        delete(request.actor, record.id)
        tell(request, gettext("Deleted."))
        return go(request, reverse(f"{kind}s"))
    brought = brought_by(request.actor, kind, [record.id])[record.id]
    context = {"kind": kind, "record": record, "deals": brought.all.count, "segments": segments}
    template = "campaigns/deletion_form.html" if is_htmx(request) else "campaigns/deletion_page.html"
    return page(request, template, context)
