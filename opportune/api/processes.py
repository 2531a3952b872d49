"""Sales processes, their stages and steps: reading them, and what administrators do with them."""

from collections.abc import Sequence

from django.http import HttpResponse
from ninja import Query, Router

from opportune.api.answers import answer, made
from opportune.api.asking import Request, language_of, version_seen
from opportune.opportunities.queries import statistics
from opportune.process import actions
from opportune.process.queries import (
    ProcessPicture,
    process_by_id,
    processes,
    stage_by_id,
    stage_use,
    step_by_id,
    step_use,
)
from opportune.reference.queries import organisation_settings
from opportune.schemas.process import (
    ProcessFigures,
    ProcessList,
    ProcessShown,
    UseShown,
    figures_shown,
    process_shown,
)
from opportune.schemas.process_commands import (
    NoteGiven,
    OrderGiven,
    ProcessChanges,
    ProcessGiven,
    StageChanges,
    StageChosen,
    StageDeletion,
    StageGiven,
    StepChanges,
    StepGiven,
    deletion_of,
    stage_in,
)

router = Router(tags=["processes"])


@router.get("processes", response=ProcessList)
def list_processes(request: Request) -> HttpResponse:
    """The sales processes with their stages and steps, retired ones too."""
    request.auth.demand_any("read")
    return _all(request)


@router.post("processes", response={201: ProcessShown})
def create_process(request: Request, given: ProcessGiven) -> HttpResponse:
    """Create a process without stages; a token needs the scope `right:customise` for all that changes processes."""
    process = actions.create_process(request.auth, **given.given())
    return made(_one(request, process.pk), f"processes/{process.pk}")


@router.put("processes/order", response=ProcessList)
def order_processes(request: Request, given: OrderGiven) -> HttpResponse:
    """Put all processes into an order."""
    actions.order_processes(request.auth, given.order)
    return _all(request)


@router.get("processes/{int:process_id}", response=ProcessShown)
def show_process(request: Request, process_id: int) -> HttpResponse:
    """One process; its ETag is its version."""
    request.auth.demand_any("read")
    return _one(request, process_id)


@router.patch("processes/{int:process_id}", response=ProcessShown)
def change_process(request: Request, process_id: int, given: ProcessChanges) -> HttpResponse:
    """Rename a process, or change its method, whether it demands estimates, its comments."""
    seen = version_seen(request, given.version)
    actions.change_process(request.auth, process_id, given.given("version"), version=seen)
    return _one(request, process_id)


@router.delete("processes/{int:process_id}", response={204: None})
def delete_process(request: Request, process_id: int) -> HttpResponse:
    """Delete a process that no opportunity uses; others can only be retired."""
    actions.delete_process(request.auth, process_id, version=version_seen(request))
    return HttpResponse(status=204)


@router.put("processes/{int:process_id}/retirement", response=ProcessShown)
def retire_process(request: Request, process_id: int) -> HttpResponse:
    """Take a process out of use: its opportunities go on, new ones cannot have it."""
    actions.retire_process(request.auth, process_id)
    return _one(request, process_id)


@router.delete("processes/{int:process_id}/retirement", response=ProcessShown)
def unretire_process(request: Request, process_id: int) -> HttpResponse:
    """Take a process back into use."""
    actions.retire_process(request.auth, process_id, is_retired=False)
    return _one(request, process_id)


@router.post("processes/{int:process_id}/comments", response={201: ProcessShown})
def comment_process(request: Request, process_id: int, given: NoteGiven) -> HttpResponse:
    """Add a comment, with the time and the name."""
    actions.comment_process(request.auth, process_id, given.text)
    return made(_one(request, process_id))


@router.get("processes/{int:process_id}/statistics", response=ProcessFigures)
def show_statistics(request: Request, process_id: int) -> HttpResponse:
    """The open opportunities you may see in a process and its stages, and the average days of a stay."""
    request.auth.demand("opportunity", "read")
    process = process_by_id(process_id)
    [found] = statistics(request.auth, [process])
    return answer(figures_shown(process, found, language_of(request)))


@router.put("processes/{int:process_id}/default-stage", response=ProcessShown)
def set_default_stage(request: Request, process_id: int, given: StageChosen) -> HttpResponse:
    """Let new opportunities begin in a stage."""
    request.auth.demand_right("customise")
    actions.set_default_stage(request.auth, stage_in(process_by_id(process_id), given.stage).id)
    return _whole(request, process_id)


@router.delete("processes/{int:process_id}/default-stage", response=ProcessShown)
def clear_default_stage(request: Request, process_id: int) -> HttpResponse:
    """Let new opportunities begin without a stage."""
    actions.clear_default_stage(request.auth, process_id)
    return _whole(request, process_id)


@router.post("processes/{int:process_id}/stages", response={201: ProcessShown})
def add_stage(request: Request, process_id: int, given: StageGiven) -> HttpResponse:
    """Add a stage behind the others."""
    actions.add_stage(request.auth, process_id, given.given())
    return made(_whole(request, process_id))


@router.put("processes/{int:process_id}/stages/order", response=ProcessShown)
def order_stages(request: Request, process_id: int, given: OrderGiven) -> HttpResponse:
    """Put the stages of a process into an order; their steps go along."""
    actions.order_stages(request.auth, process_id, given.order)
    return _whole(request, process_id)


@router.patch("stages/{int:stage_id}", response=ProcessShown)
def change_stage(request: Request, stage_id: int, given: StageChanges) -> HttpResponse:
    """Change a stage; opportunities in it keep their chances until they move."""
    seen = version_seen(request, given.version)
    stage = actions.change_stage(request.auth, stage_id, given.given("version"), version=seen)
    return _whole(request, stage.process_id)


@router.get("stages/{int:stage_id}/deletion", response=UseShown)
def preview_stage_deletion(request: Request, stage_id: int) -> HttpResponse:
    """How many opportunities, whoever sees them, the deletion of a stage would touch."""
    request.auth.demand_right("customise")
    _, stage = stage_by_id(stage_id)
    return answer(UseShown.model_validate(stage_use(stage.id)))


@router.delete("stages/{int:stage_id}", response=ProcessShown)
def delete_stage(request: Request, stage_id: int, given: Query[StageDeletion]) -> HttpResponse:
    """Delete a stage; its opportunities go to the `replacement`, or to no stage."""
    request.auth.demand_right("customise")
    process, stage = stage_by_id(stage_id)
    actions.delete_stage(request.auth, stage.id, **deletion_of(process, given), version=version_seen(request))
    return _whole(request, process.id)


@router.post("stages/{int:stage_id}/comments", response={201: ProcessShown})
def comment_stage(request: Request, stage_id: int, given: NoteGiven) -> HttpResponse:
    """Add a comment, with the time and the name."""
    stage = actions.comment_stage(request.auth, stage_id, given.text)
    return made(_whole(request, stage.process_id))


@router.post("stages/{int:stage_id}/steps", response={201: ProcessShown})
def add_step(request: Request, stage_id: int, given: StepGiven) -> HttpResponse:
    """Add a step at the end of a stage."""
    step = actions.add_step(request.auth, stage_id, **given.given())
    return made(_whole(request, step.stage.process_id))


@router.put("stages/{int:stage_id}/steps/order", response=ProcessShown)
def order_steps(request: Request, stage_id: int, given: OrderGiven) -> HttpResponse:
    """Put the steps of a stage into an order."""
    actions.order_steps(request.auth, stage_id, given.order)
    process, _ = stage_by_id(stage_id)
    return _whole(request, process.id)


@router.patch("steps/{int:step_id}", response=ProcessShown)
def change_step(request: Request, step_id: int, given: StepChanges) -> HttpResponse:
    """Change a step; another delay reaches its open tasks."""
    seen = version_seen(request, given.version)
    step = actions.change_step(request.auth, step_id, given.given("version"), version=seen)
    return _whole(request, step.stage.process_id)


@router.put("steps/{int:step_id}/stage", response=ProcessShown)
def move_step(request: Request, step_id: int, given: StageChosen) -> HttpResponse:
    """Put a step into another stage of its process, with its ticks and tasks, or elsewhere in its own."""
    request.auth.demand_right("customise")
    process, _, step = step_by_id(step_id)
    actions.move_step(request.auth, step.id, stage_in(process, given.stage).id, position=given.position)
    return _whole(request, process.id)


@router.get("steps/{int:step_id}/deletion", response=UseShown)
def preview_step_deletion(request: Request, step_id: int) -> HttpResponse:
    """How many opportunities, whoever sees them, the deletion of a step would touch."""
    request.auth.demand_right("customise")
    _, _, step = step_by_id(step_id)
    return answer(UseShown.model_validate(step_use(step.id)))


@router.delete("steps/{int:step_id}", response=ProcessShown)
def delete_step(request: Request, step_id: int) -> HttpResponse:
    """Delete a step: it is gone from every opportunity, even where it was done."""
    request.auth.demand_right("customise")
    process, _, step = step_by_id(step_id)
    actions.delete_step(request.auth, step.id, version=version_seen(request))
    return _whole(request, process.id)


def _one(request: Request, process_id: int) -> HttpResponse:
    process = process_by_id(process_id)
    return answer(_shown(request, [process]).items[0], version=process.version)


def _whole(request: Request, process_id: int) -> HttpResponse:
    """The process around a stage or step; versions are in it, as the tag would be the process's own."""
    return answer(_shown(request, [process_by_id(process_id)]).items[0])


def _all(request: Request) -> HttpResponse:
    return answer(_shown(request, processes()))


def _shown(request: Request, found: Sequence[ProcessPicture]) -> ProcessList:
    language, default = language_of(request), organisation_settings().default_process
    return ProcessList(items=[process_shown(process, language, default) for process in found])
