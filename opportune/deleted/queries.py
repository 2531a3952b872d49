"""Reading the bin: what was deleted, by whom, and when it goes for good."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime

from django.db.models import Q

from opportune.deleted.sources import KEPT_FOR, SOURCES
from opportune.identity.actor import Actor
from opportune.kernel import clock
from opportune.kernel.errors import Invalid
from opportune.kernel.paging import Cursor, Page
from opportune.kernel.records import RecordRef
from opportune.kernel.sentences import sentence
from opportune.ledger.models import Change
from opportune.reference.queries import organisation_settings
from opportune.storage.keyset import instant

_RANKS = {kind: rank for rank, kind in enumerate(SOURCES)}


@dataclass(frozen=True, slots=True)
class BinRow:
    """A record in the bin. `purged_on` is the day it goes for good; `may_restore` says whether the reader may help it.

    `deleted_by` is whoever deleted it, or undid its making.
    """

    kind: str
    id: int
    name: str
    deleted_at: datetime
    deleted_on: date
    deleted_by: str
    purged_on: date
    may_restore: bool

    @property
    def ref(self) -> RecordRef:
        """The record."""
        return RecordRef(self.kind, self.id)


def in_bin(actor: Actor, *, kind: str = "", after: str | None = None, limit: int = 50) -> Page[BinRow]:
    """A page of what the actor may see of the bin, the latest first, in as many queries as there are kinds.

    Raises NotPermitted for who may read none of it, Invalid for an unknown kind or a bad cursor.
    """
    if kind and kind not in SOURCES:
        raise Invalid({"kind": sentence("The bin holds: {names}.", names=", ".join(SOURCES))})
    actor.demand(kind, "read") if kind else actor.demand_any("read")
    position = _decoded(after)
    found: list[tuple[datetime, str, int]] = []
    for each in [kind] if kind else SOURCES:
        rows = SOURCES[each].gone(actor).filter(_beyond(each, position)).order_by("-deleted_at", "-id")
        found += [(at, each, pk) for pk, at in rows.values_list("pk", "deleted_at")[: limit + 1]]
    found.sort(key=lambda one: (one[0], -_RANKS[one[1]], one[2]), reverse=True)
    shown = [RecordRef(each, pk) for _, each, pk in found[:limit]]
    more = None
    if len(found) > limit:
        at, last, pk = found[limit - 1]
        more = Cursor(f"{at.isoformat()} {last}", pk).encode()
    return Page(_rows(actor, shown), more)


def binned(actor: Actor, ref: RecordRef) -> BinRow | None:
    """A record that is in the bin, if the actor may see it there (C-011)."""
    if ref.kind not in SOURCES or not SOURCES[ref.kind].gone(actor).filter(pk=ref.id).exists():
        return None
    return _rows(actor, [ref])[0]


def _rows(actor: Actor, refs: Sequence[RecordRef]) -> list[BinRow]:
    zone = organisation_settings().time_zone
    who = _deleted_by(refs)
    found: dict[RecordRef, BinRow] = {}
    for kind in {ref.kind for ref in refs}:
        source, ids = SOURCES[kind], [ref.id for ref in refs if ref.kind == kind]
        may = set(source.gone(actor, "delete").filter(pk__in=ids).values_list("pk", flat=True))
        rows = source.gone(actor).filter(pk__in=ids)
        for pk, at, *names in rows.values_list("pk", "deleted_at", *source.columns):
            ref = RecordRef(kind, pk)
            found[ref] = BinRow(
                kind=kind,
                id=pk,
                name=" ".join(name for name in names if name),
                deleted_at=at,
                deleted_on=clock.day_of(at, zone),
                deleted_by=who.get(ref, ""),
                purged_on=clock.day_of(at + KEPT_FOR, zone),
                may_restore=pk in may,
            )
    return [found[ref] for ref in refs if ref in found]


def _deleted_by(refs: Iterable[RecordRef]) -> dict[RecordRef, str]:
    """Who put each record into the bin the last time."""
    of_refs = Q(pk__in=())
    for kind in SOURCES:
        of_refs |= Q(kind=kind, record_id__in=[ref.id for ref in refs if ref.kind == kind])
    rows = Change.objects.filter(of_refs, operation=Change.Operation.BIN).order_by("version")
    labels = rows.values_list("kind", "record_id", "change_set__actor_label")
    return {RecordRef(kind, pk): label for kind, pk, label in labels}


def _decoded(after: str | None) -> tuple[datetime, str, int] | None:
    if after is None:
        return None
    try:
        cursor = Cursor.decode(after)
        at, _, kind = (cursor.key or "").partition(" ")
        if kind not in SOURCES:
            raise ValueError("not a cursor of the bin")
        return instant(at), kind, cursor.id
    except (ValueError, ArithmeticError):
        raise Invalid({"after": sentence("This page does not exist; begin with the first one.")}) from None


def _beyond(kind: str, position: tuple[datetime, str, int] | None) -> Q:
    """The records of a kind that follow a position: by instant, then by kind, then by id."""
    if position is None:
        return Q()
    at, ended, last_id = position
    earlier = Q(deleted_at__lt=at)
    if _RANKS[kind] > _RANKS[ended]:
        return Q(deleted_at__lte=at)
    return (earlier | Q(deleted_at=at, pk__lt=last_id)) if kind == ended else earlier
