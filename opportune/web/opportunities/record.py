"""One deal: its figures, its process bar, its fields and its history."""

from collections.abc import Collection, Mapping
from typing import Any
from urllib.parse import urlsplit

from django.http import HttpResponse
from django.views.decorators.http import require_GET

from opportune.activities.stage_tasks import stages_to_plan
from opportune.identity.actor import Actor
from opportune.kernel.errors import NotFound, NotPermitted
from opportune.kernel.parameters import record_id
from opportune.kernel.records import RecordRef
from opportune.kernel.sentences import Sentence
from opportune.opportunities.queries import OpportunityRecord, opportunity
from opportune.opportunities.read_only import closed
from opportune.opportunities.values import CHOICE_LISTS
from opportune.process.queries import StagePicture, StepPicture
from opportune.reference.queries import every_choice_of
from opportune.web.customers.connections import connections_context
from opportune.web.opportunities.names import field_names
from opportune.web.opportunities.rows import left_sight
from opportune.web.opportunities.step_rows import OwnSaves, Row, brought_along, kept_rows, shown_in_rows
from opportune.web.opportunities.timeline import timeline
from opportune.web.opportunities.walking import way_of
from opportune.web.pages import SignedIn, is_htmx, page, signed_in
from opportune.web.settings.categories import category_context

ROLES = "sales_team_role"
FIELDS = (
    "primary_contact_id",
    "type",
    "source",
    "rating",
    "priority",
    "currency",
    "payment_terms",
    "initiated_by",
    "campaign_id",
    "segment_id",
    "expires_on",
    "delivery_on",
    "purchase_timeframe",
    "budget",
    "purchase_process",
    "decision_on",
    "decision_maker_identified",
    "customer_need",
    "proposed_solution",
    "description",
)


@require_GET
@signed_in
def show(request: SignedIn, opportunity_id: int) -> HttpResponse:
    """The record. Without any script, `?stage=` opens that stage's flyout, `?upto=` an older page of the timeline."""
    record = opportunity(request.actor, opportunity_id)
    upto = record_id(request.GET.get("upto", ""))
    asked = request.GET.get("stage", "")
    context = {
        **whole_context(request, record, upto=upto),
        "opened": next((s for s in record.stages if str(s.stage.id) == asked), None),
    }
    older = upto is not None and is_htmx(request)
    return page(request, "opportunities/timeline.html" if older else "opportunities/record.html", context)


def show_again(
    request: SignedIn,
    opportunity_id: int,
    way: str | None,
    message: str,
    *,
    stage_id: int | None = None,
    fresh: Collection[StepPicture] = (),
    own: OwnSaves | None = None,
    refusal: str | Sentence = "",
    is_frozen: bool = False,
    rows: Mapping[int, Row] | None = None,
    status: int = 409,
) -> HttpResponse:
    """What changes with a figure: the header with its process bar, fields, timeline, and what was done, with its undo.

    The flyout of a stage that is open stays so. What is typed in its steps does, too, but in those that are `fresh`.
    Those that only one's `own` saves have left behind are brought along. A `refusal` says there why nothing was done,
    which is the answer's `status` then; `rows` are those that could not be saved. A panel `is_frozen` where the deal
    was closed under it.
    """
    try:
        record = opportunity(request.actor, opportunity_id)
    except NotFound:
        if not message:
            raise
        return left_sight(request, message, urlsplit(way or "").query)
    given = (request.POST if request.method == "POST" else request.GET).dict()
    stage_id = stage_id or record_id(given.get("opened", ""))
    opened = next((s for s in record.stages if s.stage.id == stage_id), None)
    kept = kept_rows(request.actor, given, record, opened.stage.id) if opened else []
    if opened and is_frozen:
        kept = [one.step.id for one in opened.steps]
    anew = {one.id for one in fresh}
    kept = [step_id for step_id in kept if step_id not in anew]
    context = {
        **whole_context(request, record, way=way),
        "opened": opened,
        "kept": kept,
        "along": brought_along(request.actor, given, record, kept, own) if own else (),
        "rows": rows or {},
        "refusal": refusal,
        "is_frozen": is_frozen,
        "message": message,
        "undo": request.change_sets[-1] if request.change_sets else 0,
        "kind": "done",
    }
    response = page(
        request, "opportunities/record_again.html", context, status=status if refusal or rows else 200
    )
    response["HX-Retarget"], response["HX-Reswap"] = "#record-head", "outerHTML"
    return response


@require_GET
@signed_in
def head(request: SignedIn, opportunity_id: int) -> HttpResponse:
    """The header, the fields and the timeline as they are now."""
    return show_again(request, opportunity_id, request.GET.get("query", ""), "")


def whole_context(
    request: SignedIn, record: OpportunityRecord, *, way: str | None = None, upto: int | None = None
) -> dict[str, Any]:
    """What the whole page is made of, and the way one came to it."""
    return {
        **record_context(record),
        **category_context(request.actor, "opportunity", record.row.id),
        **connections_context(request.actor, RecordRef("opportunity", record.row.id)),
        "may_connect": may_change(request.actor, record),
        "way": way_of(request, record.row.id, way),
        "timeline": timeline(request.actor, record, upto=upto),
        "upto": upto,
        "grouped": fields_by_stage(record),
        "shown": shown_in_rows(record),
    }


def fields_by_stage(record: OpportunityRecord) -> list[tuple[StagePicture | None, list[str]]]:
    """The fields in the order of the page: first those that no stage asks for, then what each stage asks first."""
    left = dict.fromkeys(FIELDS)
    stages: list[tuple[StagePicture | None, list[str]]] = []
    for state in record.stages:
        asked = [one.step.field for one in state.steps if one.step.what == "field" and one.step.field in left]
        names = list(dict.fromkeys(asked))
        for name in names:
            del left[name]
        if names:
            stages.append((state.stage, names))
    return [(None, list(left)), *stages]


def record_context(record: OpportunityRecord) -> dict[str, Any]:
    """What the record's page and its fragments are made of."""
    lists = every_choice_of((*CHOICE_LISTS, ROLES))
    return {
        "record": record,
        "deal": record.row,
        "fields": record.fields,
        "field_names": field_names(),
        "lists": {key: {choice.code: choice for choice in offered} for key, offered in lists.items()},
        "is_open": record.row.status in ("not_started", "in_progress"),
        "may_write": "write" in record.may,
        "may_add": "append" in record.may,
        "to_plan": stages_to_plan(record.process, record.tasks),
    }


def may_change(actor: Actor, record: OpportunityRecord) -> bool:
    """Whether the deal is open and the actor may write it."""
    return "write" in record.may and record.row.status in ("not_started", "in_progress")


def demand_changeable(actor: Actor, record: OpportunityRecord) -> None:
    """Show no form that could not be saved. Raises NotPermitted, or Conflict `closed`."""
    if "write" not in record.may:
        raise NotPermitted(kind="opportunity", verb="write")
    if not may_change(actor, record):
        raise closed(record.row.version)
