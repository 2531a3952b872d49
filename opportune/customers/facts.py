"""Questions that lower packages ask about accounts and contacts, answered through wiring.py."""

from collections.abc import Iterable

from opportune.customers.models import Account, Contact
from opportune.identity.access import Reachable, reachable
from opportune.identity.actor import Actor


def accounts_reached(actor: Actor, ids: Iterable[int], verb: str) -> set[int]:
    """Those of the accounts outside the bin that a verb of the actor reaches."""
    rows = Account.objects.live().reached_by(actor, verb).filter(pk__in=list(ids))
    return set(rows.values_list("pk", flat=True))


def contacts_reached(actor: Actor, ids: Iterable[int], verb: str) -> set[int]:
    """Those of the contacts outside the bin that a verb of the actor reaches."""
    rows = Contact.objects.live().reached_by(actor, verb).filter(pk__in=list(ids))
    return set(rows.values_list("pk", flat=True))


def accounts_reachable() -> Reachable:
    """What reaches an account, for who asks why somebody sees it."""
    return reachable(Account.kind, Account.objects.live())


def contacts_reachable() -> Reachable:
    """What reaches a contact, for who asks why somebody sees it."""
    return reachable(Contact.kind, Contact.objects.live())
