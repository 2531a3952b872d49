"""Creating a deal and editing all its fields."""

from collections.abc import Mapping
from secrets import token_urlsafe
from typing import Any

from django.http import HttpResponse
from django.urls import reverse
from django.utils.translation import gettext
from django.views.decorators.http import require_http_methods

from opportune.campaigns.queries import visible_campaigns, visible_segments
from opportune.customers.queries import customer_names, visible_customers
from opportune.kernel import clock
from opportune.kernel.errors import Conflict, Invalid, Refused
from opportune.kernel.parameters import record_id
from opportune.kernel.records import RecordRef
from opportune.opportunities import actions
from opportune.opportunities.queries import OpportunityRecord, opportunity, subjects
from opportune.process.queries import processes
from opportune.reference.queries import organisation_settings
from opportune.web.back import came_from, safe
from opportune.web.conflicts import Meanwhile, as_shown, meanwhile, status_of
from opportune.web.opportunities.fields import (
    NAMES,
    PICKERS,
    READING,
    TOGETHER,
    form_lists,
    read_fields,
    values_of,
)
from opportune.web.opportunities.names import field_names
from opportune.web.opportunities.record import demand_changeable
from opportune.web.opportunities.rows import left_sight
from opportune.web.pages import SignedIn, go, is_htmx, page, signed_in, tell
from opportune.web.picked import read_picked
from opportune.web.typed import Typed
from opportune.web.urls_of import with_parameters


@require_http_methods(["GET", "POST"])
@signed_in
def new(request: SignedIn) -> HttpResponse:
    """Quick create: the few fields a deal needs; everything else follows on the record.

    It is made once, however often the form is sent; then one goes to the record, back, or to a blank form.
    """
    request.actor.demand("opportunity", "create")
    names = (*NAMES, "stage", "process", "once", "back")
    if request.method == "GET":
        values = _first_values(request, names)
        return _new_form(request, values, {})
    typed = read_picked(request.actor, request.POST.dict(), PICKERS)
    fields, placed = {**read_fields(typed), **typed.customer()}, _place(typed)
    try:
        typed.demand(except_for=["customer"])
        made = actions.create(request.actor, fields, once=typed.text("once"), **placed)
    except Invalid as invalid:
        return _new_form(request, typed.values(names), {**invalid.fields, **typed.errors})
    except Refused as refusal:
        return _new_form(request, typed.values(names), {"subject": refusal.message})
    tell(request, gettext("Opportunity created."))
    return _after(request, typed, made.pk)


def _after(request: SignedIn, typed: Typed, opportunity_id: int) -> HttpResponse:
    """Save, save and close, save and new (C-056…C-058)."""
    then = typed.text("then")
    if then == "close":
        return go(request, safe(request, typed.text("back"), reverse("opportunities")))
    if then == "new":
        return go(request, with_parameters(reverse("opportunity_new"), {"process": typed.text("process")}))
    return go(request, reverse("opportunity", args=[opportunity_id]))


def _place(typed: Typed) -> dict[str, int | None]:
    stage = typed.text("stage")
    placed: dict[str, int | None] = {"process_id": typed.whole("process")}
    if stage:
        placed["stage_id"] = None if stage == "none" else typed.whole("stage")
    return placed


def _first_values(request: SignedIn, names: tuple[str, ...]) -> dict[str, Any]:
    asked = {name: request.GET.get(name, "") for name in names}
    asked["currency"] = organisation_settings().base_currency
    asked["rating"], asked["priority"], asked["forecast_category"] = "warm", "normal", "pipeline"
    asked["once"], asked["back"] = token_urlsafe(16), came_from(request, reverse("opportunities"))
    return {**asked, **_picked(request, asked), **_origin_picked(request, asked)}


def _picked(request: SignedIn, asked: Mapping[str, str]) -> dict[str, str]:
    """The names of records a link asked to fill in, of those that may be seen."""
    shown = {}
    for name in ("customer", "primary_contact_id"):
        try:
            ref = RecordRef.parse(asked[name])
        except ValueError:
            continue
        if visible_customers(request.actor, [ref]):
            shown[f"{name}_name"] = customer_names([ref])[ref]
    return shown


def _origin_picked(request: SignedIn, asked: Mapping[str, str]) -> dict[str, str]:
    """The campaign and the segment a link asked to fill in, by name; none of those that cannot be seen."""
    shown = dict.fromkeys(("campaign_id", "segment_id"), "")
    campaign_id, segment_id = record_id(asked["campaign_id"]), record_id(asked["segment_id"])
    campaigns = visible_campaigns(request.actor, [campaign_id]) if campaign_id is not None else {}
    segments = visible_segments(request.actor, [segment_id]) if segment_id is not None else {}
    for campaign in campaigns.values():
        shown |= {"campaign_id": str(campaign.id), "campaign_id_name": campaign.name}
    for segment in segments.values():
        shown |= {"segment_id": str(segment.id), "segment_id_name": segment.name}
    return shown


def _new_form(request: SignedIn, values: Mapping[str, Any], errors: Mapping[str, Any]) -> HttpResponse:
    context = {
        **form_lists(),
        "values": values,
        "errors": errors,
        "processes": processes(with_retired=False),
        "default_process": organisation_settings().default_process,
    }
    template = "opportunities/new_dialog.html" if is_htmx(request) else "opportunities/new_page.html"
    return page(request, template, context, status=422 if errors else 200)


@require_http_methods(["GET", "POST"])
@signed_in
def edit(request: SignedIn, opportunity_id: int) -> HttpResponse:
    """All fields of an open deal."""
    if request.method == "GET":
        record = _changeable(request, opportunity_id)
        values = {**_seen(record), "back": came_from(request, reverse("opportunities"))}
        return _edit_form(request, record, values, {})
    whole = read_picked(request.actor, request.POST.dict(), PICKERS)
    typed = whole.only_changed()
    changes, version = read_fields(typed, whole.given), typed.whole("version")
    if "customer" in typed.given:
        changes |= typed.customer()
    try:
        typed.demand()
        actions.edit(request.actor, opportunity_id, changes, version=version)
    except Invalid as invalid:
        record = _changeable(request, opportunity_id)
        return _edit_form(request, record, whole.all_values(), invalid.fields)
    except Conflict as conflict:
        if conflict.code == "closed":
            record = opportunity(request.actor, opportunity_id)
            return _edit_form(request, record, whole.all_values(), {}, refusal=conflict)
        if conflict.code != "conflict":
            raise
        record = _changeable(request, opportunity_id)
        seen = meanwhile(conflict, whole.given, _seen(record), READING, together=TOGETHER)
        return _edit_form(request, record, seen.values, {}, conflict=seen)
    if "owner_id" in changes and not subjects(request.actor, {opportunity_id}):
        return left_sight(request, gettext("Saved."))
    if request.change_sets:
        tell(request, gettext("Saved."))
    return _after(request, whole, opportunity_id)


def _seen(record: OpportunityRecord) -> dict[str, Any]:
    return as_shown(values_of(record), record.row.version)


def _changeable(request: SignedIn, opportunity_id: int) -> OpportunityRecord:
    record = opportunity(request.actor, opportunity_id)
    demand_changeable(request.actor, record)
    return record


def _edit_form(
    request: SignedIn,
    record: Any,
    values: Mapping[str, Any],
    errors: Mapping[str, Any],
    *,
    conflict: Meanwhile | None = None,
    refusal: Conflict | None = None,
) -> HttpResponse:
    context = {
        **form_lists(),
        "refusal": refusal.message if refusal else None,
        "field_names": field_names(),
        "record": record,
        "created_on": clock.day_of(record.row.created_at, organisation_settings().time_zone),
        "values": values,
        "errors": errors,
        "conflict": conflict,
    }
    status = status_of(errors, conflict or refusal)
    return page(request, "opportunities/edit.html", context, status=status)
