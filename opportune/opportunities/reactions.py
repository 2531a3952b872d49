"""What deals do when their process changes, in the same transaction (domain.md §3)."""

from typing import Any

from django.db.models import Q

from opportune.identity.actor import Actor
from opportune.ledger.recording import recording
from opportune.opportunities.chances import moved_likelihood
from opportune.opportunities.models import OPEN, Opportunity, ProcessRun, Status
from opportune.opportunities.moves import NEXT
from opportune.opportunities.writing import organisation_today, write_many
from opportune.process.events import StageRemoved
from opportune.process.queries import ProcessPicture, StagePicture, process_by_id

RESTAGED = "restaged"


def leave_stage(actor: Actor, event: StageRemoved) -> None:
    """Take the open deals of a deleted stage to its replacement or out of any stage (C-094…C-096).

    In the replacement, completed and a chance that nobody typed are the replacement's; without one all three stay as
    they were. The places kept there in other runs and the pipeline phase go the same way. Closed deals, and what the
    entries tell, stay. In as few queries as there are batches.
    """
    process = process_by_id(event.process_id)
    replacement = process.stage(event.replacement_id)
    stands = Q(stage_id=event.stage_id) | Q(pipeline_phase_id=event.stage_id)
    deals = Opportunity.objects.filter(stands, status__in=OPEN).order_by("pk")
    changed = [
        (deal, _elsewhere(deal, event, process, replacement))
        for deal in deals.select_for_update(of=("self",))
    ]
    recording().consequences.update(deal.ref for deal, _ in changed)
    write_many(changed, move=RESTAGED, on=organisation_today())
    _leave_parked(event)


def _elsewhere(
    deal: Opportunity, event: StageRemoved, process: ProcessPicture, replacement: StagePicture | None
) -> dict[str, Any]:
    stage_id = replacement.id if replacement else None
    changes: dict[str, Any] = {}
    if deal.pipeline_phase_id == event.stage_id:
        changes["pipeline_phase_id"] = stage_id
    if deal.stage_id == event.stage_id:
        changes |= {"stage_id": stage_id, "status": Status.IN_PROGRESS if replacement else Status.NOT_STARTED}
        if replacement is not None:
            changes |= moved_likelihood(deal, process, replacement, NEXT)
    return changes


def _leave_parked(event: StageRemoved) -> None:
    runs = ProcessRun.objects.filter(stage_id=event.stage_id, opportunity__status__in=OPEN).order_by("pk")
    parked = list(runs.select_for_update(of=("self",)))
    for run in parked:
        recording().consequences.add(run.ref)
        recording().step(run, {"stage_id": event.replacement_id})
    ProcessRun.objects.bulk_update(parked, ["stage", "version"], batch_size=200)
