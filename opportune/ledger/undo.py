"""Undo: a new change set that takes back another, as far as nothing has changed since (domain.md §9)."""

from collections import defaultdict
from collections.abc import Iterable
from itertools import groupby
from typing import Any

from django.db import transaction

from opportune.kernel.actor import Actor
from opportune.kernel.errors import NotFound, NotPermitted, Refused
from opportune.kernel.records import RecordRef
from opportune.kernel.registries import AdditionHandler, ConsequenceHandler, handlers, react
from opportune.kernel.sentences import sentence
from opportune.ledger.events import UndoBegins, ValuesGivenBack
from opportune.ledger.facets import collapse
from opportune.ledger.giving_back import RECORD, GivingBack, OutOfTurn, Undone
from opportune.ledger.models import Change, ChangeSet, Job, Recorded
from opportune.ledger.recording import ADDITION, CONSEQUENCE, Recording, command, tried_twice

__all__ = ["Undone", "origin_of", "purged_among", "undo"]

_Operation = Change.Operation
GONE_FOR_GOOD = sentence("This cannot be undone: it was deleted for good.")


def undo(actor: Actor, change_set_id: int, *, job: Job | None = None, chunk: int | None = None) -> Undone:
    """Take a change set back with the actor's rights now, as a chunk of a job if one is given.

    It asks for the right to write, and of who takes back an own addition, such as a comment, for the right to append.
    Undoing an undo is redo. Records alike are given back together, with the verdicts that each would have alone.

    Raises NotFound, NotPermitted, or Refused `already_undone`, `nothing_to_undo`, `cannot_undo` (of what was deleted
    for good), `named_gone` (of what names something that was taken away since), or what the records' handlers raise.
    """
    original = _visible_change_set(actor, change_set_id)
    try:
        return tried_twice(lambda: _undo(actor, original, job, chunk))
    except OutOfTurn:
        return tried_twice(lambda: _undo(actor, original, job, chunk, in_turn=True))


@transaction.atomic
def _undo(
    actor: Actor, original: ChangeSet, job: Job | None, chunk: int | None, *, in_turn: bool = False
) -> Undone:
    ChangeSet.objects.select_for_update().get(pk=original.pk)
    if ChangeSet.objects.filter(undoes=original).exists():
        raise Refused("already_undone", sentence("This was already undone."))
    with command(actor, "undo", undoes=original, job=job, chunk=chunk) as running:
        undone = Undone(running.change_set.pk)
        by_record = _last_first(original)
        purged = purged_among(ref for ref, _ in by_record)
        undone.kept += [(ref, RECORD) for ref, _ in by_record if ref in purged]
        by_record = [(ref, steps) for ref, steps in by_record if ref not in purged]
        running.consequences |= {ref for ref, steps in by_record if _all_are(CONSEQUENCE, steps)}
        if _is_own(actor, original):
            running.additions |= {ref for ref, steps in by_record if _all_are(ADDITION, steps)}
        react(actor, UndoBegins(_fields_touched(by_record)))
        records = _locked(actor, [ref for ref, _ in by_record], running)
        changed_since = _changed_since(by_record)
        giving = GivingBack(actor, running, records, undone, in_turn)
        for ref, steps in by_record:
            giving.undo(ref, steps, changed_since[ref])
        giving.finish()
        if not undone.restored:
            kept = [(str(ref), facet) for ref, facet in undone.kept]
            if purged:
                raise Refused("cannot_undo", GONE_FOR_GOOD, kept=kept)
            raise Refused(
                "nothing_to_undo",
                sentence("Nothing was undone: everything it changed has been changed again since."),
                kept=kept,
            )
        react(actor, ValuesGivenBack(tuple(giving.given)))
    return undone


def origin_of(change_set: ChangeSet) -> ChangeSet:
    """The command that a chain of undo and redo goes back to; itself if it is neither."""
    while change_set.undoes is not None:
        change_set = change_set.undoes
    return change_set


def _visible_change_set(actor: Actor, change_set_id: int) -> ChangeSet:
    try:
        original = ChangeSet.objects.get(pk=change_set_id)
    except ChangeSet.DoesNotExist:
        raise NotFound("change_set") from None
    by_kind: dict[str, set[int]] = defaultdict(set)
    for kind, record_id in original.changes.order_by("pk").values_list("kind", "record_id"):
        by_kind[kind].add(record_id)
    if not any(kind in handlers and handlers[kind].visible(actor, ids) for kind, ids in by_kind.items()):
        refs = (RecordRef(kind, record_id) for kind, ids in by_kind.items() for record_id in ids)
        if _is_own(actor, original) and purged_among(refs):
            raise Refused("cannot_undo", GONE_FOR_GOOD)
        raise NotFound("change_set")
    return original


def purged_among(refs: Iterable[RecordRef]) -> set[RecordRef]:
    """Those of the records that were deleted for good."""
    gone = set()
    for kind, of_kind in groupby(sorted(refs), key=lambda ref: ref.kind):
        ids = [ref.id for ref in of_kind]
        rows = Change.objects.filter(kind=kind, record_id__in=ids, operation=_Operation.DELETE)
        gone |= {RecordRef(kind, record_id) for record_id in rows.values_list("record_id", flat=True)}
    return gone


def _last_first(change_set: ChangeSet) -> list[tuple[RecordRef, list[Change]]]:
    """Each record with its steps; what was made last comes first, as it may stand on what was made before."""
    steps: dict[RecordRef, list[Change]] = defaultdict(list)
    for change in change_set.changes.order_by("id"):
        steps[change.ref].append(change)
    return list(reversed(steps.items()))


def _fields_touched(by_record: Iterable[tuple[RecordRef, list[Change]]]) -> dict[str, frozenset[str]]:
    touched: dict[str, frozenset[str]] = {}
    for ref, steps in by_record:
        touched[ref.kind] = touched.get(ref.kind, frozenset()).union(*(step.after for step in steps))
    return touched


def _all_are(what: str, steps: list[Change]) -> bool:
    return all(step.detail.get(what) for step in steps)


def _is_own(actor: Actor, change_set: ChangeSet) -> bool:
    return change_set.person_id is not None and change_set.person_id == getattr(actor, "person_id", None)


def _locked(actor: Actor, refs: Iterable[RecordRef], running: Recording) -> dict[RecordRef, Recorded]:
    """The records, locked in one order by all. Raises NotPermitted if one is out of reach."""
    locked: dict[RecordRef, Recorded] = {}
    for kind, of_kind in groupby(sorted(refs), key=lambda ref: ref.kind):
        handler = handlers.get(kind)
        if handler is None:
            raise Refused("cannot_undo", sentence("This cannot be undone."), kind=kind)
        asked = list(of_kind)
        followed = [ref.id for ref in asked if ref in running.consequences]
        added = [ref.id for ref in asked if ref in running.additions - running.consequences]
        records = handler.lock(actor, [ref.id for ref in asked if ref.id not in {*followed, *added}])
        if followed and isinstance(handler, ConsequenceHandler):
            records |= handler.lock_consequences(followed)
        if added and isinstance(handler, AdditionHandler):
            records |= handler.lock_additions(actor, added)
        if len(records) != len(asked):
            raise NotPermitted(
                sentence("You do not have the right to undo this: it changed records you may not change.")
            )
        locked |= {RecordRef(kind, record_id): record for record_id, record in records.items()}
    return locked


def _changed_since(by_record: Iterable[tuple[RecordRef, list[Change]]]) -> dict[RecordRef, set[str]]:
    """The fields of each record that differ now from what they were right after these steps."""
    last = {ref: steps[-1].version for ref, steps in by_record}
    later: dict[RecordRef, list[tuple[dict[str, Any], dict[str, Any]]]] = {ref: [] for ref in last}
    for kind, of_kind in groupby(sorted(last), key=lambda ref: ref.kind):
        ids = [ref.id for ref in of_kind]
        oldest = min(last[RecordRef(kind, record_id)] for record_id in ids)
        for change in Change.objects.filter(kind=kind, record_id__in=ids, version__gt=oldest).order_by(
            "version"
        ):
            if change.version > last[change.ref]:
                later[change.ref].append((change.before, change.after))
    return {ref: set(collapse(steps)[1]) for ref, steps in later.items()}
