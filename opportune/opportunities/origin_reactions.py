"""What deals do when the campaign or segment they come from is deleted, and what stands on these."""

from django.db.models import Q

from opportune.campaigns.events import OriginRemoved
from opportune.identity.actor import Actor
from opportune.kernel.records import RecordRef
from opportune.opportunities.models import Opportunity, OpportunityQuerySet
from opportune.reference.replacing import replace_values


def let_go_of_origin(actor: Actor, event: OriginRemoved) -> None:
    """Empty the fields that name it, on closed deals and in the bin too; the deals stay (C-040).

    Undoing the deletion, or taking the record out of the bin, gives it back to those that name none since.
    """
    ref = event.ref
    if ref.kind == "campaign":
        initiated = {"initiated_by_kind": ref.kind, "initiated_by_id": ref.id}
        replace_values(
            Opportunity.objects.all(),
            initiated,
            {"initiated_by_kind": "", "initiated_by_id": None},
        )
    column = f"{ref.kind}_id"
    replace_values(Opportunity.objects.all(), {column: ref.id}, {column: None})


def origin_has_opportunities(ref: RecordRef) -> bool:
    """Whether a deal outside the bin names the campaign or segment."""
    naming = Q(**{f"{ref.kind}_id": ref.id}) | Q(initiated_by_kind=ref.kind, initiated_by_id=ref.id)
    return OpportunityQuerySet(Opportunity).live().filter(naming).exists()
