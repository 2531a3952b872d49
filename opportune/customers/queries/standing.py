"""What stands on an account or contact, so that it cannot simply go."""

from opportune.customers.models import Account, Contact, Customer
from opportune.kernel.registries import facts


def is_depended_upon(customer: Customer) -> bool:
    """Whether records that are not in the bin belong to it: contacts, accounts below it, opportunities."""
    if isinstance(customer, Account) and (
        Account.objects.live().filter(parent_id=customer.pk).exists()
        or Contact.objects.live().filter(account_id=customer.pk).exists()
    ):
        return True
    has_opportunities = facts.get("customer_has_opportunities")
    return has_opportunities is not None and bool(has_opportunities(customer.ref))
