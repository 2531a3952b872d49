"""Customers that somebody may hear of but not see: a record's past, and where it came from (domain.md §7).

Whoever sees a deal sees the name of its customer. A customer it had before, or that it came from, is not its customer:
without the right to see that one, the reader learns that there was one, and no more.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from typing import Any

from opportune.customers.models import Account, Contact
from opportune.customers.queries.listing import account_record, contact_record
from opportune.customers.queries.picking import customer_names
from opportune.identity.actor import Actor
from opportune.kernel.records import RecordRef
from opportune.kernel.sentences import sentence
from opportune.ledger.queries import HistoryItem, history_of

HIDDEN = sentence("a customer you cannot see")
_NAMING: Mapping[str, str] = {
    "account_id": "account",
    "contact_id": "contact",
    "primary_contact_id": "contact",
    "parent_id": "account",
}
_INITIATOR = ("initiated_by_kind", "initiated_by_id")
Values = Mapping[str, Any]


def known_names(
    actor: Actor, refs: Iterable[RecordRef], *, shown: Iterable[RecordRef] = ()
) -> dict[RecordRef, str]:
    """The names of those of the customers the actor may see, in the bin or not, or that are `shown` anyway."""
    return customer_names(_known(actor, set(refs), set(shown)))


def _known(actor: Actor, asked: set[RecordRef], shown: set[RecordRef]) -> set[RecordRef]:
    known = asked & shown
    for model in (Account, Contact):
        ids = [ref.id for ref in asked - known if ref.kind == model.kind]
        if ids:
            reached = model.objects.reached_by(actor, "read").filter(pk__in=ids)
            known |= {RecordRef(model.kind, pk) for pk in reached.values_list("id", flat=True)}
    return known


def readable_history(actor: Actor, ref: RecordRef, now: Values, *, limit: int = 100) -> Sequence[HistoryItem]:
    """The latest changes of a record, without the customers that the actor may not see; the newest first.

    `now` are its fields as they are: whom those name is no secret, but for the initiator. The caller has checked that
    the record may be seen.
    """
    items = history_of(ref, limit=limit)
    shown = {RecordRef(kind, now[name]) for name, kind in _NAMING.items() if now.get(name)}
    kinds = _initiator_kinds(items, now)
    told = {
        named
        for item, (before, after) in zip(items, kinds, strict=True)
        for values, kind in ((item.before, before), (item.after, after))
        for named in _named(values, kind).values()
    }
    known = _known(actor, told, shown)
    return [_without(item, *kind, known) for item, kind in zip(items, kinds, strict=True)]


def customer_history(actor: Actor, ref: RecordRef, *, limit: int = 100) -> Sequence[HistoryItem]:
    """The latest changes of an account or contact, as `readable_history`. Raises NotFound."""
    return readable_history(actor, ref, named_by(actor, ref), limit=limit)


def named_by(actor: Actor, ref: RecordRef) -> Values:
    """The account that an account or contact belongs to, whose name is no secret. Raises NotFound."""
    if ref.kind == "account":
        return {"parent_id": account_record(actor, ref.id).parent_id}
    return {"account_id": contact_record(actor, ref.id).account_id}


def _initiator_kinds(items: Sequence[HistoryItem], now: Values) -> list[tuple[str, str]]:
    """For each change the initiator's kind before and after it: a change notes only what differs."""
    kind_column, _ = _INITIATOR
    after, found = str(now.get(kind_column) or ""), []
    for item in items:
        before = item.before.get(kind_column, "" if item.operation == "create" else after)
        found.append((str(before or ""), after))
        after = str(before or "")
    return found


def _named(values: Values, initiator_kind: str) -> dict[str, RecordRef]:
    named = {name: RecordRef(kind, values[name]) for name, kind in _NAMING.items() if values.get(name)}
    _, id_column = _INITIATOR
    if values.get(id_column) and initiator_kind in _NAMING.values():
        named[id_column] = RecordRef(initiator_kind, values[id_column])
    return named


def _without(item: HistoryItem, before: str, after: str, known: set[RecordRef]) -> HistoryItem:
    hidden: set[str] = set()
    left = []
    for values, kind in ((item.before, before), (item.after, after)):
        secret = {name for name, ref in _named(values, kind).items() if ref not in known}
        hidden |= secret
        left.append({name: None if name in secret else value for name, value in values.items()})
    return replace(item, before=left[0], after=left[1], hidden=tuple(sorted(hidden))) if hidden else item
