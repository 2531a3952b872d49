"""Questions about deals that their customers, connections and owners ask, answered through wiring.py."""

from collections.abc import Iterable

from opportune.customers.queries import CustomerDeals, DealName
from opportune.identity.actor import Actor
from opportune.identity.visibility import scope
from opportune.kernel.records import RecordRef
from opportune.opportunities.models import CLOSED, OPEN, Opportunity, OpportunityQuerySet
from opportune.opportunities.writing import demand_open


def demand_deals_open(ids: Iterable[int]) -> None:
    """Raise Conflict `closed` if one of the deals is closed, which is read-only (C-045)."""
    for deal in Opportunity.objects.filter(pk__in=list(ids), status__in=CLOSED):
        demand_open(deal)


def deals_of_customer(actor: Actor, ref: RecordRef) -> CustomerDeals:
    """The deals whose customer an account or contact is, and the open ones that only name the contact."""
    live = OpportunityQuerySet(Opportunity).live()
    theirs = live.filter(**{f"{ref.kind}_id": ref.id})
    seen = theirs.filter(scope(actor, Opportunity.kind, "read"))
    open_ones = seen.filter(status__in=OPEN).order_by("id").values_list("id", "number", "subject")
    found = tuple(DealName(*row) for row in open_ones)
    deletable = theirs.filter(scope(actor, Opportunity.kind, "delete"))
    named = 0
    if ref.kind == "contact":
        naming = live.filter(
            scope(actor, Opportunity.kind, "read"), primary_contact_id=ref.id, status__in=OPEN
        )
        named = naming.exclude(contact_id=ref.id).count()
    return CustomerDeals(
        open=found,
        closed=seen.filter(status__in=CLOSED).count(),
        named=named,
        is_more_open=theirs.filter(status__in=OPEN).count() > len(found),
        is_out_of_reach=theirs.count() > deletable.count(),
    )


def open_deals_of(user_id: int) -> int:
    """How many open deals somebody is responsible for."""
    return OpportunityQuerySet(Opportunity).live().filter(owner_id=user_id, status__in=OPEN).count()
