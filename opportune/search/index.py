"""Keeping what can be found in step with the records, in the transaction that changes them."""

from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Sequence
from itertools import islice

from django.db import transaction

from opportune.identity.actor import Actor, system_actor
from opportune.kernel.records import RecordRef
from opportune.kernel.text import fold
from opportune.ledger.events import RecordsChanged
from opportune.search.models import SearchEntry
from opportune.search.sources import SOURCES, entry_id

_BATCH = 500


def reindex(actor: Actor, event: RecordsChanged) -> None:
    """Bring the entries of changed records up to date, and of the records whose words include theirs."""
    differing = _refresh([ref for ref in event.refs if _may_differ(ref, event)])
    if differing:
        followers = {
            RecordRef(kind, record_id)
            for kind, source in SOURCES.items()
            for record_id in source.followers(differing)
        }
        _refresh(followers - set(event.refs))


def _may_differ(ref: RecordRef, event: RecordsChanged) -> bool:
    """Whether a change touches what a record is found by: moving a deal leaves its words alone."""
    source, fields = SOURCES.get(ref.kind), event.fields.get(ref)
    return source is not None and (fields is None or not fields.isdisjoint(source.fields))


@transaction.atomic
def rebuild_index() -> int:
    """Make all entries anew, as after a restore of the database. Returns how many there are."""
    SearchEntry.objects.all().delete()
    everybody = system_actor("search")
    for kind, source in SOURCES.items():
        ids = source.visible(everybody).values_list("pk", flat=True).order_by("pk").iterator(_BATCH)
        for batch in _batches(ids):
            _refresh_kind(kind, batch)
    return SearchEntry.objects.count()


def _refresh(refs: Iterable[RecordRef]) -> list[RecordRef]:
    by_kind: dict[str, set[int]] = defaultdict(set)
    for ref in refs:
        if ref.kind in SOURCES:
            by_kind[ref.kind].add(ref.id)
    differing = []
    for kind, ids in sorted(by_kind.items()):
        for batch in _batches(sorted(ids)):
            differing += [RecordRef(kind, record_id) for record_id in _refresh_kind(kind, batch)]
    return differing


def _refresh_kind(kind: str, ids: Sequence[int]) -> Collection[int]:
    """Bring some records' entries up to date; returns the ids of those whose words are others now.

    The entries are locked before the words are read: of two commands that change them the second sees the first's.
    """
    entries = SearchEntry.objects.filter(record_kind=kind, record_id__in=ids)
    locked = entries.order_by("record_id").select_for_update()
    before = dict(locked.values_list("record_id", "text"))
    after = {record_id: _searchable(text) for record_id, text in SOURCES[kind].texts(ids).items()}
    gone = before.keys() - after.keys()
    if gone:
        entries.filter(record_id__in=gone).delete()
    differing = [record_id for record_id, text in after.items() if before.get(record_id) != text]
    SearchEntry.objects.bulk_create(
        [entry_of(kind, pk, after[pk]) for pk in differing],
        update_conflicts=True,
        unique_fields=["id"],
        update_fields=["text"],
    )
    return differing


def entry_of(kind: str, record_id: int, text: str) -> SearchEntry:
    """A record's entry with some words, not saved."""
    return SearchEntry(id=entry_id(kind, record_id), record_kind=kind, record_id=record_id, text=text)


def _searchable(text: str) -> str:
    return f" {fold(text)}"


def _batches(ids: Iterable[int]) -> Iterator[Sequence[int]]:
    remaining = iter(ids)
    while batch := list(islice(remaining, _BATCH)):
        yield batch
