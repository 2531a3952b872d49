"""What was deleted: shown by day, brought back, deleted for good."""

from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.urls import reverse
from django.utils.translation import gettext
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from opportune.deleted import actions
from opportune.deleted.queries import binned, in_bin
from opportune.kernel.errors import NotFound, Refused
from opportune.kernel.records import RecordRef
from opportune.web.pages import SignedIn, go, is_htmx, page, signed_in, tell


@require_GET
@signed_in
def show(request: SignedIn) -> HttpResponse:
    """The bin by days, the latest first."""
    return _list(request)


@require_POST
@signed_in
def restore(request: SignedIn, record: str) -> HttpResponse:
    """Take a record out of the bin; its customer first, if that is asked for."""
    ref = _ref(record)
    try:
        actions.restore_from_bin(request.actor, ref, with_customer="with_customer" in request.POST)
    except Refused as refusal:
        return _list(request, refusal=refusal, stuck=binned(request.actor, ref))
    tell(request, gettext("It is back, with all that fell with it."))
    return go(request, reverse(ref.kind, args=[ref.id]))


@require_http_methods(["GET", "POST"])
@signed_in
def purge(request: SignedIn, record: str) -> HttpResponse:
    """Ask whether a record shall go for good; then it does."""
    ref, refusal = _ref(record), None
    if request.method == "POST":
        try:
            actions.delete_for_good(request.actor, ref)
        except Refused as error:
            refusal = error
        else:
            messages.success(request, gettext("Deleted for good."))
            return go(request, reverse("bin"))
    row = binned(request.actor, ref)
    if row is None:
        raise refusal or NotFound(ref.kind)
    request.actor.demand_right("administer")
    context = {"row": row, "refusal": refusal}
    template = "bin/purge_form.html" if is_htmx(request) else "bin/purge_page.html"
    return page(request, template, context, status=422 if refusal else 200)


def _list(request: SignedIn, *, refusal: Refused | None = None, stuck: Any = None) -> HttpResponse:
    kind, after = request.GET.get("kind", ""), request.GET.get("after")
    context = {
        "page": in_bin(request.actor, kind=kind, after=after),
        "kind": kind,
        "refusal": refusal,
        "stuck": stuck,
        "may_purge": "administer" in request.actor.rights,
    }
    template = "bin/rows.html" if after and is_htmx(request) else "bin/list.html"
    return page(request, template, context, status=422 if refusal else 200)


def _ref(written: str) -> RecordRef:
    try:
        return RecordRef.parse(written)
    except ValueError:
        raise NotFound("record") from None
