"""Campaigns and segments, the lines of segments, and the opportunities that came from them."""

from django.http import HttpResponse
from ninja import Query, Router

from opportune.api.answers import answer, made
from opportune.api.asking import Request, filtered, version_seen, wanted
from opportune.api.openapi import VERSION_SEEN
from opportune.api.opportunities import page_of
from opportune.campaigns import actions, queries
from opportune.campaigns.filters import CampaignFilter, SegmentFilter
from opportune.opportunities.actions import create_from_segment
from opportune.opportunities.filters import OpportunityFilter
from opportune.schemas.campaign import (
    CampaignChanges,
    CampaignGiven,
    CampaignPage,
    CampaignShown,
    DealsGiven,
    DealsOpened,
    LineChanges,
    LineGiven,
    LinePage,
    LineShown,
    SegmentChanges,
    SegmentGiven,
    SegmentPage,
    SegmentShown,
    campaign_shown,
    campaigns_listed,
    deals_opened,
    lines_of,
    lines_shown,
    segment_shown,
    segments_listed,
)
from opportune.schemas.opportunity import OpportunityPage
from opportune.schemas.opportunity_commands import process_id_of
from opportune.schemas.page import Paging

campaigns = Router(tags=["campaigns"])
segments = Router(tags=["segments"])
SEEN = {"parameters": [VERSION_SEEN]}


@campaigns.get("", response=CampaignPage)
@filtered(CampaignFilter)
def list_campaigns(request: Request, paging: Query[Paging]) -> HttpResponse:
    """The campaigns that match. `valid_on` asks for those that an opportunity created that day may come from."""
    request.auth.demand("campaign", "read")
    asked = wanted(request, CampaignFilter)
    found = queries.campaigns(request.auth, asked, after=paging.after, limit=paging.limit)
    return answer(CampaignPage(items=campaigns_listed(request.auth, found.rows), next=found.next))


@campaigns.post("", response={201: CampaignShown})
def create_campaign(request: Request, given: CampaignGiven) -> HttpResponse:
    """Add a campaign."""
    campaign = actions.create_campaign(request.auth, given.given())
    return made(_campaign(request, campaign.pk), f"campaigns/{campaign.pk}")


@campaigns.get("{int:campaign_id}", response=CampaignShown)
def show_campaign(request: Request, campaign_id: int) -> HttpResponse:
    """One campaign, with what it brought; its ETag is its version."""
    return _campaign(request, campaign_id)


@campaigns.patch("{int:campaign_id}", response=CampaignShown)
def change_campaign(request: Request, campaign_id: int, given: CampaignChanges) -> HttpResponse:
    """Change fields of a campaign. Changes made meanwhile to other fields are kept."""
    seen = version_seen(request, given.version)
    actions.edit_campaign(request.auth, campaign_id, given.given("version"), version=seen)
    return _campaign(request, campaign_id)


@campaigns.post("{int:campaign_id}/activation", response=CampaignShown, openapi_extra=SEEN)
def activate_campaign(request: Request, campaign_id: int) -> HttpResponse:
    """From now on opportunities may come from the campaign, within its dates."""
    actions.activate_campaign(request.auth, campaign_id, version=version_seen(request))
    return _campaign(request, campaign_id)


@campaigns.delete("{int:campaign_id}/activation", response=CampaignShown, openapi_extra=SEEN)
def deactivate_campaign(request: Request, campaign_id: int) -> HttpResponse:
    """No further opportunity may come from the campaign."""
    actions.deactivate_campaign(request.auth, campaign_id, version=version_seen(request))
    return _campaign(request, campaign_id)


@campaigns.delete("{int:campaign_id}", response={204: None}, openapi_extra=SEEN)
def delete_campaign(request: Request, campaign_id: int) -> HttpResponse:
    """Put a campaign into the bin. Its opportunities and segments stay, and belong to no campaign."""
    actions.delete_campaign(request.auth, campaign_id, version=version_seen(request))
    return HttpResponse(status=204)


@campaigns.post("{int:campaign_id}/restoration", response=CampaignShown)
def restore_campaign(request: Request, campaign_id: int) -> HttpResponse:
    """Take a campaign out of the bin, with what it had."""
    actions.restore_campaign(request.auth, campaign_id)
    return _campaign(request, campaign_id)


@campaigns.get("{int:campaign_id}/opportunities", response=OpportunityPage)
@filtered(OpportunityFilter)
def list_opportunities_of_campaign(request: Request, campaign_id: int, paging: Query[Paging]) -> HttpResponse:
    """The opportunities that came from a campaign (B-007)."""
    queries.campaign_record(request.auth, campaign_id)
    return page_of(request, paging, campaign=campaign_id)


@segments.get("", response=SegmentPage)
@filtered(SegmentFilter)
def list_segments(request: Request, paging: Query[Paging]) -> HttpResponse:
    """The segments that match, by pages. `campaign` asks for those of a campaign."""
    request.auth.demand("segment", "read")
    asked = wanted(request, SegmentFilter)
    found = queries.segments(request.auth, asked, after=paging.after, limit=paging.limit)
    return answer(SegmentPage(items=segments_listed(request.auth, found.rows), next=found.next))


@segments.post("", response={201: SegmentShown})
def create_segment(request: Request, given: SegmentGiven) -> HttpResponse:
    """Add a segment."""
    segment = actions.create_segment(request.auth, given.given())
    return made(_segment(request, segment.pk), f"segments/{segment.pk}")


@segments.get("{int:segment_id}", response=SegmentShown)
def show_segment(request: Request, segment_id: int) -> HttpResponse:
    """One segment, with what it brought; its ETag is its version."""
    return _segment(request, segment_id)


@segments.patch("{int:segment_id}", response=SegmentShown)
def change_segment(request: Request, segment_id: int, given: SegmentChanges) -> HttpResponse:
    """Change fields of a segment. Changes made meanwhile to other fields are kept."""
    seen = version_seen(request, given.version)
    actions.edit_segment(request.auth, segment_id, given.given("version"), version=seen)
    return _segment(request, segment_id)


@segments.delete("{int:segment_id}", response={204: None}, openapi_extra=SEEN)
def delete_segment(request: Request, segment_id: int) -> HttpResponse:
    """Put a segment with its lines into the bin. Its opportunities stay, and belong to no segment."""
    actions.delete_segment(request.auth, segment_id, version=version_seen(request))
    return HttpResponse(status=204)


@segments.post("{int:segment_id}/restoration", response=SegmentShown)
def restore_segment(request: Request, segment_id: int) -> HttpResponse:
    """Take a segment out of the bin, with what it had."""
    actions.restore_segment(request.auth, segment_id)
    return _segment(request, segment_id)


@segments.get("{int:segment_id}/lines", response=LinePage)
def list_lines(request: Request, segment_id: int, paging: Query[Paging]) -> HttpResponse:
    """The lines of a segment, by pages, as they were added."""
    return answer(lines_shown(request.auth, segment_id, after=paging.after, limit=paging.limit))


@segments.post("{int:segment_id}/lines", response={201: LineShown})
def add_line(request: Request, segment_id: int, given: LineGiven) -> HttpResponse:
    """Add an account or a contact, or a line that is still to be filled in."""
    line = actions.add_line(request.auth, segment_id, given.given())
    return made(_line(request, segment_id, line.pk), f"segments/{segment_id}/lines/{line.pk}")


@segments.patch("{int:segment_id}/lines/{int:line_id}", response=LineShown)
def change_line(request: Request, segment_id: int, line_id: int, given: LineChanges) -> HttpResponse:
    """Fill in a line, or change its customer or note."""
    seen = version_seen(request, given.version)
    actions.change_line(request.auth, segment_id, line_id, given.given("version"), version=seen)
    return _line(request, segment_id, line_id)


@segments.delete("{int:segment_id}/lines/{int:line_id}", response={204: None})
def remove_line(request: Request, segment_id: int, line_id: int) -> HttpResponse:
    """Take a line off a segment."""
    actions.remove_line(request.auth, segment_id, line_id)
    return HttpResponse(status=204)


@segments.get("{int:segment_id}/opportunities", response=OpportunityPage)
@filtered(OpportunityFilter)
def list_opportunities_of_segment(request: Request, segment_id: int, paging: Query[Paging]) -> HttpResponse:
    """The opportunities that came from a segment (B-007)."""
    queries.segment_record(request.auth, segment_id)
    return page_of(request, paging, segment=segment_id)


@segments.post("{int:segment_id}/opportunities", response={201: DealsOpened})
def open_opportunities(request: Request, segment_id: int, given: DealsGiven) -> HttpResponse:
    """Open an opportunity for each customer on a segment. Refused without one (`segment_empty`)."""
    opened = create_from_segment(
        request.auth,
        segment_id,
        line_ids=given.lines,
        subject=given.subject or "",
        owner_id=given.owner_id,
        process_id=None if given.process is None else process_id_of(given.process),
        is_started=given.started,
        again=given.again,
    )
    return made(answer(deals_opened(opened)), f"segments/{segment_id}/opportunities")


def _campaign(request: Request, campaign_id: int) -> HttpResponse:
    shown = campaign_shown(request.auth, campaign_id)
    return answer(shown, version=shown.version)


def _segment(request: Request, segment_id: int) -> HttpResponse:
    shown = segment_shown(request.auth, segment_id)
    return answer(shown, version=shown.version)


def _line(request: Request, segment_id: int, line_id: int) -> HttpResponse:
    row = queries.line(request.auth, segment_id, line_id)
    [shown] = lines_of(request.auth, segment_id, [row])
    return answer(shown, version=shown.version)
