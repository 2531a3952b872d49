"""What tasks do when the deals they are about go to the bin and come back, in the same transaction."""

from opportune.activities.models import Task
from opportune.identity.actor import Actor
from opportune.kernel import clock
from opportune.ledger.models import Change
from opportune.ledger.recording import recording
from opportune.opportunities.events import DealsBroughtBack, DealsDeleted
from opportune.opportunities.models import Opportunity

BATCH = 200


def cancel_with_deals(actor: Actor, event: DealsDeleted) -> None:
    """Cancel what is still open about deleted deals, whoever is to do it."""
    rows = Task.objects.filter(
        about_kind=Opportunity.kind, about_id__in=event.opportunity_ids, state=Task.State.OPEN
    )
    tasks = list(rows.order_by("pk").select_for_update(of=("self",)))
    _write(tasks, Task.State.CANCELLED)


def reopen_with_deals(actor: Actor, event: DealsBroughtBack) -> None:
    """Open again what the deletion of these deals cancelled, unless somebody has changed it since."""
    deals, change_sets = zip(*event.deleted, strict=True)
    cancelled = Change.objects.filter(kind=Task.kind, change_set_id__in=set(change_sets))
    versions = dict(cancelled.order_by("version").values_list("record_id", "version"))
    rows = Task.objects.filter(
        about_kind=Opportunity.kind, about_id__in=deals, pk__in=versions, state=Task.State.CANCELLED
    )
    tasks = [
        task
        for task in rows.order_by("pk").select_for_update(of=("self",))
        if task.version == versions[task.pk]
    ]
    _write(tasks, Task.State.OPEN)


def _write(tasks: list[Task], state: str) -> None:
    """They follow the deal: who may delete or restore that need have no right to them."""
    ended_at = clock.now() if state == Task.State.CANCELLED else None
    for task in tasks:
        recording().consequences.add(task.ref)
        recording().step(task, {"state": state, "ended_at": ended_at})
    Task.objects.bulk_update(tasks, ["state", "ended_at", "version"], batch_size=BATCH)
