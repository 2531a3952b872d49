"""Deleting campaigns and segments, after saying what stays behind."""

from collections.abc import Callable
from functools import partial
from typing import Any

from django.http import HttpResponse
from django.urls import reverse
from django.utils.translation import gettext
from django.views.decorators.http import require_http_methods

from opportune.campaigns import actions, queries
from opportune.campaigns.filters import SegmentFilter
from opportune.kernel.errors import Conflict
from opportune.opportunities.queries import brought_by
from opportune.web.conflicts import status_of, version_of
from opportune.web.pages import SignedIn, go, is_htmx, page, signed_in, tell


@require_http_methods(["GET", "POST"])
@signed_in
def campaign_delete(request: SignedIn, campaign_id: int) -> HttpResponse:
    """What a deleted campaign leaves behind; then the deletion."""
    segments = queries.count_segments(request.actor, SegmentFilter(campaign_id=campaign_id))
    read = partial(queries.campaign_record, request.actor, campaign_id)
    return _delete(request, "campaign", read, actions.delete_campaign, segments)


@require_http_methods(["GET", "POST"])
@signed_in
def segment_delete(request: SignedIn, segment_id: int) -> HttpResponse:
    """What a deleted segment leaves behind; then the deletion."""
    read = partial(queries.segment_record, request.actor, segment_id)
    return _delete(request, "segment", read, actions.delete_segment, 0)


def _delete(
    request: SignedIn, kind: str, read: Callable[[], Any], delete: Callable[..., Any], segments: int
) -> HttpResponse:
    record, seen = read(), None
    if request.method == "POST":
        try:
            delete(request.actor, record.id, version=version_of(request))
        except Conflict as conflict:
            record, seen = read(), conflict
        else:
            tell(request, gettext("Deleted."))
            return go(request, reverse(f"{kind}s"))
    brought = brought_by(request.actor, kind, [record.id])[record.id]
    context = {"kind": kind, "record": record, "deals": brought.all.count, "segments": segments}
    context["conflict"] = seen
    template = "campaigns/deletion_form.html" if is_htmx(request) else "campaigns/deletion_page.html"
    return page(request, template, context, status=status_of(None, seen))
