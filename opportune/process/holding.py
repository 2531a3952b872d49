"""Nobody leads a deal to a stage while somebody else takes that stage away (decision 33).

Whoever changes deals holds the processes first and only then locks a deal; whoever changes processes takes them for
itself first. So the one waits for the other before either has locked a row, and sees what it did.
"""

from typing import Any

from opportune.kernel.remembering import forget, is_remembered, remembered
from opportune.ledger.events import UndoBegins
from opportune.process.models import Process, Stage, Step
from opportune.storage.holding import Held, hold, take_alone

_KINDS = frozenset({Process.kind, Stage.kind, Step.kind})
_HELD, _TAKEN = "processes_held", "processes_taken"


def hold_processes() -> None:
    """Let no process, stage or step change until this command ends. Before any deal is locked."""
    if not is_remembered(_TAKEN):
        remembered(_HELD, lambda: _take(hold), of=frozenset())


def take_processes() -> None:
    """Let nobody else lead deals through processes, nor change any, until this command ends. Before any lock.

    Raises RuntimeError where the command holds them already: two who did so would wait for each other.
    """
    if is_remembered(_HELD):
        raise RuntimeError("processes are taken before they are held (decision 33)")
    remembered(_TAKEN, lambda: _take(take_alone), of=frozenset())


def demand_held() -> None:
    """Raise RuntimeError if the command writes deals and does not hold the processes: it locked them too early."""
    if not is_remembered(_HELD) and not is_remembered(_TAKEN):
        raise RuntimeError("processes are held before deals are locked (decision 33)")


def _take(way: Any) -> bool:
    way(Held.PROCESSES)
    forget(_KINDS)  # what was read before may have changed while we waited
    return True


def take_for_undo(actor: Any, event: UndoBegins) -> None:
    """Take the processes for an undo that changes one of them."""
    if not _KINDS.isdisjoint(event.kinds):
        take_processes()
