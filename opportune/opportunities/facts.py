"""Questions that lower packages ask about deals, answered through wiring.py."""

from collections.abc import Iterable

from django.db.models import Count

from opportune.customers.queries import CustomerDeals, DealName
from opportune.identity.actor import Actor
from opportune.identity.visibility import scope
from opportune.kernel.records import RecordRef
from opportune.opportunities.models import CLOSED, OPEN, Entry, Opportunity, OpportunityQuerySet
from opportune.opportunities.writing import demand_open


def customer_has_opportunities(ref: RecordRef) -> bool:
    """Whether a deal outside the bin names an account or contact as its customer or primary contact."""
    live = Opportunity.objects.filter(deleted_at=None)
    if ref.kind == "account":
        return live.filter(account_id=ref.id).exists()
    return live.filter(contact_id=ref.id).exists() or live.filter(primary_contact_id=ref.id).exists()


def amounts_exist() -> bool:
    """Whether an amount was ever recorded, which freezes the base currency (domain.md §2)."""
    return Entry.objects.filter(value__isnull=False).exists()


def currency_is_used(code: str) -> bool:
    """Whether a deal was ever in a currency."""
    return Entry.objects.filter(currency=code).exists()


def close_reason_uses() -> dict[int, int]:
    """How many deals outside the bin were closed for each reason, by the reason's id (B-010)."""
    rows = Opportunity.objects.filter(deleted_at=None, close_reason__isnull=False).order_by()
    return dict(rows.values_list("close_reason_id").annotate(uses=Count("pk")))


def deals_reached(actor: Actor, ids: Iterable[int], verb: str) -> set[int]:
    """Those of the deals outside the bin that a verb of the actor reaches."""
    rows = OpportunityQuerySet(Opportunity).live().filter(scope(actor, Opportunity.kind, verb))
    return set(rows.filter(pk__in=list(ids)).values_list("pk", flat=True))


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
