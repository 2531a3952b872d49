"""What hangs on one deal and what it names: competitors, the sales team, where it came from."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from django.db.models import QuerySet

from opportune.campaigns.queries import campaigns_by_id, visible_campaigns, visible_segments
from opportune.customers.queries import known_names
from opportune.identity.actor import Actor
from opportune.kernel.records import RecordRef
from opportune.ledger.models import LIVE
from opportune.opportunities.models import Opportunity, Rival, TeamMember
from opportune.storage.prepared import prepared


@dataclass(frozen=True, slots=True)
class RivalRow:
    """A competitor on a deal; the price is in the deal's currency. `version` is that of what is known here."""

    competitor_id: int
    name: str
    price: Decimal | None
    checked_on: date | None
    note: str
    version: int


@dataclass(frozen=True, slots=True)
class MemberRow:
    """A colleague on a deal's sales team; `role` is a code of the list of roles."""

    user_id: int
    name: str
    role: str
    may_write: bool
    version: int


@dataclass(frozen=True, slots=True)
class Origin:
    """The names of what a deal came from; empty where there is nothing.

    An account or contact that the reader may not see `is_hidden`, and not named.
    """

    campaign_name: str
    campaign_visible: bool
    segment_name: str
    segment_visible: bool
    initiated_by: str
    initiated_by_name: str
    is_hidden: bool = False


def rivals_of(opportunity_id: int) -> Sequence[RivalRow]:
    """The competitors on a deal, by name. The caller has checked that it may be seen."""
    return [RivalRow(*row) for row in _rivals(opportunity_id)]


@prepared
def _rivals(opportunity_id: int) -> QuerySet[Rival, Any]:
    rows = Rival.objects.filter(LIVE, opportunity_id=opportunity_id).order_by("competitor__sort_key", "id")
    return rows.values_list("competitor_id", "competitor__name", "price", "checked_on", "note", "version")


def team_of(opportunity_id: int) -> Sequence[MemberRow]:
    """The sales team of a deal, by name. The caller has checked that it may be seen."""
    return [MemberRow(*row) for row in _members(opportunity_id)]


@prepared
def _members(opportunity_id: int) -> QuerySet[TeamMember, Any]:
    rows = TeamMember.objects.filter(LIVE, opportunity_id=opportunity_id).order_by("user__sort_key", "id")
    return rows.values_list("user_id", "user__name", "role", "may_write", "version")


def origin_of(actor: Actor, deal: Opportunity) -> Origin:
    """Where a deal with its campaign and segment came from, as far as the actor may know (domain.md §7)."""
    campaign, segment = deal.campaign, deal.segment
    ref, name = None, None
    if deal.initiated_by_id is not None:
        ref = RecordRef(deal.initiated_by_kind, deal.initiated_by_id)
        name = _initiator_name(actor, deal, ref)
    return Origin(
        campaign_name=campaign.name if campaign else "",
        campaign_visible=campaign is not None and bool(visible_campaigns(actor, [campaign.pk])),
        segment_name=segment.name if segment else "",
        segment_visible=segment is not None and bool(visible_segments(actor, [segment.pk])),
        initiated_by="" if name is None else str(ref),
        initiated_by_name=name or "",
        is_hidden=ref is not None and name is None,
    )


def _initiator_name(actor: Actor, deal: Opportunity, ref: RecordRef) -> str | None:
    """The name of the initiator, none for a customer the actor may not see."""
    if ref.kind != "campaign":
        named = {
            ("account", deal.account_id),
            ("contact", deal.contact_id),
            ("contact", deal.primary_contact_id),
        }
        shown = [RecordRef(kind, customer) for kind, customer in named if customer]
        return known_names(actor, [ref], shown=shown).get(ref)
    if deal.campaign is not None and deal.campaign_id == ref.id:
        return deal.campaign.name
    known = campaigns_by_id([ref.id]).get(ref.id)
    return known.name if known else ""
