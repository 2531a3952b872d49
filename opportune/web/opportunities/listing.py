"""The list of deals."""

from typing import Any

from django.http import HttpResponse
from django.urls import reverse
from django.views.decorators.http import require_GET, require_http_methods

from opportune.campaigns.queries import visible_campaigns, visible_segments
from opportune.customers.queries import account_record, contact_record
from opportune.identity.actions import change_preferences
from opportune.identity.queries import people
from opportune.kernel import clock
from opportune.opportunities.filters import OpportunityFilter
from opportune.opportunities.queries import competitor, opportunities, totals
from opportune.process.queries import processes
from opportune.web.back import safe
from opportune.web.opportunities import columns
from opportune.web.opportunities.panels import APPLY, filter_panel, refused_in_panel
from opportune.web.opportunities.rows import rows_context
from opportune.web.pages import SignedIn, go, is_htmx, page, signed_in
from opportune.web.settings.categories import category_name
from opportune.web.templating import named as name_in_language

VIEWS = ("", "open", "won", "lost")


@require_GET
@signed_in
@refused_in_panel("list")
def show(request: SignedIn) -> HttpResponse:
    """A page of the list with the totals of everything that matches; the filter is the address (B-007)."""
    asked = request.GET.dict()
    after, named = asked.pop("after", None), asked.pop("columns", "")
    wanted = OpportunityFilter.read(asked, request.actor)
    since = clock.now()
    found, shown = opportunities(request.actor, wanted, after=after), columns.chosen(request.actor, named)
    context: dict[str, Any] = {
        **rows_context(request, found.rows, shown),
        "page": found,
        "since": since.isoformat(),
        "wanted": wanted,
        "parameters": _parameters(wanted, named),
    }
    if after and is_htmx(request):
        return page(request, "opportunities/list_rows.html", context)
    shown_processes = processes(with_retired=False)
    colleagues = people() if wanted.owner_ids or wanted.member_ids else ()
    customer = _customer(request, wanted)
    owners = [person.name for person in colleagues if person.id in wanted.owner_ids]
    context |= {
        "totals": totals(request.actor, wanted),
        "people": colleagues,
        "category": category_name(wanted.category),
        "process": next((one for one in shown_processes if one.id == wanted.process_id), None),
        "customer": customer,
        "filtered_by": [name for name in (customer, *owners) if name],
        "whose": _whose(request, wanted),
    }
    context["names"] = _names(request, wanted)
    return page(request, "opportunities/list.html", context)


@require_GET
@signed_in
@refused_in_panel("list", "opportunities")
def filters(request: SignedIn) -> HttpResponse:
    """What the list can be narrowed by."""
    asked = request.GET.dict()
    named = asked.pop("columns", "")
    asked.pop(APPLY, None)
    wanted = OpportunityFilter.read(asked, request.actor)
    return filter_panel(request, reverse("opportunities"), _parameters(wanted, named), of="list")


@require_http_methods(["GET", "POST"])
@signed_in
def choose_columns(request: SignedIn) -> HttpResponse:
    """Which columns there are; sent, keep those that the reader wants, in their order: none is the usual ones."""
    if request.method != "POST":
        shown = columns.chosen(request.actor, request.GET.get("columns", ""))
        context = {
            "columns": shown,
            "other_columns": columns.others(shown),
            "next": safe(request, request.GET.get("next", ""), reverse("opportunities")),
            "is_page": not is_htmx(request),
        }
        block = "choice" if is_htmx(request) else None
        return page(request, "opportunities/columns.html", context, block=block)
    wanted = ",".join(columns.read(",".join(request.POST.getlist("column"))))
    change_preferences(request.actor, deal_columns=wanted)
    return go(request, safe(request, request.POST.get("next", ""), reverse("opportunities")))


def _parameters(wanted: OpportunityFilter, named: str) -> dict[str, str]:
    return wanted.parameters() | ({"columns": ",".join(columns.read(named))} if named else {})


def _names(request: SignedIn, wanted: OpportunityFilter) -> dict[str, str]:
    """The names of the records a list is narrowed to, by parameter; the id of one that is gone."""
    named = {}
    if wanted.process_id is not None:
        process = next((one for one in processes() if one.id == wanted.process_id), None)
        named["process"] = name_in_language(process) if process else str(wanted.process_id)
    if wanted.competitor_id is not None:
        named["competitor"] = competitor(request.actor, wanted.competitor_id).name
    if wanted.campaign_id is not None:
        campaign = visible_campaigns(request.actor, [wanted.campaign_id]).get(wanted.campaign_id)
        named["campaign"] = campaign.name if campaign else str(wanted.campaign_id)
    if wanted.segment_id is not None:
        segment = visible_segments(request.actor, [wanted.segment_id]).get(wanted.segment_id)
        named["segment"] = segment.name if segment else str(wanted.segment_id)
    return named


def _whose(request: SignedIn, wanted: OpportunityFilter) -> dict[str, str]:
    """The parameters by which the list is somebody's, a customer's or a colleague's; one's own is the usual one."""
    if wanted.owner_ids == (request.actor.person_id,) and wanted.account_id is wanted.contact_id is None:
        return {}
    return {name: wanted.parameters().get(name, "") for name in ("account", "contact", "owner")}


def _customer(request: SignedIn, wanted: OpportunityFilter) -> str:
    if wanted.account_id is not None:
        return account_record(request.actor, wanted.account_id).name
    if wanted.contact_id is not None:
        return contact_record(request.actor, wanted.contact_id).name
    return ""
