"""Who serves whom upwards: the four registries, filled once when Opportune starts (ARCHITECTURE.md)."""

from opportune.activities import queries as task_queries
from opportune.activities.handlers import TaskHandler
from opportune.activities.reactions import cancel_open_tasks, make_stage_tasks
from opportune.customers.handlers import AccountHandler, ContactHandler
from opportune.kernel.registries import consumers, facts, handlers, reactions
from opportune.ledger.events import RecordsChanged
from opportune.mailing.events import MailWritten
from opportune.mailing.tasks import queue_delivery
from opportune.opportunities.events import OpenTasksUnwanted, StagesEntered
from opportune.opportunities.facts import amounts_exist, customer_has_opportunities
from opportune.opportunities.handlers import OpportunityHandler, StepMarkHandler
from opportune.opportunities.hanging_handlers import (
    CompetitorHandler,
    RivalHandler,
    ShareHandler,
    TeamMemberHandler,
)
from opportune.search.index import reindex


def wire() -> None:
    """Fill the registries; doing so again changes nothing."""
    facts.update(
        amounts_exist=amounts_exist,
        completed_task_steps=task_queries.completed_task_steps,
        customer_has_opportunities=customer_has_opportunities,
        next_tasks=task_queries.next_tasks,
        tasks_of_deal=task_queries.tasks_of_deal,
    )
    reactions.update(
        {
            MailWritten: [queue_delivery],
            OpenTasksUnwanted: [cancel_open_tasks],
            RecordsChanged: [reindex],
            StagesEntered: [make_stage_tasks],
        }
    )
    consumers.update({})
    handlers.update(
        account=AccountHandler(),
        competitor=CompetitorHandler(),
        contact=ContactHandler(),
        opportunity=OpportunityHandler(),
        rival=RivalHandler(),
        share=ShareHandler(),
        step_mark=StepMarkHandler(),
        task=TaskHandler(),
        team_member=TeamMemberHandler(),
    )
