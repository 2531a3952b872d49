"""The task of each deal that is due first, as board and list show it."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from opportune.identity.actor import Actor
from opportune.kernel.registries import facts


@dataclass(frozen=True, slots=True)
class NextTask:
    """The open task of a deal that is due first; `due_on` none if it has no date."""

    subject: str
    due_on: date | None


def next_tasks(actor: Actor, opportunity_ids: Sequence[int]) -> dict[int, Any]:
    """The next task by deal, of those that have one; none for who may not see tasks."""
    ask = facts.get("next_tasks") if actor.may("activity", "read") else None
    return ask(opportunity_ids) if ask and opportunity_ids else {}
