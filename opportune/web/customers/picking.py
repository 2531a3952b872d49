"""Choosing a customer by type and by typing, lately used ones first, and making one in place (C-105…C-110)."""

from collections.abc import Mapping
from typing import Any

from django.http import HttpResponse
from django.views.decorators.http import require_GET, require_http_methods

from opportune.customers import actions, queries
from opportune.kernel.errors import Invalid, NotFound, Refused
from opportune.opportunities.queries import lately_sold_to
from opportune.web.pages import SignedIn, page, signed_in
from opportune.web.typed import Typed

OFFERED = 12
IN_PLACE = {
    "account": ("name", "city", "email", "phone"),
    "contact": ("first_name", "last_name", "email", "phone"),
}


@require_GET
@signed_in
def pick_customer(request: SignedIn) -> HttpResponse:
    """What a customer picker offers for some letters; without any, whom the person lately had to do with."""
    kind = request.GET.get("kind") or None
    query = request.GET.get("q", "").strip()
    actor = request.actor
    if query:
        found = queries.find_customers(actor, query, kind=kind, limit=OFFERED)
    else:
        newest = queries.newest_customers(actor, kind=kind, limit=OFFERED)
        lately = [*lately_sold_to(actor, limit=OFFERED), *newest]
        found = queries.customer_choices(actor, lately, kind=kind)[:OFFERED]
    kinds = [each for each in IN_PLACE if kind in (None, each) and actor.may(each, "create")]
    return page(request, "customers/picks.html", {"found": found, "query": query, "new": kinds})


@require_http_methods(["GET", "POST"])
@signed_in
def customer_in_place(request: SignedIn, kind: str) -> HttpResponse:
    """The few fields of a new customer inside the form that needs it; then what the picker chooses (C-109)."""
    if kind not in IN_PLACE:
        raise NotFound()
    request.actor.demand(kind, "create")
    if request.method == "GET":
        return _form(request, kind, _named(kind, request.GET.get("q", "").strip()), {})
    typed = Typed(request.POST.dict())
    fields = {name: typed.text(name) for name in IN_PLACE[kind]}
    create = actions.create_account if kind == "account" else actions.create_contact
    try:
        made = create(request.actor, fields, confirm_duplicates=typed.ticked("confirm_duplicates"))
    except Invalid as invalid:
        return _form(request, kind, fields, invalid.fields)
    except Refused as refusal:
        return _form(request, kind, fields, {}, refusal=refusal)
    return page(request, "customers/made.html", {"ref": made.ref, "name": made.full_name}, status=201)


def _named(kind: str, text: str) -> dict[str, str]:
    if kind == "account":
        return {"name": text}
    first, _, last = text.rpartition(" ")
    return {"first_name": first, "last_name": last}


def _form(
    request: SignedIn,
    kind: str,
    values: Mapping[str, Any],
    errors: Mapping[str, Any],
    *,
    refusal: Refused | None = None,
) -> HttpResponse:
    context = {"kind": kind, "values": values, "errors": errors, "refusal": refusal}
    return page(request, "customers/in_place.html", context, status=422 if errors or refusal else 200)
