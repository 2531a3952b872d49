"""What is known of a deal's steps."""

from typing import Any

from opportune.kernel.registries import facts
from opportune.opportunities.gates import StepsDone
from opportune.opportunities.models import Opportunity, StepMark


def steps_done(deal: Opportunity) -> StepsDone:
    """A deal's field values, its ticks, and the steps whose task is completed."""
    ticked = StepMark.objects.filter(opportunity=deal, is_done=True).values_list("step_id", flat=True)
    completed = facts.get("completed_task_steps")
    return StepsDone(
        _fields(deal), frozenset(ticked), frozenset(completed(deal.pk)) if completed else frozenset()
    )


def _fields(deal: Opportunity) -> dict[str, Any]:
    """A deal's fields as field steps ask for them; the customer is one of two columns."""
    named = {name: getattr(deal, name) for name in deal.recorded_fields()}
    return {**named, "customer": deal.account_id or deal.contact_id}
