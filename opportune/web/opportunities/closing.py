"""Closing a deal as won or lost, and reopening it."""

from collections.abc import Mapping
from typing import Any

from django.http import HttpResponse
from django.urls import reverse
from django.utils.translation import gettext
from django.views.decorators.http import require_http_methods, require_POST

from opportune.kernel.errors import Conflict, Invalid, NotPermitted, Refused
from opportune.opportunities import actions
from opportune.opportunities.queries import OpportunityRecord, offered_closing, opportunity
from opportune.reference.actions import add_close_reason
from opportune.reference.queries import may_add_reason, offered_reasons
from opportune.web.back import stays
from opportune.web.conflicts import Meanwhile, Reading, as_shown, meanwhile, status_of
from opportune.web.formats import typed_amount
from opportune.web.opportunities.fields import around
from opportune.web.opportunities.record import demand_changeable, record_context
from opportune.web.pages import SignedIn, go, is_htmx, page, problem, signed_in, tell
from opportune.web.typed import Typed

FIELDS = (
    "outcome",
    "reason",
    "on",
    "actual_value",
    "lost_to",
    "description",
    "new_reason",
    "cancel_open_tasks",
    "version",
    "was",
)
READING = Reading(days=("on",), money=("actual_value",))


@require_http_methods(["GET", "POST"])
@signed_in
def close(request: SignedIn, opportunity_id: int) -> HttpResponse:
    """The close form, and closing (B-011…B-017). A reason can be added in place."""
    if request.method == "GET":
        record = _writable(request, opportunity_id)
        demand_changeable(request.actor, record)
        outcome = "lost" if request.GET.get("outcome") == "lost" else "won"
        proposed = _proposed(request, record, outcome)
        return _form(request, record, {**proposed, "outcome": outcome, "cancel_open_tasks": "on"}, {})
    typed = Typed(request.POST.dict())
    values = typed.values(FIELDS)
    version = typed.whole("version")
    try:
        typed.demand()
        reason = typed.text("reason")
        if reason == "+":
            _writable(request, opportunity_id)
            added = add_close_reason(request.actor, outcome=values["outcome"], name=typed.text("new_reason"))
            reason = values["reason"] = added.code
        actions.close(
            request.actor,
            opportunity_id,
            outcome=values["outcome"],
            reason=reason,
            on=typed.text("on"),
            actual_value=typed.figure("actual_value") if values["outcome"] == "won" else None,
            lost_to=typed.text("lost_to") or None,
            description=values["description"],
            cancel_open_tasks=typed.ticked("cancel_open_tasks"),
            confirm_zero=typed.ticked("confirm_zero"),
            version=version,
        )
    except Invalid as invalid:
        return _form(request, _writable(request, opportunity_id), values, invalid.fields)
    except Refused as refusal:
        return _form(request, _writable(request, opportunity_id), values, {refusal.code: refusal.message})
    except Conflict as conflict:
        record = _writable(request, opportunity_id)
        if conflict.code == "closed":
            return _form(request, record, values, {}, refusal=conflict)
        if conflict.code != "conflict":
            raise
        present = _proposed(request, record, "lost" if values["outcome"] == "lost" else "won")
        seen = meanwhile(conflict, typed.given, present, READING)
        return _form(request, record, seen.values, {}, conflict=seen)
    text = gettext("Closed as won.") if values["outcome"] == "won" else gettext("Closed as lost.")
    tell(request, text)
    return go(request, stays(request, reverse("opportunity", args=[opportunity_id])))


def _proposed(request: SignedIn, record: OpportunityRecord, outcome: str) -> dict[str, Any]:
    """What the form proposes for a deal, where that stands now, and its version."""
    offered = offered_closing(request.actor, record.row.id, outcome)
    values = {
        "reason": offered.reason,
        "on": offered.on.isoformat(),
        "actual_value": typed_amount(offered.actual_value),
        **around(record),
    }
    return as_shown(values, record.row.version)


def _writable(request: SignedIn, opportunity_id: int) -> OpportunityRecord:
    record = opportunity(request.actor, opportunity_id)
    if "write" not in record.may:
        raise NotPermitted(kind="opportunity", verb="write")
    return record


def _form(
    request: SignedIn,
    record: OpportunityRecord,
    values: Mapping[str, object],
    errors: object,
    *,
    conflict: Meanwhile | None = None,
    refusal: Conflict | None = None,
) -> HttpResponse:
    context = {
        **record_context(record),
        "refusal": refusal.message if refusal else None,
        "values": values,
        "errors": errors,
        "conflict": conflict,
        "reasons": offered_reasons(str(values["outcome"])) if values["outcome"] in ("won", "lost") else [],
        "may_add_reason": may_add_reason(request.actor),
    }
    template = "opportunities/close_dialog.html" if is_htmx(request) else "opportunities/close_page.html"
    return page(request, template, context, status=status_of(errors, conflict or refusal))


@require_POST
@signed_in
def reopen(request: SignedIn, opportunity_id: int) -> HttpResponse:
    """Reopen a closed deal."""
    try:
        actions.reopen(request.actor, opportunity_id)
    except Refused as refusal:
        return problem(request, refusal)
    tell(request, gettext("Reopened."))
    return go(request, reverse("opportunity", args=[opportunity_id]))
