"""The lines of a segment, as far as the reader may see the customers on them."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from django.db.models import Q, QuerySet

from opportune.campaigns.models import SegmentMember
from opportune.customers.models import Account, Contact
from opportune.customers.queries import customer_choices
from opportune.identity.actor import Actor
from opportune.kernel.errors import NotFound
from opportune.kernel.paging import Page
from opportune.kernel.records import RecordRef
from opportune.ledger.models import LIVE
from opportune.storage.keyset import read_page


@dataclass(frozen=True, slots=True)
class LineRow:
    """A line: an account or a contact with a city or an account for a subtitle, or a blank one with neither."""

    id: int
    version: int
    customer: RecordRef | None
    customer_name: str
    subtitle: str
    note: str


_COLUMNS = ("id", "version", "account_id", "contact_id", "note")


def lines(actor: Actor, segment_id: int, *, after: str | None = None, limit: int = 50) -> Page[LineRow]:
    """A page of the lines, as they were added. The caller has checked that the segment may be seen. Raises Invalid."""
    rows: QuerySet[Any] = seen_lines(actor).filter(segment_id=segment_id)
    found, following = read_page(
        rows.values(*_COLUMNS),
        "id",
        descending=False,
        cursor=after,
        limit=limit,
        read=int,
    )
    return Page(_rows(actor, found), following)


def _rows(actor: Actor, found: Sequence[dict[str, Any]]) -> list[LineRow]:
    refs = [ref for one in found if (ref := _customer(one["account_id"], one["contact_id"]))]
    named = {choice.ref: choice for choice in customer_choices(actor, refs)}
    shown = []
    for one in found:
        ref = _customer(one["account_id"], one["contact_id"])
        choice = named.get(ref) if ref else None
        name, subtitle = (choice.name, choice.subtitle) if choice else ("", "")
        shown.append(LineRow(one["id"], one["version"], ref, name, subtitle, one["note"]))
    return shown


def line(actor: Actor, segment_id: int, line_id: int) -> LineRow:
    """One line. The caller has checked that the segment may be seen. Raises NotFound."""
    rows: QuerySet[Any] = seen_lines(actor).filter(segment_id=segment_id, pk=line_id)
    found = rows.values(*_COLUMNS).first()
    if found is None:
        raise NotFound(SegmentMember.kind)
    return _rows(actor, [found])[0]


def seen_lines(actor: Actor) -> QuerySet[SegmentMember]:
    """The lines outside the bin whose customer the actor may see, and the blank ones."""
    blank = Q(account_id__isnull=True, contact_id__isnull=True)
    accounts = Account.objects.visible_to(actor).values("pk")
    contacts = Contact.objects.visible_to(actor).values("pk")
    seen = blank | Q(account_id__in=accounts) | Q(contact_id__in=contacts)
    return SegmentMember._default_manager.filter(LIVE, seen)


def customers_on(actor: Actor, segment_id: int, line_ids: Sequence[int] | None = None) -> Sequence[RecordRef]:
    """The customers on the lines, or on some of them, in the order of the lines; blank ones have none."""
    rows = seen_lines(actor).filter(segment_id=segment_id)
    if line_ids is not None:
        rows = rows.filter(pk__in=line_ids)
    found = (_customer(*row) for row in rows.order_by("pk").values_list("account_id", "contact_id"))
    return [ref for ref in found if ref is not None]


def _customer(account_id: int | None, contact_id: int | None) -> RecordRef | None:
    if account_id is not None:
        return RecordRef(Account.kind, account_id)
    return None if contact_id is None else RecordRef(Contact.kind, contact_id)
