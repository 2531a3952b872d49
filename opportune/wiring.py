"""Who serves whom upwards: the four registries, filled once when Opportune starts (ARCHITECTURE.md)."""

from opportune.activities import queries as task_queries
from opportune.activities.handlers import TaskHandler
from opportune.activities.reactions import (
    cancel_open_tasks,
    cancel_tasks_of_steps,
    make_stage_tasks,
    put_off_tasks,
)
from opportune.customers.handlers import AccountHandler, ContactHandler
from opportune.kernel.registries import consumers, facts, handlers, reactions
from opportune.ledger.events import RecordsChanged
from opportune.mailing.events import MailWritten
from opportune.mailing.tasks import queue_delivery
from opportune.opportunities.events import OpenTasksUnwanted, StagesEntered
from opportune.opportunities.facts import (
    amounts_exist,
    customer_has_opportunities,
    deals_of_process,
    deals_of_stage,
    deals_of_step,
    step_fields,
)
from opportune.opportunities.handlers import OpportunityHandler, ProcessRunHandler, StepMarkHandler
from opportune.opportunities.hanging_handlers import (
    CompetitorHandler,
    RivalHandler,
    ShareHandler,
    TeamMemberHandler,
)
from opportune.opportunities.reactions import leave_stage
from opportune.process.events import StageRemoved, StepDelayed, StepsRemoved
from opportune.process.handlers import ProcessHandler, StageHandler, StepHandler
from opportune.process.queries import can_be_default
from opportune.search.index import reindex


def wire() -> None:
    """Fill the registries; doing so again changes nothing."""
    facts.update(
        amounts_exist=amounts_exist,
        completed_task_steps=task_queries.completed_task_steps,
        can_be_default=can_be_default,
        customer_has_opportunities=customer_has_opportunities,
        deals_of_process=deals_of_process,
        deals_of_stage=deals_of_stage,
        deals_of_step=deals_of_step,
        deals_with_task_done=task_queries.deals_with_task_done,
        next_tasks=task_queries.next_tasks,
        step_fields=step_fields,
        tasks_of_deal=task_queries.tasks_of_deal,
    )
    reactions.update(
        {
            MailWritten: [queue_delivery],
            OpenTasksUnwanted: [cancel_open_tasks],
            RecordsChanged: [reindex],
            StageRemoved: [leave_stage],
            StepDelayed: [put_off_tasks],
            StepsRemoved: [cancel_tasks_of_steps],
            StagesEntered: [make_stage_tasks],
        }
    )
    consumers.update({})
    handlers.update(
        account=AccountHandler(),
        competitor=CompetitorHandler(),
        contact=ContactHandler(),
        opportunity=OpportunityHandler(),
        process=ProcessHandler(),
        process_run=ProcessRunHandler(),
        stage=StageHandler(),
        step=StepHandler(),
        rival=RivalHandler(),
        share=ShareHandler(),
        step_mark=StepMarkHandler(),
        task=TaskHandler(),
        team_member=TeamMemberHandler(),
    )
