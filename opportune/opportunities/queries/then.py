"""How deals stood on a past day, read from the entries and from nothing else (domain.md §3, §9)."""

from collections.abc import Mapping, Sequence
from typing import Any

from django.db.models import F

from opportune.identity.actor import Actor
from opportune.opportunities.models import Entry
from opportune.opportunities.queries.listing import OpportunityRow, customer_visible

_OF_THE_ENTRY = (
    "status", "process_id", "stage_id", "account_id", "contact_id", "owner_id", "currency", "value", "value_base",
    "expected", "expected_base", "chance", "probability", "forecast_category", "estimated_close_on", "closed_on",
)  # fmt: skip
_OF_THE_DEAL = ("version", "number", "subject", "created_at")


def rows_then(actor: Actor, entry_ids: Sequence[int]) -> Mapping[int, OpportunityRow]:
    """The deals of entries as they stood, by the entries' ids; number and subject are today's.

    What entries do not hold is unknown: since when a deal was in its stage, whether it was stale, when it expires.
    The caller has checked that the entries may be seen.
    """
    found = Entry.objects.filter(pk__in=entry_ids).values(
        "id",
        "opportunity_id",
        "at",
        *_OF_THE_ENTRY,
        **{f"today_{name}": F(f"opportunity__{name}") for name in _OF_THE_DEAL},
        owner_name=F("owner__name"),
        account_name=F("account__name"),
        first=F("contact__first_name"),
        last=F("contact__last_name"),
        visible=customer_visible(actor),
    )
    return {one["id"]: _row(one) for one in found}


def _row(one: Mapping[str, Any]) -> OpportunityRow:
    return OpportunityRow(
        **{name: one[name] for name in _OF_THE_ENTRY},
        **{name: one[f"today_{name}"] for name in _OF_THE_DEAL},
        id=one["opportunity_id"],
        pipeline_phase_id=None,
        is_finished=False,
        customer_name=one["account_name"] or f"{one['first'] or ''} {one['last'] or ''}".strip(),
        customer_visible=bool(one["visible"]),
        owner_name=one["owner_name"],
        stage_since=None,
        touched_at=one["at"],
        expires_on=None,
        is_stale=False,
    )
