"""What happened to a deal, the newest first, by the days of the reader: its entries, and its other changes."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from heapq import merge
from itertools import groupby
from operator import itemgetter
from typing import Any
from zoneinfo import ZoneInfo

from django.utils.translation import gettext

from opportune.customers.queries import Told, told
from opportune.identity.actor import Actor
from opportune.kernel.records import RecordRef
from opportune.ledger.queries import HistoryItem, Place, history_of
from opportune.opportunities.queries import EntryRow, OpportunityRecord, Tick, ticks_of
from opportune.web.changes import FieldChange, field_changes
from opportune.web.formats import month
from opportune.web.viewer import viewer

PAGE = 30
TOLD = (
    "subject",
    "customer",
    "primary_contact_id",
    "owner_id",
    "estimated_value",
    "currency",
    "probability",
    "chance",
    "estimated_close_on",
    "forecast_category",
    "on_hold",
    "type",
    "source",
    "rating",
    "priority",
    "payment_terms",
    "purchase_timeframe",
    "purchase_process",
    "budget",
    "decision_on",
    "expires_on",
    "delivery_on",
    "decision_maker_identified",
    "initiated_by",
    "campaign_id",
    "segment_id",
    "lost_to_id",
    "reminder_at",
    "description",
    "comments",
    "customer_need",
    "proposed_solution",
    "close_description",
)
"""The fields of which a timeline tells, in this order; what else changes with a command is figures."""


@dataclass(frozen=True, slots=True)
class Moment:
    """One change: who did what when to which fields.

    `entry` is there if it is one, with the entry `before` it; `tick` if it is one.
    """

    by: str
    at: datetime
    what: str
    fields: Sequence[FieldChange]
    is_undone: bool
    entry: EntryRow | None
    before: EntryRow | None
    tick: Tick | None = None

    @property
    def local(self) -> datetime:
        """When it was, where the reader is."""
        return self.at.astimezone(ZoneInfo(viewer().zone))

    @property
    def is_recent(self) -> bool:
        """Whether the hour says it, the day being said already."""
        return self.local.date() >= viewer().today - timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Days:
    """The changes of some days; `title` is empty where the page before has named them."""

    title: str
    moments: Sequence[Moment]


@dataclass(frozen=True, slots=True)
class Timeline:
    """A page of it; `older` is what the next page is asked for by, none at the end."""

    days: Sequence[Days]
    older: int | None


def timeline(
    actor: Actor, record: OpportunityRecord, *, upto: int | None = None, limit: int = PAGE
) -> Timeline:
    """A page of a deal's timeline. `upto` is the version of the deal at which the page before ended."""
    # one of the page before, to know its days, and one of the page after, to know that there is one
    found = list(history_of(RecordRef("opportunity", record.row.id), limit=limit + 2, upto=upto))
    last = found.pop(0) if upto is not None and found else None
    shown, rest = found[:limit], found[limit:]
    moments = _with_ticks(actor, record, shown, since=shown[-1].place if rest else None, before=last)
    days = [
        Days(title, list(of_days))
        for title, of_days in groupby(moments, key=lambda one: title_of(one.local.date()))
    ]
    if last and days:
        named = title_of(last.effective_at.astimezone(ZoneInfo(viewer().zone)).date())
        days[0] = Days("" if named == days[0].title else days[0].title, days[0].moments)
    return Timeline(days, shown[-1].version if rest else None)


def title_of(day: date) -> str:
    """The days that a day is told among: today, yesterday, this week, last week, then its month."""
    today = viewer().today
    monday = today - timedelta(days=today.weekday())
    if day >= today:
        return gettext("Today")
    if day == today - timedelta(days=1):
        return gettext("Yesterday")
    if day >= monday:
        return gettext("This week")
    if day >= monday - timedelta(days=7):
        return gettext("Last week")
    return month(day)


def _with_ticks(
    actor: Actor,
    record: OpportunityRecord,
    shown: Sequence[HistoryItem],
    *,
    since: Place | None,
    before: HistoryItem | None,
) -> Sequence[Moment]:
    """The changes of a page, and the ticks made since the oldest of them and before the last of the page before.

    Both by the instant that is told: what was imported lies where it happened, whenever it came here.
    """
    if not shown:
        return ()
    now = record.fields if before is None else _after(record, shown[0])
    changes = told(actor, "opportunity", shown, now, TOLD)
    own = zip([item.place for item in shown], _moments(record, shown, changes), strict=True)
    ticks = ticks_of(record.row.id, since=since, before=before.place if before else None)
    ticked = [(tick.change.place, _moment_of(tick)) for tick in ticks]
    return [moment for _, moment in merge(own, ticked, key=itemgetter(0), reverse=True)]


def _moment_of(tick: Tick) -> Moment:
    change = tick.change
    return Moment(change.by, change.effective_at, change.operation, (), change.undone, None, None, tick)


def _moments(
    record: OpportunityRecord, items: Sequence[HistoryItem], changes: Sequence[Sequence[Told]]
) -> Sequence[Moment]:
    entries = list(record.entries)
    before = dict(zip([entry.id for entry in entries], [*entries[1:], None], strict=True))
    of_sets: dict[int, list[EntryRow]] = {}
    for one in entries:
        of_sets.setdefault(one.change_set_id, []).append(one)
    moments = []
    for item, changed in zip(reversed(items), reversed(changes), strict=True):
        entry = _entry_of(item, of_sets.get(item.change_set_id, []))
        moments.append(
            Moment(
                by=item.by,
                at=item.effective_at,
                what=item.operation,
                fields=_worth_telling(field_changes(changed), entry),
                is_undone=item.undone,
                entry=entry,
                before=before.get(entry.id) if entry else None,
            )
        )
    return moments[::-1]


def _after(record: OpportunityRecord, item: HistoryItem) -> dict[str, Any]:
    """A deal's fields after a change of an older page: whom it names now, and its currency then."""
    entry = next((one for one in record.entries if one.change_set_id <= item.change_set_id), None)
    then = entry.currency if entry else record.row.currency
    return {**record.fields, "currency": then, "initiated_by_kind": ""}


def _worth_telling(changes: Sequence[FieldChange], entry: EntryRow | None) -> Sequence[FieldChange]:
    """What is not told anyway: a move has its probability below, and an edited chance is mostly the probability."""
    by_name = {one.field: (one.before, one.after) for one in changes}
    left_out = {"probability", "chance"}
    if entry is None or entry.move == "edited":
        left_out = {"chance"} if by_name.get("chance") == by_name.get("probability") else set()
    return [one for one in changes if one.field not in left_out]


def _entry_of(item: HistoryItem, waiting: list[EntryRow]) -> EntryRow | None:
    """The entry that a change made: the first of its change set, newest last, that is not older; it waits no more."""
    while item.on is not None and waiting:
        entry = waiting.pop()
        if entry.at >= item.effective_at:
            return entry
    return None
