"""What the ledger and the doors may do with a deal or a tick of which they know the reference only."""

from collections.abc import Iterable, Sequence
from typing import Any

from opportune.identity.actor import Actor
from opportune.identity.visibility import scope
from opportune.opportunities import actions
from opportune.opportunities.models import Opportunity, StepMark

FACETS = {
    "campaign": ("campaign_id", "segment_id"),
    "customer": ("account_id", "contact_id"),
    "initiated_by": ("initiated_by_kind", "initiated_by_id"),
    "money": ("currency", "rate", "base_digits", "estimated_value"),
    "progress": (
        "process_id",
        "stage_id",
        "pipeline_phase_id",
        "is_finished",
        "status",
        "close_reason_id",
        "closed_on",
        "actual_value",
        "close_description",
        "lost_to_id",
        "chance",
        "completed",
        "probability",
        "probability_source",
    ),
}


class OpportunityHandler:
    """The handler of the kind `opportunity`. Those in the bin count: an undo may bring them back."""

    def facets(self) -> dict[str, tuple[str, ...]]:
        """Customer, money and progress are undone whole (domain.md §9)."""
        return FACETS

    def lock(self, actor: Actor, ids: Iterable[int]) -> dict[int, Opportunity]:
        """The deals the actor may change, locked in the order of their ids."""
        return self._lock(actor, ids, "write")

    def lock_additions(self, actor: Actor, ids: Iterable[int]) -> dict[int, Opportunity]:
        """The deals the actor may add to, locked: a comment is taken back with the right that it asked for."""
        return self._lock(actor, ids, "append")

    def _lock(self, actor: Actor, ids: Iterable[int], verb: str) -> dict[int, Opportunity]:
        rows = Opportunity.objects.filter(scope(actor, "opportunity", "read"), pk__in=list(ids))
        rows = rows.filter(scope(actor, "opportunity", verb))
        return {row.pk: row for row in rows.order_by("pk").select_for_update(of=("self",))}

    def lock_consequences(self, ids: Iterable[int]) -> dict[int, Opportunity]:
        """The deals that a deleted stage, choice or contact left, locked, whoever may change them."""
        rows = Opportunity.objects.filter(pk__in=list(ids)).order_by("pk").select_for_update(of=("self",))
        return {row.pk: row for row in rows}

    def restore_fields(self, actor: Actor, record: Opportunity, values: dict[str, Any]) -> None:
        """Give fields their former values, with an entry."""
        actions.restore_fields(actor, record, values)

    def remove(self, actor: Actor, record: Opportunity) -> None:
        """Undo a creation: into the bin."""
        actions.remove(actor, record)

    def bring_back(self, actor: Actor, record: Opportunity) -> None:
        """Undo a removal."""
        actions.bring_back(actor, record)

    def restore_many(self, actor: Actor, given: Sequence[tuple[Opportunity, dict[str, Any]]]) -> None:
        """Give many their former values."""
        actions.restore_many(actor, given)

    def remove_many(self, actor: Actor, records: Sequence[Opportunity]) -> None:
        """Undo many creations."""
        actions.remove_many(actor, records)

    def bring_back_many(self, actor: Actor, records: Sequence[Opportunity]) -> None:
        """Undo many removals."""
        actions.bring_back_many(actor, records)

    def depended_upon(self, record: Opportunity) -> bool:
        """Nothing that is made later keeps a deal from being taken back."""
        return False

    def visible(self, actor: Actor, ids: Iterable[int]) -> set[int]:
        """Those of the ids the actor may see, in the bin or not."""
        rows = Opportunity.objects.filter(scope(actor, "opportunity"), pk__in=list(ids))
        return set(rows.values_list("pk", flat=True))


class StepMarkHandler:
    """The handler of the kind `step_mark`, which lives and dies with its deal's rights."""

    def facets(self) -> dict[str, tuple[str, ...]]:
        """A tick is one field."""
        return {}

    def lock(self, actor: Actor, ids: Iterable[int]) -> dict[int, StepMark]:
        """The ticks on deals the actor may change."""
        rows = StepMark.objects.filter(
            scope(actor, "opportunity", "write", owner="opportunity__owner_id", record="opportunity_id"),
            pk__in=list(ids),
        )
        return {row.pk: row for row in rows.order_by("pk").select_for_update(of=("self",))}

    def restore_fields(self, actor: Actor, record: StepMark, values: dict[str, Any]) -> None:
        """Tick, or take the tick away."""
        actions.restore_mark(actor, record, is_done=values["is_done"])

    def remove(self, actor: Actor, record: StepMark) -> None:
        """Undo the first tick: not done."""
        actions.restore_mark(actor, record, is_done=False)

    def bring_back(self, actor: Actor, record: StepMark) -> None:
        """Ticks are not binned."""
        actions.restore_mark(actor, record, is_done=True)

    def depended_upon(self, record: StepMark) -> bool:
        """Nothing stands on a tick."""
        return False

    def visible(self, actor: Actor, ids: Iterable[int]) -> set[int]:
        """The ticks on deals the actor may see."""
        rows = StepMark.objects.filter(
            scope(actor, "opportunity", owner="opportunity__owner_id", record="opportunity_id"),
            pk__in=list(ids),
        )
        return set(rows.values_list("pk", flat=True))
