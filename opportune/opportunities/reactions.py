"""What deals do when their process changes, in the same transaction (domain.md §3)."""

from datetime import date
from typing import Any

from django.db.models import Q

from opportune.identity.actor import Actor
from opportune.identity.events import LeavingBegins
from opportune.ledger.events import UndoBegins
from opportune.ledger.recording import recording
from opportune.opportunities.chances import moved_likelihood
from opportune.opportunities.models import OPEN, Opportunity, Status
from opportune.opportunities.moves import NEXT, RESTAGED
from opportune.opportunities.writing import Writing, organisation_today, write_many
from opportune.process.events import StageRemoved
from opportune.process.holding import hold_processes
from opportune.process.queries import ProcessPicture, StagePicture, process_by_id


def hold_for_undo(actor: Actor, event: UndoBegins) -> None:
    """Hold the processes before an undo locks deals, unless it has taken them (decision 33)."""
    if Opportunity.kind in event.fields:
        hold_processes()


def hold_for_leaving(actor: Actor, event: LeavingBegins) -> None:
    """Hold the processes before somebody who leaves is locked, and then their deals."""
    hold_processes()


def leave_stage(actor: Actor, event: StageRemoved) -> None:
    """Take the open deals of a deleted stage to its replacement or out of any stage (C-094…C-096).

    In the replacement, completed and a chance that nobody typed are the replacement's; without one all three stay as
    they were. The pipeline phase goes the same way. Closed deals, and what the entries tell, stay. In as few queries
    as there are batches.
    """
    process = process_by_id(event.process_id)
    replacement = process.stage(event.replacement_id)
    stands = Q(stage_id=event.stage_id) | Q(pipeline_phase_id=event.stage_id)
    deals = Opportunity.objects.filter(stands, status__in=OPEN).order_by("pk")
    today = organisation_today()
    writings = [
        _writing(deal, event, process, replacement, today) for deal in deals.select_for_update(of=("self",))
    ]
    recording().consequences.update(writing.deal.ref for writing in writings)
    write_many(writings)


def _writing(
    deal: Opportunity,
    event: StageRemoved,
    process: ProcessPicture,
    replacement: StagePicture | None,
    today: date,
) -> Writing:
    stage_id = replacement.id if replacement else None
    changes: dict[str, Any] = {}
    if deal.pipeline_phase_id == event.stage_id:
        changes["pipeline_phase_id"] = stage_id
    if deal.stage_id != event.stage_id:
        return Writing(deal, changes)
    changes |= {
        "stage_id": stage_id,
        "status": Status.IN_PROGRESS if replacement else Status.NOT_STARTED,
        "is_finished": False,
    }
    if replacement is not None:
        changes |= moved_likelihood(deal, process, replacement, NEXT)
    return Writing(deal, changes, RESTAGED, today)
