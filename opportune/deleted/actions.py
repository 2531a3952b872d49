"""Bringing records back from the bin, deleting them for good, and emptying it by and by."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from django.db import transaction

from opportune.deleted.purging import named_elsewhere, purge_rows
from opportune.deleted.queries import binned
from opportune.deleted.sources import KEPT_FOR, SOURCES
from opportune.identity.actor import Actor, system_actor
from opportune.kernel import clock
from opportune.kernel.errors import NotFound, Refused
from opportune.kernel.records import RecordRef
from opportune.kernel.sentences import sentence
from opportune.ledger.recording import action
from opportune.process.holding import hold_processes

CHUNK = 100


@dataclass(frozen=True, slots=True)
class Purged:
    """How many records went for good, and how many stay as others still name them."""

    gone: int = 0
    kept: int = 0


def restore_from_bin(actor: Actor, ref: RecordRef, *, with_customer: bool = False) -> None:
    """Take a record out of the bin with what fell with it (C-104k).

    Raises NotFound, NotPermitted, or Refused naming what stands in the way: `not_in_bin`, `external_id_taken`, or
    `customer_gone`, where `with_customer` brings that back first.
    """
    if ref.kind not in SOURCES:
        raise NotFound(ref.kind)
    if not with_customer:
        SOURCES[ref.kind].restore(actor, ref.id)
        return
    with transaction.atomic():
        hold_processes()
        _restore_with_customers(actor, ref)


@action("delete_for_good")
def delete_for_good(actor: Actor, ref: RecordRef) -> None:
    """Delete a record that is in the bin, with what hangs on it; only administrators do, and nothing brings it back.

    Raises NotFound, NotPermitted, or Refused `not_in_bin`, or `still_named` while other records name it.
    """
    source = SOURCES.get(ref.kind)
    if source is None or not source.seen(actor).filter(pk=ref.id).exists():
        raise NotFound(ref.kind)
    actor.demand_right("administer")
    row = binned(actor, ref)
    if row is None:
        raise Refused("not_in_bin", sentence("Only what is in the bin is deleted for good."))
    if named_elsewhere(ref.kind, [ref.id]):
        raise Refused(
            "still_named",
            sentence(
                "{name} is still named by other records, such as the past of an opportunity, and stays in the bin"
                " until the last of them is gone.",
                name=row.name,
            ),
        )
    _lock_and_purge(ref.kind, [ref.id])


def purge_due() -> Purged:
    """Delete for good what has been in the bin for thirty days, in chunks; the scheduler's.

    What others still name stays until they are gone. Undo is refused (`cannot_undo`).
    """
    system, gone, kept = system_actor("purge"), 0, 0
    for kind in SOURCES:
        stuck: set[int] = set()
        while due := _due(kind, stuck):
            named = named_elsewhere(kind, due)
            stuck |= named
            going = [pk for pk in due if pk not in named]
            if going:
                gone += _purge(system, kind, going)
        kept += len(stuck)
    return Purged(gone, kept)


@action("purge")
def _purge(actor: Actor, kind: str, ids: Sequence[int]) -> int:
    return _lock_and_purge(kind, ids)


def _lock_and_purge(kind: str, ids: Sequence[int]) -> int:
    """Purge those of the records that are still in the bin."""
    hold_processes()
    rows: Any = SOURCES[kind].model._default_manager.filter(pk__in=ids, deleted_at__isnull=False)
    locked = [row.pk for row in rows.order_by("pk").select_for_update(of=("self",))]
    purge_rows(kind, locked)
    return len(locked)


def _due(kind: str, stuck: set[int]) -> list[int]:
    rows: Any = SOURCES[kind].model._default_manager.filter(deleted_at__lte=clock.now() - KEPT_FOR)
    return list(rows.exclude(pk__in=stuck).order_by("pk").values_list("pk", flat=True)[:CHUNK])


def _restore_with_customers(actor: Actor, ref: RecordRef) -> None:
    """Bring back the customers that stand in the way, one after the other, then the record."""
    for _ in range(3):
        try:
            with transaction.atomic():
                SOURCES[ref.kind].restore(actor, ref.id)
            return
        except Refused as refusal:
            if refusal.code != "customer_gone":
                raise
            customer = RecordRef.parse(refusal.data["customer"])
        SOURCES[customer.kind].restore(actor, customer.id)
        if binned(actor, ref) is None:
            return
    SOURCES[ref.kind].restore(actor, ref.id)
