"""Which fields of accounts, contacts and connections draw on lists of choices, and what follows when a choice goes."""

from collections import Counter
from typing import Any

from django.db.models import Exists, OuterRef, QuerySet

from opportune.customers.models import Account, Connection, Contact
from opportune.customers.models.connection import CATEGORIES
from opportune.customers.roles import list_of
from opportune.identity.actor import Actor
from opportune.ledger.binning import put_into_bin
from opportune.ledger.models import LIVE
from opportune.ledger.recording import recording
from opportune.reference.events import ListItemRemoved
from opportune.reference.replacing import Drawn, drawn_on, replace_code, replace_in, uses_in

DRAWN: Drawn = {
    "account_type": [(Account.objects, "type")],
    "contact_type": [(Contact.objects, "type")],
    "contact_method": [(Account.objects, "contact_method"), (Contact.objects, "contact_method")],
    "industry": [(Account.objects, "industry")],
    "payment_terms": [(Account.objects, "payment_terms")],
}
SIDES = ("first", "second")
_OF_LIST = {list_of(category): category for category in CATEGORIES}


def choices_used_by_customers(list_key: str) -> Counter[str]:
    """How many accounts, contacts or connections have each code of a list."""
    counted = uses_in(DRAWN, list_key)
    if list_key in _OF_LIST:
        for side in SIDES:
            rows = _playing(side, _OF_LIST[list_key]).filter(LIVE).exclude(**{f"{side}_role": ""})
            counted.update(rows.values_list(f"{side}_role", flat=True))
    return counted


def lists_drawn_on_by_customers(record: Any) -> dict[str, str]:
    """The fields of an account, a contact or a connection that have codes of lists, with the lists' keys."""
    if isinstance(record, Connection):
        categories = {side: getattr(record, f"{side}_category") for side in SIDES}
        return {f"{side}_role": list_of(category) for side, category in categories.items() if category}
    return drawn_on(DRAWN, record)


def replace_choice_of_customers(actor: Actor, event: ListItemRemoved) -> None:
    """Give every record that has the removed code its replacement.

    Two records that were connected in both roles would be so twice in one: the connection of the removed role goes.
    """
    replace_in(DRAWN, event)
    if event.list_key not in _OF_LIST:
        return
    category = _OF_LIST[event.list_key]
    for side in SIDES:
        gone = _bin_doubles(side, category, event)
        rows = _playing(side, category).exclude(pk__in=gone)
        replace_code(rows, f"{side}_role", event.code, event.replacement)


def _playing(side: str, category: str) -> QuerySet[Connection]:
    return Connection._default_manager.filter(**{f"{side}_category": category})


def _bin_doubles(side: str, category: str, event: ListItemRemoved) -> list[int]:
    going = _playing(side, category).filter(LIVE, **{f"{side}_role": event.code})
    staying = _playing(side, category).filter(LIVE, **{f"{side}_role": event.replacement})
    pair = ("first_kind", "first_id", "second_kind", "second_id")
    both = Exists(staying.filter(**{name: OuterRef(name) for name in pair}))
    doubles = list(going.filter(both).select_for_update(of=("self",)))
    for double in doubles:
        recording().consequences.add(double.ref)
        put_into_bin(double)
    return [double.pk for double in doubles]
