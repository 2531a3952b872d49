"""Planning tasks about a deal: one by hand, or those of a stage at once."""

from django.http import HttpResponse
from django.urls import reverse
from django.utils.translation import gettext
from django.views.decorators.http import require_http_methods, require_POST

from opportune.activities.actions import create_task, demand_plannable, plan_stage_tasks
from opportune.activities.stage_tasks import stages_to_plan
from opportune.opportunities.queries import opportunity
from opportune.web.opportunities.deal_form import DealForm
from opportune.web.pages import SignedIn, go, signed_in, tell
from opportune.web.typed import Typed


@require_POST
@signed_in
def plan_task(request: SignedIn, opportunity_id: int) -> HttpResponse:
    """Plan a task about the deal."""
    typed = Typed(request.POST.dict())
    due = typed.day("due_on")
    typed.demand()
    create_task(request.actor, opportunity_id, subject=typed.text("subject"), due_on=due)
    tell(request, gettext("Task planned."))
    return go(request, reverse("opportunity", args=[opportunity_id]))


@require_http_methods(["GET", "POST"])
@signed_in
def plan_tasks_of_stage(request: SignedIn, opportunity_id: int) -> HttpResponse:
    """Plan the tasks of a stage, the present one unless another is chosen."""
    record = opportunity(request.actor, opportunity_id)
    # without it every task would seem to be missing
    request.actor.demand("activity", "read")
    typed = Typed(request.POST.dict())
    values = typed.values(("stage",))
    if request.method == "GET":
        demand_plannable(request.actor, record.row)
        values["stage"] = str(record.row.stage_id or "")

    def plan() -> None:
        stage_id = typed.whole("stage")
        typed.demand()
        plan_stage_tasks(request.actor, opportunity_id, stage_id=stage_id)

    stages = stages_to_plan(record.process, record.tasks)
    form = DealForm(request, record, "opportunities/stage_tasks_form.html", {"stages": stages})
    return form.answer(plan, values, gettext("Tasks planned."))
