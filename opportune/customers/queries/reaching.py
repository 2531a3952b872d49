"""Reaching records of any kind that can be connected: their names, and what may be done with them."""

from collections import defaultdict
from collections.abc import Iterable

from opportune.customers.queries.picking import customer_choices
from opportune.customers.roles import CONNECTED, CUSTOMERS
from opportune.identity.actor import Actor
from opportune.kernel.records import RecordRef
from opportune.kernel.registries import facts

_NO_ID = 2**63


def names_of(actor: Actor, refs: Iterable[RecordRef]) -> dict[RecordRef, str]:
    """The names of those of the records that exist for the actor."""
    asked = set(refs)
    deals = {ref.id for ref in asked if ref.kind == "opportunity"}
    named = facts["deal_subjects"](actor, deals) if deals and "deal_subjects" in facts else {}
    found = {RecordRef("opportunity", deal): subject for deal, subject in named.items()}
    choices = customer_choices(actor, [ref for ref in asked if ref.kind in CUSTOMERS])
    return {**found, **{choice.ref: choice.name for choice in choices}}


def reached(actor: Actor, refs: Iterable[RecordRef], verb: str) -> set[RecordRef]:
    """Those of the records, outside the bin, that a verb of the actor reaches."""
    by_kind: dict[str, set[int]] = defaultdict(set)
    for ref in refs:
        if ref.kind in CONNECTED and 0 < ref.id < _NO_ID:
            by_kind[ref.kind].add(ref.id)
    return {
        RecordRef(kind, record_id)
        for kind, ids in by_kind.items()
        for record_id in facts[f"reached_{kind}"](actor, ids, verb)
    }


def demand_open(refs: Iterable[RecordRef]) -> None:
    """Raise Conflict `closed` if one of them is a closed deal, which is read-only (C-045)."""
    deals = {ref.id for ref in refs if ref.kind == "opportunity"}
    if deals and "demand_deals_open" in facts:
        facts["demand_deals_open"](deals)
