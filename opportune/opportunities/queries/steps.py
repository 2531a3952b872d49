"""What is known of deals' steps."""

from collections.abc import Mapping, Sequence
from typing import Any

from django.db.models import QuerySet

from opportune.kernel.registries import facts
from opportune.opportunities.gates import StepsDone
from opportune.opportunities.models import Opportunity, StepMark
from opportune.storage.prepared import prepared


def steps_done(deal: Opportunity) -> StepsDone:
    """A deal's field values, its ticks, and the steps whose task is completed."""
    return steps_done_of([deal])[deal.pk]


def steps_done_of(deals: Sequence[Opportunity]) -> Mapping[int, StepsDone]:
    """As `steps_done`, of several deals in as many queries, by their ids."""
    ids = [deal.pk for deal in deals]
    ticked: dict[int, set[int]] = {one: set() for one in ids}
    for opportunity_id, step_id in _marks(ids):
        ticked[opportunity_id].add(step_id)
    ask = facts.get("completed_task_steps")
    completed: Mapping[int, set[int]] = ask(ids) if ask else {}
    return {
        deal.pk: StepsDone(_fields(deal), frozenset(ticked[deal.pk]), frozenset(completed.get(deal.pk, ())))
        for deal in deals
    }


@prepared
def _marks(opportunity_ids: Sequence[int]) -> QuerySet[StepMark, Any]:
    marks = StepMark.objects.filter(opportunity_id__in=opportunity_ids, is_done=True)
    return marks.values_list("opportunity_id", "step_id")


def _fields(deal: Opportunity) -> dict[str, Any]:
    """A deal's fields as field steps ask for them; the customer is one of two columns."""
    named = {name: getattr(deal, name) for name in deal.recorded_fields()}
    return {**named, "customer": deal.account_id or deal.contact_id}
