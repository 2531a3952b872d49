"""What the pickers of a deal's campaign and segment offer (business-central.md §7)."""

from django.http import HttpResponse
from django.views.decorators.http import require_GET

from opportune.campaigns.queries import find_campaigns, offered_campaigns, offered_segments
from opportune.kernel import clock
from opportune.kernel.errors import Invalid
from opportune.kernel.parameters import record_id
from opportune.reference.queries import organisation_settings
from opportune.web.pages import SignedIn, page, signed_in
from opportune.web.typed import Typed


@require_GET
@signed_in
def pick_campaign(request: SignedIn) -> HttpResponse:
    """The campaigns under way on the day a deal was created (`on`), today unless it is given; `any` asks for all."""
    query = request.GET.get("q", "").strip()
    typed = Typed(request.GET.dict())
    day = typed.day("on") or clock.today(organisation_settings().time_zone)
    if typed.errors:
        raise Invalid(typed.errors)
    find_any = bool(typed.text("any"))
    found = (
        find_campaigns(request.actor, query) if find_any else offered_campaigns(request.actor, query, on=day)
    )
    return page(request, "campaigns/picks.html", {"found": found})


@require_GET
@signed_in
def pick_segment(request: SignedIn) -> HttpResponse:
    """The segments of the chosen campaign (`campaign_id`), or all where none is chosen."""
    query = request.GET.get("q", "").strip()
    campaign_id = record_id(request.GET.get("campaign_id", ""))
    found = offered_segments(request.actor, query, campaign_id=campaign_id)
    return page(request, "campaigns/picks.html", {"found": found})
