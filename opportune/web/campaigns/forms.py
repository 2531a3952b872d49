"""The forms of campaigns and segments: adding one, all its fields, activating a campaign."""

from functools import partial
from typing import Any

from django.http import HttpResponse
from django.urls import reverse
from django.utils.translation import gettext
from django.views.decorators.http import require_http_methods, require_POST

from opportune.campaigns import actions, queries
from opportune.kernel.parameters import record_id
from opportune.reference.queries import every_choice_of
from opportune.web import picked, record_forms
from opportune.web.campaigns.names import field_names
from opportune.web.campaigns.views import LISTS
from opportune.web.conflicts import Reading, as_shown, names_of
from opportune.web.formats import typed_amount
from opportune.web.pages import SignedIn, go, signed_in, tell
from opportune.web.record_forms import RecordForm
from opportune.web.typed import Typed

COSTS = ("budgeted_cost", "actual_cost")
DAYS = ("starts_on", "ends_on")
CAMPAIGN_TEXTS = ("name", "code", "type", "description")
SEGMENT_TEXTS = ("name", "description")


def _blank_segment(request: SignedIn) -> dict[str, str]:
    asked = record_id(request.GET.get("campaign", ""))
    found = queries.visible_campaigns(request.actor, [asked]) if asked is not None else {}
    return {
        name: value
        for campaign in found.values()
        for name, value in {"campaign_id": str(campaign.id), "campaign_id_name": campaign.name}.items()
    }


def _values_of_campaign(record: Any) -> dict[str, Any]:
    values = _texts_of(CAMPAIGN_TEXTS, record)
    values |= {name: typed_amount(getattr(record, name)) for name in COSTS}
    values |= {name: day.isoformat() if (day := getattr(record, name)) else "" for name in DAYS}
    values["is_activated"] = "on" if record.is_activated else ""
    return as_shown(values, record.version)


def _values_of_segment(record: Any) -> dict[str, Any]:
    values = _texts_of(SEGMENT_TEXTS, record)
    values |= {"campaign_id": str(record.campaign_id or ""), "campaign_id_name": record.campaign_name or ""}
    return as_shown(values, record.version)


def _texts_of(texts: tuple[str, ...], record: Any) -> dict[str, Any]:
    return {**{name: getattr(record, name) or "" for name in texts}, "owner_id": str(record.owner_id)}


def _read_campaign(typed: Typed) -> dict[str, Any]:
    read = record_forms.texts(typed, CAMPAIGN_TEXTS)
    read |= {name: typed.figure(name) for name in COSTS if name in typed.given}
    return read | {name: typed.text(name) for name in DAYS if name in typed.given}


def _read_segment(typed: Typed) -> dict[str, Any]:
    read = record_forms.texts(typed, SEGMENT_TEXTS)
    if "campaign_id" in typed.given:
        read["campaign_id"] = typed.text("campaign_id")
    return read


def _around(name: str, list_name: str) -> dict[str, Any]:
    kind = {"name": name, "list_name": list_name}
    return {"kind": kind, "names": field_names(), "lists": every_choice_of(LISTS)}


CAMPAIGN = RecordForm(
    name="campaign",
    template="campaigns/form.html",
    create=actions.create_campaign,
    edit=actions.edit_campaign,
    record=queries.campaign_record,
    blank=lambda request: {},
    values=_values_of_campaign,
    read=_read_campaign,
    around=partial(_around, "campaign", "campaigns"),
    reading=Reading(
        days=DAYS, money=COSTS, names=partial(names_of, ("is_activated",), {"type": "campaign_type"})
    ),
    flags=("is_activated",),
)
SEGMENT = RecordForm(
    name="segment",
    template="campaigns/form.html",
    create=actions.create_segment,
    edit=actions.edit_segment,
    record=queries.segment_record,
    blank=_blank_segment,
    values=_values_of_segment,
    read=_read_segment,
    around=partial(_around, "segment", "segments"),
    reading=Reading(names=names_of),
    pickers={"campaign_id": picked.CAMPAIGN},
)


@require_http_methods(["GET", "POST"])
@signed_in
def campaign_new(request: SignedIn) -> HttpResponse:
    """A new campaign."""
    return record_forms.new(request, CAMPAIGN, gettext("Campaign created."))


@require_http_methods(["GET", "POST"])
@signed_in
def segment_new(request: SignedIn) -> HttpResponse:
    """A new segment, of the campaign a link came from."""
    return record_forms.new(request, SEGMENT, gettext("Segment created."))


@require_http_methods(["GET", "POST"])
@signed_in
def campaign_edit(request: SignedIn, campaign_id: int) -> HttpResponse:
    """All fields of a campaign."""
    return record_forms.edit(request, CAMPAIGN, campaign_id)


@require_http_methods(["GET", "POST"])
@signed_in
def segment_edit(request: SignedIn, segment_id: int) -> HttpResponse:
    """All fields of a segment."""
    return record_forms.edit(request, SEGMENT, segment_id)


@require_POST
@signed_in
def activate(request: SignedIn, campaign_id: int) -> HttpResponse:
    """Let deals come from the campaign, or no more."""
    wanted = Typed(request.POST.dict()).text("activated") == "yes"
    command = actions.activate_campaign if wanted else actions.deactivate_campaign
    command(request.actor, campaign_id)
    tell(request, gettext("Activated.") if wanted else gettext("No longer activated."))
    return go(request, reverse("campaign", args=[campaign_id]))
