"""What is known of deals' steps."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django.db.models import QuerySet

from opportune.kernel.registries import facts
from opportune.kernel.sentences import Named
from opportune.ledger.queries import HistoryItem, Place, changes_between
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


@dataclass(frozen=True, slots=True)
class Tick:
    """A step ticked, or its tick taken away."""

    step: Named
    is_done: bool
    change: HistoryItem


def ticks_of(
    opportunity_id: int, *, since: Place | None = None, before: Place | None = None
) -> Sequence[Tick]:
    """A deal's ticks, newest first, from one place in time on to another.

    The caller has checked that the deal may be seen.
    """
    names = {pk: Named(english, french) for pk, english, french in _named_marks(opportunity_id)}
    if not names:
        return ()
    found = changes_between(StepMark.kind, names, since, before)
    return [Tick(names[mark_id], change.after["is_done"], change) for mark_id, change in found]


@prepared
def _named_marks(opportunity_id: int) -> QuerySet[StepMark, Any]:
    marks = StepMark.objects.filter(opportunity_id=opportunity_id)
    return marks.values_list("pk", "step__name_en", "step__name_fr")


@prepared
def _marks(opportunity_ids: Sequence[int]) -> QuerySet[StepMark, Any]:
    marks = StepMark.objects.filter(opportunity_id__in=opportunity_ids, is_done=True)
    return marks.values_list("opportunity_id", "step_id")


def _fields(deal: Opportunity) -> dict[str, Any]:
    """A deal's fields as field steps ask for them; the customer is one of two columns."""
    named = {name: getattr(deal, name) for name in deal.recorded_fields()}
    return {**named, "customer": deal.account_id or deal.contact_id}
