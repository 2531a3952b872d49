"""Opening deals for the customers on a segment, after showing who has one already (business-central.md §7)."""

from collections.abc import Mapping
from typing import Any

from django.http import HttpResponse
from django.urls import reverse
from django.views.decorators.http import require_http_methods

from opportune.campaigns.queries import SegmentRecord, customers_on, segment_record
from opportune.identity.queries import people
from opportune.kernel.errors import Invalid, Refused
from opportune.opportunities.actions import create_from_segment
from opportune.opportunities.queries import deals_of_segment
from opportune.process.queries import processes
from opportune.reference.queries import organisation_settings
from opportune.web.pages import SignedIn, go, is_htmx, page, signed_in, tell
from opportune.web.templating import said
from opportune.web.typed import Typed
from opportune.web.urls_of import with_parameters


@require_http_methods(["GET", "POST"])
@signed_in
def create(request: SignedIn, segment_id: int) -> HttpResponse:
    """Ask how the deals shall be; then open them. `line` asks for one line only."""
    request.actor.demand("opportunity", "create")
    record = segment_record(request.actor, segment_id)
    typed = Typed((request.POST if request.method == "POST" else request.GET).dict())
    line = typed.whole("line")
    if request.method == "GET":
        return _form(request, record, line, {"subject": record.name, "line": line or ""}, {})
    try:
        typed.demand()
        opened = create_from_segment(
            request.actor,
            segment_id,
            line_ids=None if line is None else [line],
            subject=typed.text("subject"),
            owner_id=typed.whole("owner_id"),
            process_id=typed.whole("process"),
            is_started=typed.text("started") == "yes",
            again=typed.ticked("again"),
        )
    except Invalid as invalid:
        return _form(request, record, line, request.POST.dict(), invalid.fields)
    except Refused as refusal:
        return _form(request, record, line, request.POST.dict(), {"refused": refusal.message})
    tell(request, said(opened.message))
    if len(opened.made) == 1:
        return go(request, reverse("opportunity", args=[opened.made[0]]))
    return go(request, with_parameters(reverse("opportunities"), {"segment": str(segment_id)}))


def _form(
    request: SignedIn,
    record: SegmentRecord,
    line: int | None,
    values: Mapping[str, Any],
    errors: Mapping[str, Any],
) -> HttpResponse:
    customers = customers_on(request.actor, record.id, None if line is None else [line])
    context = {
        "record": record,
        "values": values,
        "errors": errors,
        "customers": len(customers),
        "covered": len(deals_of_segment(request.actor, record.id, customers)),
        "people": people(),
        "processes": processes(with_retired=False),
        "default_process": organisation_settings().default_process,
    }
    template = "campaigns/open_form.html" if is_htmx(request) else "campaigns/open_page.html"
    return page(request, template, context, status=422 if errors else 200)
