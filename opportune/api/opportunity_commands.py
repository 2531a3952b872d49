"""Opportunities: the verbs that are more than a change of fields."""

from django.http import HttpResponse
from ninja import Query, Router

from opportune.activities.actions import create_task, plan_stage_tasks
from opportune.activities.queries import rows_of, tasks_about_deal
from opportune.api.answers import answer, made
from opportune.api.asking import Request, language_of, version_seen
from opportune.api.opportunities import given_away, one
from opportune.opportunities import actions, queries
from opportune.schemas.opportunity import OpportunityShown
from opportune.schemas.opportunity_commands import (
    ClosureGiven,
    MonthGiven,
    MoveGiven,
    OwnerGiven,
    ReopeningGiven,
    SwitchGiven,
    move_asked,
    process_id_of,
    stage_id_of,
)
from opportune.schemas.opportunity_many import ClosureOffered, MoveList, closure_shown, moves_shown
from opportune.schemas.task import StageTasksGiven, TaskGiven, TaskList, TaskShown

router = Router(tags=["opportunities"])


@router.post("{int:opportunity_id}/stage", response=OpportunityShown)
def move_opportunity(request: Request, opportunity_id: int, given: MoveGiven) -> HttpResponse:
    """Move to a stage of any process, or by name, from start to finish. A refusal names what is missing."""
    seen = version_seen(request, given.version)
    asked = move_asked(request.auth, opportunity_id, given)
    actions.move(request.auth, opportunity_id, version=seen, **asked)
    return one(request, opportunity_id)


@router.get("{int:opportunity_id}/moves", response=MoveList)
def list_moves(request: Request, opportunity_id: int) -> HttpResponse:
    """The moves that can be made now, the one proposed first, and what the fields become."""
    found = queries.offered_moves(request.auth, opportunity_id)
    return answer(moves_shown(found, language_of(request)))


@router.post("{int:opportunity_id}/process", response=OpportunityShown)
def switch_process(request: Request, opportunity_id: int, given: SwitchGiven) -> HttpResponse:
    """Run another process. It stands where it left that one; the one it leaves keeps its place."""
    seen = version_seen(request, given.version)
    actions.switch_process(
        request.auth, opportunity_id, process_id_of(given.process), on=given.on, version=seen
    )
    return one(request, opportunity_id)


@router.get("{int:opportunity_id}/closure", response=ClosureOffered)
def offer_closure(request: Request, opportunity_id: int, outcome: Query[str] = "won") -> HttpResponse:
    """What closing as won or lost proposes: date, value, the reason if there is one only, tasks it would cancel."""
    return answer(closure_shown(queries.offered_closing(request.auth, opportunity_id, outcome)))


@router.post("{int:opportunity_id}/closure", response=OpportunityShown)
def close_opportunity(request: Request, opportunity_id: int, given: ClosureGiven) -> HttpResponse:
    """Win or lose an opportunity for a reason, on a date."""
    seen = version_seen(request, given.version)
    actions.close(request.auth, opportunity_id, version=seen, **given.model_dump(exclude={"version"}))
    return one(request, opportunity_id)


@router.post("{int:opportunity_id}/reopening", response=OpportunityShown)
def reopen_opportunity(
    request: Request, opportunity_id: int, given: ReopeningGiven | None = None
) -> HttpResponse:
    """Take a closing back: status, stage and chances return as they were."""
    seen = version_seen(request, given.version if given else None)
    actions.reopen(request.auth, opportunity_id, version=seen)
    return one(request, opportunity_id)


@router.put("{int:opportunity_id}/month", response=OpportunityShown)
def put_into_month(request: Request, opportunity_id: int, given: MonthGiven) -> HttpResponse:
    """Give an opportunity an estimated close in a month to come, the same day as before, or none."""
    seen = version_seen(request, given.version)
    actions.put_into_month(request.auth, opportunity_id, given.month, version=seen)
    return one(request, opportunity_id)


@router.put("{int:opportunity_id}/steps/{int:step_id}", response=OpportunityShown)
def tick_step(request: Request, opportunity_id: int, step_id: int) -> HttpResponse:
    """Mark a step as done."""
    actions.mark_step(request.auth, opportunity_id, step_id, is_done=True)
    return one(request, opportunity_id)


@router.delete("{int:opportunity_id}/steps/{int:step_id}", response=OpportunityShown)
def untick_step(request: Request, opportunity_id: int, step_id: int) -> HttpResponse:
    """Take the mark away again."""
    actions.mark_step(request.auth, opportunity_id, step_id, is_done=False)
    return one(request, opportunity_id)


@router.put("{int:opportunity_id}/owner", response={200: OpportunityShown, 204: None})
def assign_opportunity(request: Request, opportunity_id: int, given: OwnerGiven) -> HttpResponse:
    """Make someone else responsible. A closed opportunity only an administrator hands over."""
    seen = version_seen(request, given.version)
    actions.assign(request.auth, opportunity_id, owner_id=given.owner_id, version=seen)
    return given_away(request, opportunity_id)


@router.get("{int:opportunity_id}/tasks", response=TaskList)
def list_tasks_about(request: Request, opportunity_id: int) -> HttpResponse:
    """An opportunity's tasks, open ones first."""
    found = tasks_about_deal(request.auth, opportunity_id)
    return answer(TaskList(items=[TaskShown.model_validate(row) for row in found]))


@router.post("{int:opportunity_id}/tasks", response={201: TaskShown})
def plan_task(request: Request, opportunity_id: int, given: TaskGiven) -> HttpResponse:
    """Plan a task about an opportunity."""
    [row] = rows_of([create_task(request.auth, opportunity_id, **given.model_dump())])
    return made(answer(TaskShown.model_validate(row), version=row.version), f"tasks/{row.id}")


@router.post("{int:opportunity_id}/stage-tasks", response={201: TaskList})
def plan_tasks_of_stage(
    request: Request, opportunity_id: int, given: StageTasksGiven | None = None
) -> HttpResponse:
    """Plan the tasks of a stage at once, as far as they are not planned or done already; those that were made."""
    stage_id = stage_id_of(request.auth, opportunity_id, given.stage if given else None)
    planned = rows_of(plan_stage_tasks(request.auth, opportunity_id, stage_id=stage_id))
    shown = TaskList(items=[TaskShown.model_validate(row) for row in planned])
    return made(answer(shown), f"opportunities/{opportunity_id}/tasks")
