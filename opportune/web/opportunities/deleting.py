"""Deleting a deal, and deleting all closed deals that match some filters (B-027…B-032)."""

from typing import Any

from django.http import HttpResponse
from django.urls import reverse
from django.utils.translation import gettext
from django.views.decorators.http import require_http_methods

from opportune.customers.queries import customer_names, visible_customers
from opportune.identity.queries import people
from opportune.kernel.errors import Conflict, Invalid, Refused
from opportune.kernel.records import RecordRef
from opportune.opportunities import actions, queries
from opportune.opportunities.deletion_filter import DeletionFilter
from opportune.process.queries import processes
from opportune.web.conflicts import version_of
from opportune.web.pages import SignedIn, go, is_htmx, page, signed_in, tell
from opportune.web.picked import CUSTOMER, read_picked
from opportune.web.templating import said
from opportune.web.typed import Typed

PICKED = (*DeletionFilter.PARAMETERS, "customer_name")


@require_http_methods(["GET", "POST"])
@signed_in
def delete(request: SignedIn, opportunity_id: int) -> HttpResponse:
    """What deleting a deal would take along; then the deletion."""
    found = queries.deal_deletion(request.actor, opportunity_id)
    refusal, conflict = found.refusal, None
    if request.method == "POST":
        version = version_of(request)
        try:
            actions.delete_opportunity(request.actor, opportunity_id, version=version)
        except Refused as error:
            refusal = error
        except Conflict as error:
            found, conflict = queries.deal_deletion(request.actor, opportunity_id), error
        else:
            tell(request, gettext("Deleted."))
            return go(request, reverse("opportunities"))
    context = {"deal": found.row, "found": found, "refusal": refusal, "conflict": conflict}
    template = "opportunities/deletion_form.html" if is_htmx(request) else "opportunities/deletion_page.html"
    status = 409 if conflict else 422 if request.method == "POST" else 200
    return page(request, template, context, status=status)


@require_http_methods(["GET", "POST"])
@signed_in
def delete_matching(request: SignedIn) -> HttpResponse:
    """The six filters, what they would delete, and the deletion (B-032)."""
    request.actor.demand("opportunity", "delete")
    given = request.GET.dict() if request.method == "GET" else request.POST.dict()
    typed = read_picked(request.actor, given, {"customer": CUSTOMER})
    asked = {name: typed.text(name) for name in DeletionFilter.PARAMETERS}
    try:
        typed.demand()
        wanted = DeletionFilter.read(asked, request.actor)
    except Invalid as invalid:
        return _form(request, typed, invalid.fields)
    if request.method == "GET":
        shown = "preview" in given
        return _form(
            request, typed, {}, found=queries.matching_deletion(request.actor, wanted) if shown else None
        )
    outcomes = actions.delete_matching(request.actor, wanted)
    if outcomes.job_id is not None:
        return go(request, reverse("job", args=[outcomes.job_id]))
    if not outcomes.skipped:
        tell(request, said(outcomes.message))
        return go(request, reverse("opportunities_deletion"))
    context = {"outcomes": outcomes, "undo": request.change_sets[-1] if request.change_sets else 0}
    return page(request, "opportunities/deletion_done.html", context)


def _form(
    request: SignedIn, typed: Typed, errors: object, *, found: queries.MatchingDeletion | None = None
) -> HttpResponse:
    values: dict[str, Any] = typed.values(PICKED)
    if values["customer"] and not values["customer_name"]:
        values["customer_name"] = _name_of(request, values["customer"])
    context = {
        "values": values,
        "errors": errors,
        "found": found,
        "people": [(person.id, person.name) for person in people()],
        "processes": processes(),
        "campaigns": queries.campaigns_of_closed(request.actor),
    }
    return page(request, "opportunities/deletion_matching.html", context, status=422 if errors else 200)


def _name_of(request: SignedIn, customer: str) -> str:
    """The name of a customer that the address names, if the reader may know it."""
    try:
        ref = RecordRef.parse(customer)
    except ValueError:
        return ""
    known = visible_customers(request.actor, [ref])
    return customer_names(known).get(ref, "")
