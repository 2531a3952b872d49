"""Carrying out what an undo does to records: alike ones that follow each other together, in as few queries as one.

The last made comes first, as it may stand on what was made before. Records of a kind with a `SetHandler` do not stand
on each other; for any other kind each record has its turn. Alike are those to which the same things are to be done: a
deal that was closed and deleted is brought back and then given its former values, as all are that follow it so.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any

from opportune.kernel.actor import Actor
from opportune.kernel.errors import OpportuneError
from opportune.kernel.records import RecordRef
from opportune.kernel.registries import RecordHandler, SetHandler, handlers
from opportune.ledger.facets import collapse, plan_fields
from opportune.ledger.models import Change, Recorded
from opportune.ledger.recording import Recording

RECORD = "record"
_Operation = Change.Operation
_IN_AND_OUT = (_Operation.BIN, _Operation.RESTORE)
REMOVE, BRING_BACK, RESTORE = "remove", "bring_back", "restore"


@dataclass(slots=True)
class Undone:
    """What an undo put back and what it left, as (record, facet); the facet `record` is the record itself."""

    change_set_id: int | None = None
    restored: list[tuple[RecordRef, str]] = field(default_factory=list)
    kept: list[tuple[RecordRef, str]] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class Doing:
    """One thing to be done to a record: to remove it, to bring it back, or to give fields their former values."""

    what: str
    values: dict[str, Any] = field(default_factory=dict)


class OutOfTurn(Exception):
    """Several things were to be done to each of many records, and one was refused: not the first in turn, maybe."""


@dataclass(slots=True)
class GivingBack:
    """A running undo: its locked records, and what it has done to them so far. In turn, none waits for another."""

    actor: Actor
    running: Recording
    records: dict[RecordRef, Recorded]
    undone: Undone
    in_turn: bool = False
    given: list[tuple[Recorded, frozenset[str]]] = field(default_factory=list)
    _waiting: list[tuple[RecordRef, Sequence[Doing]]] = field(default_factory=list)
    _counted: int = 0
    _changed: set[RecordRef] = field(default_factory=set)

    def undo(self, ref: RecordRef, steps: Sequence[Change], changed_since: set[str]) -> None:
        """Undo the steps of a record, now or along with those that follow; `finish` does what waits.

        Raises what `finish` does.
        """
        handler = handlers[ref.kind]
        together = isinstance(handler, SetHandler) and not self.in_turn
        if not together or not self._is_waited_with(ref):
            self.finish()
        doings = self._planned(handler, ref, steps, changed_since)
        if not doings:
            return
        if self._waiting and _kinds(self._waiting[0][1]) != _kinds(doings):
            self.finish()
        self._waiting.append((ref, doings))
        if not together:
            self.finish()

    def finish(self) -> None:
        """Do what waits: the first thing to all, then the next.

        Raises what the records' handlers raise, or OutOfTurn where another record's refusal might have come first.
        """
        waiting, self._waiting = self._waiting, []
        if not waiting:
            return
        handler, refs = handlers[waiting[0][0].kind], [ref for ref, _ in waiting]
        turns = list(zip(*(doings for _, doings in waiting), strict=True))
        try:
            for turn in turns:
                self._do(handler, list(zip(self._fresh(refs), turn, strict=True)))
        except OpportuneError as refusal:
            if len(turns) > 1 and len(refs) > 1:
                raise OutOfTurn from refusal
            raise

    def _is_waited_with(self, ref: RecordRef) -> bool:
        return not self._waiting or self._waiting[0][0].kind == ref.kind

    def _planned(
        self, handler: RecordHandler, ref: RecordRef, steps: Sequence[Change], changed_since: set[str]
    ) -> list[Doing]:
        operations = {step.operation for step in steps}
        if _Operation.CREATE in operations:
            if changed_since or handler.depended_upon(self._fresh([ref])[0]):
                self.undone.kept.append((ref, RECORD))
                return []
            self.undone.restored.append((ref, RECORD))
            return [Doing(REMOVE)]
        moved = {name for step in steps if step.operation in _IN_AND_OUT for name in step.after}
        if moved & changed_since:
            self.undone.kept.append((ref, RECORD))
            return []
        doings = []
        if _Operation.BIN in operations:
            doings.append(Doing(BRING_BACK))
            self.undone.restored.append((ref, RECORD))
        before, after = collapse(
            (step.before, step.after) for step in steps if step.operation == _Operation.UPDATE
        )
        plan = plan_fields(before, after, changed_since, handler.facets())
        if plan.values:
            read = type(self.records[ref]).read_fact
            doings.append(Doing(RESTORE, {name: read(name, value) for name, value in plan.values.items()}))
        self.undone.restored += [(ref, facet) for facet in plan.restored]
        self.undone.kept += [(ref, facet) for facet in plan.kept]
        if _Operation.RESTORE in operations and _Operation.BIN not in operations:
            doings.append(Doing(REMOVE))
            self.undone.restored.append((ref, RECORD))
        return doings

    def _do(self, handler: RecordHandler, doings: Sequence[tuple[Recorded, Doing]]) -> None:
        """Do the same thing to records of one kind."""
        what = doings[0][1].what
        records = [record for record, _ in doings]
        if what == RESTORE:
            self.given += [(record, frozenset(doing.values)) for record, doing in doings]
            pairs = [(record, doing.values) for record, doing in doings]
            if isinstance(handler, SetHandler):
                handler.restore_many(self.actor, pairs)
            else:
                for record, values in pairs:
                    handler.restore_fields(self.actor, record, values)
            return
        if isinstance(handler, SetHandler):
            many = handler.remove_many if what == REMOVE else handler.bring_back_many
            many(self.actor, records)
            return
        one: Callable[[Any, Any], None] = handler.remove if what == REMOVE else handler.bring_back
        for record in records:
            one(self.actor, record)

    def _fresh(self, refs: Sequence[RecordRef]) -> list[Recorded]:
        """The locked records as they are now: what followed from others may have changed them."""
        fresh = self.running.changes[self._counted :]
        self._counted += len(fresh)
        self._changed |= {change.ref for change in fresh}
        outdated = [ref for ref in refs if ref in self._changed]
        if outdated:
            model = type(self.records[outdated[0]])
            now = model._default_manager.in_bulk([ref.id for ref in outdated])
            for ref in outdated:
                self.records[ref] = now[ref.id]
        return [self.records[ref] for ref in refs]


def _kinds(doings: Sequence[Doing]) -> list[str]:
    return [doing.what for doing in doings]
