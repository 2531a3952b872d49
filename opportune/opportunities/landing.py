"""Where a deal lands that goes back to a stage which was deleted since it stood there (decision 19)."""

from collections.abc import Iterable, Mapping
from typing import Any

from opportune.kernel.errors import Refused
from opportune.kernel.sentences import sentence
from opportune.opportunities.chances import likelihood_fields
from opportune.opportunities.models import CLOSED, Opportunity, Status
from opportune.opportunities.moves import NEXT
from opportune.opportunities.probability import Likelihood, after_move
from opportune.process.queries import ProcessPicture, StagePicture, processes

PLACE = frozenset({"process_id", "stage_id", "pipeline_phase_id", "status"})
_LIKELIHOOD = ("chance", "completed", "probability", "probability_source")


def landed(deal: Opportunity, values: Mapping[str, Any]) -> dict[str, Any]:
    """Former values of a deal, but for a stage that is gone: what replaced it, else none, as for who stood there.

    In the replacement, completed and a chance that nobody typed are the replacement's; without one all three are as
    they were. The stage and the phase of a closed deal are its past, and stay. Raises Refused `process_gone`.
    """
    if PLACE.isdisjoint(values) or _after(deal, values, "status") in CLOSED:
        return dict(values)
    known = processes()
    process = next((each for each in known if each.id == _after(deal, values, "process_id")), None)
    if process is None:
        raise Refused(
            "process_gone", sentence("The sales process it ran in is in the bin. Bring that back first.")
        )
    changes = {**values, "pipeline_phase_id": phase_left(known, _after(deal, values, "pipeline_phase_id"))}
    stage_id = _after(deal, values, "stage_id")
    if stage_id is None or process.stage(stage_id) is not None:
        return changes
    stage = process.stage_left(stage_id)
    changes |= {
        "stage_id": stage.id if stage else None,
        "status": Status.IN_PROGRESS if stage else Status.NOT_STARTED,
        "is_finished": False,
    }
    if stage is not None:
        was = Likelihood(*(_after(deal, values, name) for name in _LIKELIHOOD))
        changes |= likelihood_fields(_in_replacement(was, process, stage))
    return changes


def phase_left(known: Iterable[ProcessPicture], stage_id: int | None) -> int | None:
    """The stage of a pipeline phase, or what replaced it when it was deleted; none if nothing did."""
    found = (process.stage_left(stage_id) for process in known)
    return next((stage.id for stage in found if stage is not None), None)


def _in_replacement(was: Likelihood, process: ProcessPicture, stage: StagePicture) -> Likelihood:
    return after_move(
        was, move=NEXT, method=process.method, stage_chance=stage.chance, stage_completed=stage.completed
    )


def _after(deal: Opportunity, values: Mapping[str, Any], name: str) -> Any:
    return values[name] if name in values else getattr(deal, name)
