"""Questions that lower packages ask about deals, answered through wiring.py."""

from opportune.kernel.records import RecordRef
from opportune.opportunities.models import Entry, Opportunity


def customer_has_opportunities(ref: RecordRef) -> bool:
    """Whether a deal outside the bin names an account or contact as its customer or primary contact."""
    live = Opportunity.objects.filter(deleted_at=None)
    if ref.kind == "account":
        return live.filter(account_id=ref.id).exists()
    return live.filter(contact_id=ref.id).exists() or live.filter(primary_contact_id=ref.id).exists()


def amounts_exist() -> bool:
    """Whether an amount was ever recorded, which freezes the base currency (domain.md §2)."""
    return Entry.objects.filter(value__isnull=False).exists()
