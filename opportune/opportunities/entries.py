"""Entries: the intervals a deal's life is made of, and the only source of the past's numbers (domain.md §3).

One function writes them. They can be rebuilt from the ledger (`rebuilt`), and equal what is stored.
"""

from collections.abc import Iterable, Sequence
from datetime import date, datetime, timedelta
from itertools import pairwise

from opportune.ledger.models import Change, ChangeSet
from opportune.ledger.recording import recording
from opportune.opportunities.models import Entry, Opportunity, Valued

VALUED_FIELDS = tuple(field.attname for field in Valued._meta.get_fields() if hasattr(field, "attname"))
NOT_OF_THEMSELVES = {"rate", "base_digits"}
NOTED_FIELDS = frozenset(VALUED_FIELDS) - Opportunity.derived - NOT_OF_THEMSELVES
BATCH = 200
_TICK = timedelta(microseconds=1)


def is_noted(change: Change) -> bool:
    """Whether a change of a deal makes an entry: its creation, a move, or a field that numbers are made of."""
    return "move" in change.detail or not NOTED_FIELDS.isdisjoint(change.after)


def entry_of(opportunity: Opportunity, *, move: str, at: datetime, on: date, change_set: ChangeSet) -> Entry:
    """The entry that says how a deal stands; not yet stored."""
    values = {name: getattr(opportunity, name) for name in VALUED_FIELDS}
    return Entry(opportunity=opportunity, change_set=change_set, move=move, at=at, on=on, **values)


def append(opportunity: Opportunity, *, move: str, on: date, at: datetime | None = None) -> Entry:
    """End the current entry and begin the one that holds from now: strictly later than the one before."""
    current = Entry.objects.filter(opportunity=opportunity, is_current=True).first()
    change_set = recording().change_set
    instant = at or change_set.at
    if current is not None:
        instant = max(instant, current.at + _TICK)
        current.ended_at, current.is_current = instant, False
        current.save(update_fields=["ended_at", "is_current"])
    entry = entry_of(opportunity, move=move, at=instant, on=on, change_set=change_set)
    entry.save()
    return entry


def append_many(opportunities: Sequence[Opportunity], *, move: str, on: date) -> None:
    """As `append`, for many deals in few queries: a bulk command's number of queries follows its batches."""
    change_set = recording().change_set
    for start in range(0, len(opportunities), BATCH):
        batch = opportunities[start : start + BATCH]
        ended = list(Entry.objects.filter(opportunity__in=batch, is_current=True))
        begun = {opportunity.pk: change_set.at for opportunity in batch}
        for current in ended:
            current.ended_at = max(change_set.at, current.at + _TICK)
            current.is_current = False
            begun[current.opportunity_id] = current.ended_at
        Entry.objects.bulk_update(ended, ["ended_at", "is_current"])
        Entry.objects.bulk_create(
            [
                entry_of(opportunity, move=move, at=begun[opportunity.pk], on=on, change_set=change_set)
                for opportunity in batch
            ]
        )


def chained(entries: Sequence[Entry]) -> Sequence[Entry]:
    """Give a deal's entries, in order, their ends; the last one is current."""
    for entry, following in pairwise(entries):
        following.at = max(following.at, entry.at + _TICK)
        entry.ended_at, entry.is_current = following.at, False
    return entries


def rebuilt(opportunity_id: int, changes: Iterable[Change]) -> Sequence[Entry]:
    """A deal's entries as its changes in the ledger say they are. The changes come in the order of versions."""
    deal = Opportunity(pk=opportunity_id)
    entries = []
    for change in changes:
        for name, value in change.after.items():
            setattr(deal, name, Opportunity.read_fact(name, value))
        deal.weigh()
        if is_noted(change) and change.on is not None:
            move = str(change.detail.get("move", "edited"))
            entries.append(
                entry_of(deal, move=move, at=change.at, on=change.on, change_set=change.change_set)
            )
    return chained(entries)
