"""What hangs on one deal and what it names: competitors, the sales team, where it came from."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from opportune.campaigns.queries import campaigns_by_id
from opportune.customers.queries import known_names
from opportune.identity.actor import Actor
from opportune.kernel.records import RecordRef
from opportune.ledger.models import LIVE
from opportune.opportunities.models import Opportunity, Rival, TeamMember


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


@dataclass(frozen=True, slots=True)
class Origin:
    """The names of what a deal came from; empty where there is nothing.

    An account or contact that the reader may not see `is_hidden`, and not named.
    """

    campaign_name: str
    segment_name: str
    initiated_by: str
    initiated_by_name: str
    is_hidden: bool = False


def rivals_of(opportunity_id: int) -> Sequence[RivalRow]:
    """The competitors on a deal, by name. The caller has checked that it may be seen."""
    rows = Rival.objects.filter(LIVE, opportunity_id=opportunity_id).order_by("competitor__sort_key", "id")
    return [
        RivalRow(*row)
        for row in rows.values_list(
            "competitor_id", "competitor__name", "price", "checked_on", "note", "version"
        )
    ]


def team_of(opportunity_id: int) -> Sequence[MemberRow]:
    """The sales team of a deal, by name. The caller has checked that it may be seen."""
    rows = TeamMember.objects.filter(LIVE, opportunity_id=opportunity_id).order_by("user__sort_key", "id")
    return [MemberRow(*row) for row in rows.values_list("user_id", "user__name", "role", "may_write")]


def origin_of(actor: Actor, deal: Opportunity) -> Origin:
    """Where a deal with its campaign and segment came from, as far as the actor may know (domain.md §7)."""
    campaign = deal.campaign.name if deal.campaign else ""
    segment = deal.segment.name if deal.segment else ""
    if deal.initiated_by_id is None:
        return Origin(campaign, segment, "", "")
    ref = RecordRef(deal.initiated_by_kind, deal.initiated_by_id)
    name = _initiator_name(actor, deal, ref)
    if name is None:
        return Origin(campaign, segment, "", "", is_hidden=True)
    return Origin(campaign, segment, str(ref), name)


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
