"""The forms of campaigns and segments: adding one, all its fields, activating a campaign."""

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from django.http import HttpResponse
from django.urls import reverse
from django.utils.translation import gettext
from django.views.decorators.http import require_http_methods, require_POST

from opportune.campaigns import actions, queries
from opportune.identity.queries import people
from opportune.kernel.errors import Conflict, Invalid
from opportune.kernel.parameters import record_id
from opportune.reference.queries import every_choice_of
from opportune.web.campaigns.names import field_names
from opportune.web.campaigns.views import LISTS
from opportune.web.formats import typed_amount
from opportune.web.pages import SignedIn, go, page, signed_in, tell
from opportune.web.typed import Typed

COSTS = ("budgeted_cost", "actual_cost")
DAYS = ("starts_on", "ends_on")


@dataclass(frozen=True, slots=True)
class Kind:
    """What differs between the forms of campaigns and of segments."""

    name: str
    list_name: str
    texts: tuple[str, ...]
    create: Callable[..., Any]
    edit: Callable[..., Any]
    record: Callable[..., Any]


CAMPAIGN = Kind(
    "campaign",
    "campaigns",
    ("name", "code", "type", "description"),
    actions.create_campaign,
    actions.edit_campaign,
    queries.campaign_record,
)
SEGMENT = Kind(
    "segment",
    "segments",
    ("name", "description"),
    actions.create_segment,
    actions.edit_segment,
    queries.segment_record,
)


@require_http_methods(["GET", "POST"])
@signed_in
def campaign_new(request: SignedIn) -> HttpResponse:
    """A new campaign."""
    return _new(request, CAMPAIGN)


@require_http_methods(["GET", "POST"])
@signed_in
def segment_new(request: SignedIn) -> HttpResponse:
    """A new segment, of the campaign a link came from."""
    return _new(request, SEGMENT)


@require_http_methods(["GET", "POST"])
@signed_in
def campaign_edit(request: SignedIn, campaign_id: int) -> HttpResponse:
    """All fields of a campaign."""
    return _edit(request, CAMPAIGN, campaign_id)


@require_http_methods(["GET", "POST"])
@signed_in
def segment_edit(request: SignedIn, segment_id: int) -> HttpResponse:
    """All fields of a segment."""
    return _edit(request, SEGMENT, segment_id)


@require_POST
@signed_in
def activate(request: SignedIn, campaign_id: int) -> HttpResponse:
    """Let deals come from the campaign, or no more."""
    wanted = Typed(request.POST.dict()).text("activated") == "yes"
    command = actions.activate_campaign if wanted else actions.deactivate_campaign
    command(request.actor, campaign_id)
    tell(request, gettext("Activated.") if wanted else gettext("No longer activated."))
    return go(request, reverse("campaign", args=[campaign_id]))


def _new(request: SignedIn, kind: Kind) -> HttpResponse:
    request.actor.demand(kind.name, "create")
    if request.method == "GET":
        values: dict[str, Any] = {"owner_id": str(request.actor.person_id or ""), **_of_campaign(request)}
        return _form(request, kind, values, {})
    typed = Typed(request.POST.dict())
    fields = _read(kind, typed)
    if kind is CAMPAIGN:
        fields["is_activated"] = typed.ticked("is_activated")
    try:
        typed.demand()
        made = kind.create(request.actor, fields)
    except Invalid as invalid:
        return _form(request, kind, request.POST.dict(), invalid.fields)
    tell(request, gettext("Campaign created.") if kind is CAMPAIGN else gettext("Segment created."))
    return go(request, reverse(kind.name, args=[made.pk]))


def _of_campaign(request: SignedIn) -> dict[str, str]:
    asked = record_id(request.GET.get("campaign", ""))
    found = queries.visible_campaigns(request.actor, [asked]) if asked is not None else {}
    return {
        name: value
        for campaign in found.values()
        for name, value in {"campaign_id": str(campaign.id), "campaign_id_name": campaign.name}.items()
    }


def _edit(request: SignedIn, kind: Kind, of_record: int) -> HttpResponse:
    record = kind.record(request.actor, of_record)
    if request.method == "GET":
        return _form(request, kind, _values_of(kind, record), {}, record=record)
    typed = Typed(request.POST.dict()).only_changed()
    changes, version = _read(kind, typed), typed.whole("version")
    ticked = "is_activated" in request.POST
    if kind is CAMPAIGN and ticked != bool(Typed(request.POST.dict()).shown().get("is_activated")):
        changes["is_activated"] = ticked
    try:
        typed.demand()
        kind.edit(request.actor, of_record, changes, version=version)
    except Invalid as invalid:
        return _form(request, kind, request.POST.dict(), invalid.fields, record=record)
    except Conflict as conflict:
        return _form(request, kind, request.POST.dict(), {}, record=record, conflict=conflict)
    if request.change_sets:
        tell(request, gettext("Saved."))
    return go(request, reverse(kind.name, args=[of_record]))


def _values_of(kind: Kind, record: Any) -> dict[str, Any]:
    values = {name: getattr(record, name) or "" for name in kind.texts}
    values["owner_id"] = str(record.owner_id)
    if kind is CAMPAIGN:
        values |= {name: typed_amount(getattr(record, name)) for name in COSTS}
        values |= {name: day.isoformat() if (day := getattr(record, name)) else "" for name in DAYS}
        values["is_activated"] = "on" if record.is_activated else ""
    else:
        values |= {
            "campaign_id": str(record.campaign_id or ""),
            "campaign_id_name": record.campaign_name or "",
        }
    return {**values, "version": str(record.version), "was": json.dumps(values)}


def _read(kind: Kind, typed: Typed) -> dict[str, Any]:
    read: dict[str, Any] = {name: typed.text(name) for name in kind.texts if name in typed.given}
    if typed.text("owner_id"):
        read["owner_id"] = typed.whole("owner_id")
    if kind is SEGMENT:
        if "campaign_id" in typed.given:
            read["campaign_id"] = typed.whole("campaign_id")
        return read
    read |= {name: typed.amount(name) for name in COSTS if name in typed.given}
    return read | {name: typed.day(name) for name in DAYS if name in typed.given}


def _form(
    request: SignedIn,
    kind: Kind,
    values: Mapping[str, Any],
    errors: Mapping[str, Any],
    *,
    record: Any = None,
    conflict: Conflict | None = None,
) -> HttpResponse:
    context = {
        "kind": kind,
        "values": values,
        "errors": errors,
        "record": record,
        "conflict": conflict,
        "people": people(),
        "names": field_names(),
        "lists": every_choice_of(LISTS),
    }
    status = 409 if conflict else (422 if errors else 200)
    return page(request, "campaigns/form.html", context, status=status)
