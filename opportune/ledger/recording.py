"""Writing the ledger: one change set a command, one change a record's step.

    @action("close_as_won")
    def close_as_won(actor, opportunity_id, …):
        …
        recording().update(opportunity, status="won", …)

An action called by another joins its change set and its transaction. Nothing else writes recorded models.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass, field
from datetime import date, datetime
from functools import wraps
from typing import Any, ParamSpec, TypeVar

from django.db import DatabaseError, IntegrityError, OperationalError, transaction

from opportune.kernel import clock
from opportune.kernel.actor import Actor
from opportune.kernel.errors import Conflict
from opportune.kernel.records import RecordRef
from opportune.kernel.registries import consumers, react
from opportune.kernel.remembering import changing, remembering
from opportune.kernel.watching import watched_command
from opportune.ledger.events import RecordsChanged
from opportune.ledger.lasting import lasting_kinds, new_edition
from opportune.ledger.models import Change, ChangeSet, Delivery, Job, Recorded, plain
from opportune.storage.replica import stay_on_primary

P = ParamSpec("P")
R = TypeVar("R")
_current: ContextVar["Recording | None"] = ContextVar("recording", default=None)
_noted: ContextVar[list[int] | None] = ContextVar("noted", default=None)
CONSEQUENCE, ADDITION = "consequence", "addition"
_DEADLOCKS = {"40P01", "40001"}
_TAKEN_OR_GONE = {"23505", "23503", "SQLITE_CONSTRAINT_UNIQUE", "SQLITE_CONSTRAINT_FOREIGNKEY"}


@dataclass(slots=True)
class Recording:
    """The change set of the running command, and the changes it will end with.

    `consequences` are records it changes beyond the actor's own rights: a won deal makes a customer. `additions` are
    those it only adds to, for which the right to append is enough: a comment.
    """

    actor: Actor
    change_set: ChangeSet
    changes: list[Change] = field(default_factory=list)
    consequences: set[RecordRef] = field(default_factory=set)
    additions: set[RecordRef] = field(default_factory=set)

    @contextmanager
    def adding(self, ref: RecordRef) -> Iterator[None]:
        """Within this block, the steps of a record are additions: who made them takes them back with the same right."""
        self.additions.add(ref)
        try:
            yield
        finally:
            self.additions.discard(ref)

    def create(
        self, record: Recorded, *, at: datetime | None = None, on: date | None = None, **detail: Any
    ) -> None:
        """Insert a record and write down its first step."""
        self.create_many([record], at=at, on=on, **detail)

    def create_many(
        self,
        records: Sequence[Recorded],
        *,
        at: datetime | None = None,
        on: date | None = None,
        **detail: Any,
    ) -> None:
        """Insert records of one model in bulk."""
        if not records:
            return
        for record in records:
            record.derive()
        type(records[0])._default_manager.bulk_create(records, batch_size=500)
        for record in records:
            self.note(record, Change.Operation.CREATE, {}, _filled(record), at=at, on=on, **detail)

    def update(
        self,
        record: Recorded,
        changes: dict[str, Any],
        *,
        at: datetime | None = None,
        on: date | None = None,
        operation: str = Change.Operation.UPDATE,
        **detail: Any,
    ) -> bool:
        """Give fields new values, save, and write down those that differ. False when none does."""
        if not self.step(record, changes, at=at, on=on, operation=operation, **detail):
            return False
        columns = [name for name in changes if name in record.recorded_fields()]
        record.save(update_fields=[*columns, "version", *record.derived])
        return True

    def step(
        self,
        record: Recorded,
        changes: dict[str, Any],
        *,
        at: datetime | None = None,
        on: date | None = None,
        operation: str = Change.Operation.UPDATE,
        **detail: Any,
    ) -> bool:
        """As `update`, but the caller saves: for many steps of many records written in bulk."""
        before = {name: plain(getattr(record, name)) for name in changes}
        for name, value in changes.items():
            setattr(record, name, value)
        record.derive()
        after = {name: plain(getattr(record, name)) for name in changes}
        differing = [name for name in changes if before[name] != after[name]]
        if not differing and all(value is None for value in detail.values()):
            return False
        record.version += 1
        self.note(
            record,
            operation,
            {name: before[name] for name in differing},
            {name: after[name] for name in differing},
            at=at,
            on=on,
            **detail,
        )
        return True

    def note(
        self,
        record: Recorded,
        operation: str,
        before: dict[str, Any],
        after: dict[str, Any],
        *,
        at: datetime | None = None,
        on: date | None = None,
        version: int | None = None,
        **detail: Any,
    ) -> None:
        """Write down one step of a record, at its present version unless another is given."""
        changing(record.kind)
        if record.ref in self.consequences:
            detail[CONSEQUENCE] = True
        if record.ref in self.additions:
            detail[ADDITION] = True
        self.changes.append(
            Change(
                change_set=self.change_set,
                kind=record.kind,
                record_id=record.pk,
                version=version or record.version,
                operation=operation,
                at=at or self.change_set.at,
                on=on,
                before=before,
                after=after,
                detail={name: plain(value) for name, value in detail.items() if value is not None},
            )
        )

    def note_row(
        self, ref: RecordRef, operation: str, before: Mapping[str, Any], after: Mapping[str, Any]
    ) -> None:
        """Write down a step of a row that a library keeps: its version is how often it has been written down."""
        noted = Change.objects.filter(kind=ref.kind, record_id=ref.id).count()
        pending = sum(change.ref == ref for change in self.changes)
        self.changes.append(
            Change(
                change_set=self.change_set,
                kind=ref.kind,
                record_id=ref.id,
                version=noted + pending + 1,
                operation=operation,
                at=self.change_set.at,
                before={name: plain(value) for name, value in before.items()},
                after={name: plain(value) for name, value in after.items()},
            )
        )

    def finish(self) -> None:
        """Write the changes, tell who reacts in the transaction, and queue what follows the commit."""
        if not self.changes and self.change_set.undoes_id is None:
            self.change_set.delete()
            return
        written = 0
        while written < len(self.changes):  # a reaction may change further records
            fresh = self.changes[written:]
            Change.objects.bulk_create(fresh, batch_size=500)
            written += len(fresh)
            refs = tuple(change.ref for change in fresh)
            react(self.actor, RecordsChanged(self.change_set.pk, refs, _fields_of(fresh)))
        Delivery.objects.bulk_create(
            [
                Delivery(change_set=self.change_set, consumer=name, due_at=self.change_set.at)
                for name in consumers
            ]
        )
        if not lasting_kinds().isdisjoint(change.kind for change in self.changes):
            new_edition()  # last, so that nobody else who changes something waits for long


def _fields_of(changes: Sequence[Change]) -> dict[RecordRef, frozenset[str]]:
    differing: dict[RecordRef, frozenset[str]] = {}
    for change in changes:
        differing[change.ref] = differing.get(change.ref, frozenset()) | change.after.keys()
    return differing


def _filled(record: Recorded) -> dict[str, Any]:
    return {name: value for name, value in record.facts().items() if value is not None and value != ""}


def recording() -> Recording:
    """The running command's recording. Raises RuntimeError outside an action."""
    current = _current.get()
    if current is None:
        raise RuntimeError("nothing is written outside an action")
    return current


@contextmanager
def command(
    actor: Actor,
    verb: str,
    *,
    undoes: ChangeSet | None = None,
    job: Job | None = None,
    chunk: int | None = None,
) -> Iterator[Recording]:
    """A transaction with one change set; inside another command, part of that one.

    It is noted for the door once it is committed: a commit may fail, and be tried again.
    """
    outer = _current.get()
    if outer is not None:
        yield outer
        return
    stay_on_primary()
    with remembering(), watched_command(verb), transaction.atomic():
        change_set = ChangeSet.objects.create(
            at=clock.now(),
            verb=verb,
            actor_kind=actor.kind,
            actor_id=actor.id,
            person_id=getattr(actor, "person_id", None),
            actor_label=actor.label,
            door=actor.door,
            undoes=undoes,
            job=job,
            chunk=chunk,
        )
        running = Recording(actor, change_set)
        token = _current.set(running)
        try:
            yield running
            running.finish()
        finally:
            _current.reset(token)
    noted = _noted.get()
    if noted is not None and running.change_set.pk is not None:
        noted.append(running.change_set.pk)


def action(verb: str) -> Callable[[Callable[P, R]], Callable[P, R]]:
    """Make a verb function a command: one transaction, one change set, one retry (`tried_twice`)."""

    def decorate(function: Callable[P, R]) -> Callable[P, R]:
        @wraps(function)
        def run(*args: P.args, **kwargs: P.kwargs) -> R:
            if _current.get() is not None:
                return function(*args, **kwargs)
            actor: Any = args[0]

            def attempt() -> R:
                with command(actor, verb):
                    return function(*args, **kwargs)

            return tried_twice(attempt)

        return run

    return decorate


def tried_twice(attempt: Callable[[], R]) -> R:
    """Run a transaction, once more if another one came in between. Raises Conflict if it did so again.

    What another one did is a deadlock, or a name, a number or a record that was free or there when the command
    looked: the second time the command sees it, and says itself what is wrong.
    """
    try:
        return attempt()
    except DatabaseError as error:
        if not _came_in_between(error):
            raise
    try:
        return attempt()
    except DatabaseError as error:
        if _came_in_between(error):
            raise Conflict() from error
        raise


def _came_in_between(error: DatabaseError) -> bool:
    """Whether it is the doing of another transaction; other broken constraints are our own mistake."""
    code = getattr(error.__cause__, "sqlstate", None) or getattr(error.__cause__, "sqlite_errorname", None)
    if isinstance(error, OperationalError):
        return code in _DEADLOCKS
    return isinstance(error, IntegrityError) and code in _TAKEN_OR_GONE


@contextmanager
def noting_change_sets() -> Iterator[list[int]]:
    """Within this block, the ids of the change sets that were written, for a door to offer their undo.

    A block around another one has those of the inner one too.
    """
    noted: list[int] = []
    around = _noted.get()
    token = _noted.set(noted)
    try:
        yield noted
    finally:
        _noted.reset(token)
        if around is not None:
            around.extend(noted)
