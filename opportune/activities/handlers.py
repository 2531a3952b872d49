"""What the ledger may do with a task of which it knows the reference only."""

from collections.abc import Iterable, Sequence
from typing import Any

from opportune.activities.models import Task
from opportune.activities.queries import tasks_seen_by
from opportune.identity.actor import Actor
from opportune.identity.visibility import scope
from opportune.kernel import clock
from opportune.ledger.recording import recording
from opportune.opportunities.models import Opportunity
from opportune.storage.saving import save_many


class TaskHandler:
    """The handler of the kind `task`. A task a move made is taken back with the move."""

    def facets(self) -> dict[str, tuple[str, ...]]:
        """The state and when it was reached belong together."""
        return {"state": ("state", "ended_at")}

    def lock(self, actor: Actor, ids: Iterable[int]) -> dict[int, Task]:
        """The actor's own tasks, and those about deals they may change."""
        deals = Opportunity.objects.filter(scope(actor, "opportunity", "write")).values("id")
        rows = Task.objects.filter(pk__in=list(ids)).select_for_update(of=("self",)).order_by("pk")
        about_deals = rows.filter(about_kind="opportunity", about_id__in=deals)
        own = rows.filter(owner_id=actor.person_id) if actor.may("activity", "write") else rows.none()
        return {row.pk: row for found in (about_deals, own) for row in found}

    def lock_consequences(self, ids: Iterable[int]) -> dict[int, Task]:
        """The tasks of steps that were deleted or delayed, locked, whoever may change them."""
        rows = Task.objects.filter(pk__in=list(ids)).order_by("pk").select_for_update(of=("self",))
        return {row.pk: row for row in rows}

    def restore_fields(self, actor: Actor, record: Task, values: dict[str, Any]) -> None:
        """Give a task its former state, owner or date."""
        self.restore_many(actor, [(record, values)])

    def restore_many(self, actor: Actor, given: Sequence[tuple[Task, dict[str, Any]]]) -> None:
        """Give many tasks their former state, owner or date."""
        changed = [task for task, values in given if recording().step(task, values)]
        columns = {name: None for _, values in given for name in values}
        save_many(changed, [*columns, "version", *Task.derived])

    def remove(self, actor: Actor, record: Task) -> None:
        """Undo a task's making: cancelled."""
        self.remove_many(actor, [record])

    def remove_many(self, actor: Actor, records: Sequence[Task]) -> None:
        """Undo the making of many tasks."""
        ended = {"state": Task.State.CANCELLED, "ended_at": clock.now()}
        self.restore_many(actor, [(task, ended) for task in records])

    def bring_back(self, actor: Actor, record: Task) -> None:
        """Tasks are not binned."""
        self.bring_back_many(actor, [record])

    def bring_back_many(self, actor: Actor, records: Sequence[Task]) -> None:
        """Tasks are not binned."""
        self.restore_many(actor, [(task, {"state": Task.State.OPEN, "ended_at": None}) for task in records])

    def depended_upon(self, record: Task) -> bool:
        """Nothing stands on a task."""
        return False

    def visible(self, actor: Actor, ids: Iterable[int]) -> set[int]:
        """Those of the ids the actor may see."""
        return set(tasks_seen_by(actor).filter(pk__in=list(ids)).values_list("pk", flat=True))
