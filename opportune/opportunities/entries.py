"""Entries: the intervals a deal's life is made of, and the only source of the past's numbers (domain.md §3).

One function writes them. They can be rebuilt from the ledger (`rebuilt`), and equal what is stored.
"""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from itertools import pairwise
from typing import Any

from django.db.models import QuerySet

from opportune.ledger.models import Change, ChangeSet
from opportune.ledger.recording import recording
from opportune.opportunities.models import Entry, Opportunity, Valued
from opportune.storage.prepared import prepared

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


@dataclass(frozen=True, slots=True)
class Turn:
    """What happened to a deal on a business date; the deal as it stands afterwards."""

    opportunity: Opportunity
    move: str
    on: date


def append(turns: Sequence[Turn], *, at: datetime | None = None) -> None:
    """End the current entries of deals and begin those that hold from now, each strictly later than the one before.

    In as many queries for many deals as for one.
    """
    current = _current([turn.opportunity.pk for turn in turns])
    since = {deal: (entry, began) for deal, entry, began in current}
    change_set = recording().change_set
    begun, ended = [], defaultdict(list)
    for turn in turns:
        instant = at or change_set.at
        if turn.opportunity.pk in since:
            entry_id, began = since[turn.opportunity.pk]
            instant = max(instant, began + _TICK)
            ended[instant].append(entry_id)
        begun.append(
            entry_of(turn.opportunity, move=turn.move, at=instant, on=turn.on, change_set=change_set)
        )
    for instant, ids in ended.items():  # one, unless an earlier entry lies in the future
        for first in range(0, len(ids), BATCH):
            some = Entry.objects.filter(pk__in=ids[first : first + BATCH])
            some.update(ended_at=instant, is_current=False)
    Entry.objects.bulk_create(begun, batch_size=BATCH)


@prepared
def _current(deal_ids: Sequence[int]) -> QuerySet[Entry, Any]:
    current = Entry.objects.filter(opportunity_id__in=deal_ids, is_current=True)
    return current.values_list("opportunity_id", "id", "at")


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
