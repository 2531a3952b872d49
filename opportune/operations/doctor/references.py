"""References to records by kind and id, which no database constraint holds."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from typing import Any

from django.db.models import Exists, OuterRef, QuerySet

from opportune.activities.models import Task
from opportune.customers.models import Connection
from opportune.deleted.purging import overdue_in_bin
from opportune.identity.actor import system_actor
from opportune.identity.models import Share
from opportune.kernel.sentences import counted
from opportune.ledger.models import Change, recorded_models
from opportune.operations.doctor.findings import Finding, Severity
from opportune.opportunities.models import Opportunity
from opportune.reference.models import CategoryMark
from opportune.search.models import SearchEntry
from opportune.search.sources import SOURCES, entry_id


def orphans() -> Iterator[Finding]:
    """Whatever names records that do not exist, and records that the search does not know."""
    if tasks := _without_record(Task.objects.all(), "about"):
        message = counted(
            "{count} task is about a record that does not exist.",
            "{count} tasks are about records that do not exist.",
            tasks,
        )
        yield Finding("task_of_nothing", Severity.ERROR, message, tasks)
    if shares := _without_record(Share.objects.all(), "record"):
        message = counted(
            "{count} share opens a record that does not exist.",
            "{count} shares open records that do not exist.",
            shares,
        )
        yield Finding("share_of_nothing", Severity.ERROR, message, shares)
    connections = Connection.objects.all()
    if loose := _without_record(connections, "first") + _without_record(connections, "second"):
        message = counted(
            "{count} connection leads to a record that does not exist.",
            "{count} connections lead to records that do not exist.",
            loose,
        )
        yield Finding("connection_of_nothing", Severity.ERROR, message, loose)
    if marks := _without_record(CategoryMark.objects.all(), "record"):
        message = counted(
            "{count} category marks a record that does not exist.",
            "{count} categories mark records that do not exist.",
            marks,
        )
        yield Finding("mark_on_nothing", Severity.ERROR, message, marks)
    begun = Opportunity.objects.exclude(initiated_by_kind="")
    if loose := _without_record(begun, "initiated_by"):
        message = counted(
            "{count} opportunity was initiated by a record that does not exist.",
            "{count} opportunities were initiated by records that do not exist.",
            loose,
        )
        yield Finding("initiated_by_nothing", Severity.ERROR, message, loose)
    if changes := Change.objects.exclude(kind__in=recorded_models()).count():
        message = counted(
            "{count} change in the ledger is of a kind of record that Opportune does not know.",
            "{count} changes in the ledger are of kinds of records that Opportune does not know.",
            changes,
        )
        yield Finding("change_of_unknown_kind", Severity.ERROR, message, changes)
    if found := _without_record(SearchEntry.objects.all(), "record"):
        message = counted(
            "The search knows {count} record that does not exist.",
            "The search knows {count} records that do not exist.",
            found,
        )
        yield Finding("search_entry_of_nothing", Severity.WARNING, message, found)
    if missing := sum(_not_found(kind) for kind in SOURCES):
        message = counted(
            "The search does not know {count} record.", "The search does not know {count} records.", missing
        )
        yield Finding("search_entry_missing", Severity.WARNING, message, missing)


def bin_overdue() -> Iterator[Finding]:
    """What should have been purged days ago, and that nothing names any more: the scheduler does not run."""
    overdue = overdue_in_bin(timedelta(days=2))
    if overdue:
        message = counted(
            "{count} deleted record is kept longer than it should be. Is a worker running?",
            "{count} deleted records are kept longer than they should be. Is a worker running?",
            overdue,
        )
        yield Finding("bin_overdue", Severity.WARNING, message, overdue)


def _without_record(rows: QuerySet[Any], name: str) -> int:
    """How many rows name, in the columns `<name>_kind` and `<name>_id`, a record that is not there."""
    known = recorded_models()
    count = rows.exclude(**{f"{name}_kind__in": known}).count()
    for kind in rows.order_by().values_list(f"{name}_kind", flat=True).distinct():
        if kind in known:
            there = known[kind]._default_manager.filter(pk=OuterRef(f"{name}_id"))
            count += rows.filter(~Exists(there), **{f"{name}_kind": kind}).count()
    return count


def _not_found(kind: str) -> int:
    """How many records of a kind that can be found have no search entry, or one where it is not looked for."""
    entry = SearchEntry.objects.filter(pk=OuterRef("pk") + entry_id(kind, 0))
    return SOURCES[kind].visible(system_actor("doctor")).filter(~Exists(entry)).count()
