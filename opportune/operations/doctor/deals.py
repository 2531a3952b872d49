"""Deals against their entries, their entries against the ledger, and totals against a recount.

All deals are read once, some at a time.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

from django.core.exceptions import ValidationError
from django.db.models import Count, Q

from opportune.identity.actor import system_actor
from opportune.kernel.errors import OpportuneError
from opportune.kernel.sentences import counted, sentence
from opportune.ledger.models import Change
from opportune.operations.doctor.findings import Finding, Severity
from opportune.opportunities.entries import VALUED_FIELDS, rebuilt
from opportune.opportunities.filters import OpportunityFilter
from opportune.opportunities.models import Entry, Opportunity, Status
from opportune.opportunities.models.tally import PLACE
from opportune.opportunities.queries.totals import Sum, sums_by, totals

SOME = 500
_DOCTOR = system_actor("doctor")
_COMPARED = (*VALUED_FIELDS, "move", "at", "on", "ended_at", "is_current", "change_set_id")
_CANNOT_BE_READ = (ValueError, TypeError, ArithmeticError, ValidationError, OpportuneError)
_Key = tuple[int, int | None, str, int]


@dataclass(slots=True)
class Recount:
    """What was counted on the way through all deals."""

    sums: dict[_Key, Sum] = field(default_factory=lambda: defaultdict(Sum))
    other_than_entry: int = 0
    other_than_ledger: int = 0

    def take(self, deals: Sequence[Opportunity]) -> None:
        """Count some deals, by what they consist of rather than by what was derived from it."""
        ids = [deal.pk for deal in deals]
        entries: dict[int, list[Entry]] = defaultdict(list)
        for entry in Entry.objects.filter(opportunity_id__in=ids).order_by("at"):
            entries[entry.opportunity_id].append(entry)
        changes: dict[int, list[Change]] = defaultdict(list)
        told = Change.objects.filter(kind=Opportunity.kind, record_id__in=ids)
        for change in told.select_related("change_set").order_by("version"):
            changes[change.record_id].append(change)
        for deal in deals:
            stored = entries[deal.pk]
            self.other_than_entry += not _is_as_its_entry(deal, stored)
            self.other_than_ledger += not _is_as_the_ledger_says(deal.pk, stored, changes[deal.pk])
            if deal.deleted_at is None:
                self._weigh(deal)

    def _weigh(self, deal: Opportunity) -> None:
        key = deal.process_id, deal.stage_id, deal.status, deal.owner_id
        try:
            deal.weigh()
        except OpportuneError:
            return  # an amount that cannot be: the sums will tell
        self.sums[key] += Sum(1, deal.value_base, deal.expected_base)


def _is_as_its_entry(deal: Opportunity, entries: Sequence[Entry]) -> bool:
    current = [entry for entry in entries if entry.is_current]
    return len(current) != 1 or _columns(deal, VALUED_FIELDS) == _columns(current[0], VALUED_FIELDS)


def _is_as_the_ledger_says(deal_id: int, stored: Sequence[Entry], changes: Sequence[Change]) -> bool:
    try:
        told = rebuilt(deal_id, changes)
    except _CANNOT_BE_READ:
        return False
    return [_columns(entry, _COMPARED) for entry in told] == [_columns(entry, _COMPARED) for entry in stored]


def _columns(record: object, names: Sequence[str]) -> list[Any]:
    return [getattr(record, name) for name in names]


def deals() -> Iterator[Finding]:
    """What is wrong with deals, entries and totals."""
    current = Count("entries", filter=Q(entries__is_current=True))
    if count := Opportunity.objects.annotate(current=current).exclude(current=1).count():
        message = counted(
            "{count} opportunity does not have exactly one current entry.",
            "{count} opportunities do not have exactly one current entry.",
            count,
        )
        yield Finding("current_entry", Severity.ERROR, message, count)
    recount = recounted()
    if count := recount.other_than_entry:
        message = counted(
            "{count} opportunity differs from its current entry.",
            "{count} opportunities differ from their current entries.",
            count,
        )
        yield Finding("deal_other_than_entry", Severity.ERROR, message, count)
    if count := recount.other_than_ledger:
        message = counted(
            "The entries of {count} opportunity are not those that the ledger tells.",
            "The entries of {count} opportunities are not those that the ledger tells.",
            count,
        )
        yield Finding("entries_other_than_ledger", Severity.ERROR, message, count)
    yield from _totals(recount)


def recounted() -> Recount:
    """All deals, counted by Python."""
    recount, last = Recount(), 0
    while some := list(Opportunity.objects.filter(pk__gt=last).order_by("pk")[:SOME]):
        recount.take(some)
        last = some[-1].pk
    return recount


def _totals(recount: Recount) -> Iterator[Finding]:
    """Compare the recount with what SQL sums up for screens and summaries."""
    added = totals(_DOCTOR, OpportunityFilter())
    by_status: dict[str, Sum] = {status.value: Sum() for status in Status}
    by_stage: dict[tuple[int, int | None], Sum] = defaultdict(Sum)
    for (process, stage, status, _), part in recount.sums.items():
        by_status[status] += part
        by_stage[process, stage] += part
    differing = [key for key in {*by_stage, *added.by_stage} if by_stage[key] != added.by_stage.get(key)]
    owners = {key: part for key, part in recount.sums.items() if part != Sum()}
    if differing or by_status != added.by_status or owners != sums_by(PLACE, _DOCTOR, OpportunityFilter()):
        counted_value = sum((part.value for part in by_status.values()), Decimal(0))
        yield Finding(
            "totals_differ",
            Severity.ERROR,
            sentence(
                "Totals are wrong: {shown} in base currency where a recount finds {counted}. "
                "“opportune recount” mends it.",
                shown=added.all.value,
                counted=counted_value,
            ),
            max(len(differing), 1),
        )
