"""Nobody leads a deal to a stage while somebody else takes that stage away (decision 33).

Whoever changes deals holds the processes first and only then locks a deal; whoever changes of processes what those go
by takes them for itself first. So the one waits for the other before either has locked a row, and sees what it did.
"""

from collections.abc import Callable, Iterable, Mapping
from typing import Any

from opportune.kernel.errors import Refused
from opportune.kernel.remembering import forget, is_remembered, remembered
from opportune.kernel.sentences import sentence
from opportune.ledger.events import UndoBegins
from opportune.process.models import Process, Stage, Step
from opportune.storage.holding import Held, StillHeld, hold, take_alone

PATIENCE = 5.0
"""Seconds for which who takes the processes waits. Commands on deals take a fraction of one, and all that begin
meanwhile wait, too: what takes longer must not keep everybody from working."""

RELIED_UPON: Mapping[str, frozenset[str]] = {
    Process.kind: frozenset({"deleted_at", "is_retired", "estimates_required"}),
    Stage.kind: frozenset({"deleted_at", "replaced_by_id", "is_default", "allow_skip", "quote_required"}),
    Step.kind: frozenset({"deleted_at", "stage_id", "field", "is_required", "delay_days"}),
}
"""What commands on deals go by until they end: where a deal may be led, what its gates ask, which tasks are made.

Anything else may change meanwhile: names, colours, the order, and figures that a deal takes over when it moves.
"""
_KINDS = frozenset(RELIED_UPON)
_HELD, _TAKEN = "processes_held", "processes_taken"


def hold_processes() -> None:
    """Let nothing that is relied upon of processes change until this command ends. Before any deal is locked."""
    if not is_remembered(_TAKEN):
        remembered(_HELD, lambda: _once(lambda: hold(Held.PROCESSES)), of=frozenset())


def take_processes() -> None:
    """Let nobody else lead deals through processes until this command ends. Before any lock.

    Raises Refused `processes_busy` if commands on deals take too long, and RuntimeError where the command holds them
    already: two who did so would wait for each other.
    """
    if is_remembered(_HELD):
        raise RuntimeError("processes are taken before they are held (decision 33)")
    remembered(_TAKEN, lambda: _once(_take), of=frozenset())


def relied_upon(kind: str, fields: Iterable[str]) -> bool:
    """Whether commands on deals go by one of these fields of a process, a stage or a step."""
    return not RELIED_UPON[kind].isdisjoint(fields)


def demand_held() -> None:
    """Raise RuntimeError if the command writes deals and does not hold the processes: it locked them too early."""
    if not is_remembered(_HELD) and not is_remembered(_TAKEN):
        raise RuntimeError("processes are held before deals are locked (decision 33)")


def _take() -> None:
    try:
        take_alone(Held.PROCESSES, patience=PATIENCE)
    except StillHeld:
        raise Refused(
            "processes_busy",
            sentence(
                "Opportunities are being worked on that need this process as it is. Try again in a moment."
            ),
        ) from None


def _once(way: Callable[[], None]) -> bool:
    way()
    forget(_KINDS)  # what was read before may have changed while we waited
    return True


def take_for_undo(actor: Any, event: UndoBegins) -> None:
    """Take the processes for an undo that changes of one of them what commands go by."""
    if any(relied_upon(kind, event.fields[kind]) for kind in _KINDS & event.fields.keys()):
        take_processes()
