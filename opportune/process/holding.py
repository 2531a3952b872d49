"""Nobody leads a deal to a stage while somebody else takes that stage away (decision 33).

Whoever changes deals holds the processes first and only then locks a deal; whoever changes processes takes them for
itself first. So the one waits for the other before either has locked a row, and sees what it did.
"""

from typing import Any

from opportune.kernel.remembering import forget, remembered
from opportune.ledger.events import UndoBegins
from opportune.process.models import Process, Stage, Step
from opportune.storage.holding import Held, hold, take_alone

_KINDS = frozenset({Process.kind, Stage.kind, Step.kind})


def hold_processes() -> None:
    """Let no process, stage or step change until this command ends. Before any deal is locked."""
    remembered("processes_held", lambda: _take(hold), of=frozenset())


def take_processes() -> None:
    """Let nobody else lead deals through processes, nor change any, until this command ends. Before any lock."""
    remembered("processes_taken", lambda: _take(take_alone), of=frozenset())


def _take(way: Any) -> bool:
    way(Held.PROCESSES)
    forget(_KINDS)  # what was read before may have changed while we waited
    return True


def take_for_undo(actor: Any, event: UndoBegins) -> None:
    """Take the processes for an undo that changes one of them."""
    if not _KINDS.isdisjoint(event.kinds):
        take_processes()
