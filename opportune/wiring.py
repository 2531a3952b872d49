"""Who serves whom upwards: the five registries, filled once when Opportune starts (ARCHITECTURE.md)."""

from opportune.activities import queries as task_queries
from opportune.activities.deletion_reactions import cancel_with_deals, reopen_with_deals
from opportune.activities.handlers import TaskHandler
from opportune.activities.reactions import (
    cancel_given_back_of_gone_steps,
    cancel_open_tasks,
    cancel_tasks_of_steps,
    make_stage_tasks,
    put_off_tasks,
)
from opportune.campaigns.events import OriginRemoved
from opportune.campaigns.facts import (
    campaigns_reachable,
    campaigns_reached,
    is_on_segment,
    segments_reachable,
    segments_reached,
    segments_with_customer,
)
from opportune.campaigns.handlers import CampaignHandler, SegmentHandler, SegmentLineHandler
from opportune.campaigns.list_reactions import (
    choices_used_by_campaigns,
    lists_drawn_on_by_campaigns,
    replace_choice_of_campaigns,
)
from opportune.customers.connection_handler import ConnectionHandler
from opportune.customers.events import CustomerRemoved
from opportune.customers.facts import (
    accounts_reachable,
    accounts_reached,
    contacts_reachable,
    contacts_reached,
)
from opportune.customers.handlers import AccountHandler, ContactHandler
from opportune.customers.list_reactions import (
    choices_used_by_customers,
    lists_drawn_on_by_customers,
    replace_choice_of_customers,
)
from opportune.identity.events import LeavingBegins, PersonLeaving
from opportune.identity.tasks import queue_job
from opportune.kernel.registries import consumers, facts, handlers, jobs, reactions
from opportune.ledger.events import JobWaiting, RecordsChanged, UndoBegins, ValuesGivenBack
from opportune.ledger.working import UNDO, UndoOfJob
from opportune.mailing.events import MailWritten
from opportune.mailing.tasks import queue_delivery
from opportune.opportunities.actions import ON_MANY
from opportune.opportunities.customer_facts import deals_of_customer, demand_deals_open, open_deals_of
from opportune.opportunities.customer_reactions import follow_customer, hand_over_deals, note_stakeholders
from opportune.opportunities.events import (
    DealsBroughtBack,
    DealsDeleted,
    OpenTasksUnwanted,
    PrimaryContactsNamed,
    StagesEntered,
)
from opportune.opportunities.facts import (
    amounts_exist,
    close_reason_uses,
    currency_is_used,
    customer_has_opportunities,
    deals_of_process,
    deals_of_stage,
    deals_of_step,
    deals_reachable,
    deals_reached,
    step_fields,
)
from opportune.opportunities.handlers import OpportunityHandler, StepMarkHandler
from opportune.opportunities.hanging_handlers import (
    CompetitorHandler,
    RivalHandler,
    ShareHandler,
    TeamMemberHandler,
)
from opportune.opportunities.list_reactions import (
    choices_used_by_deals,
    lists_drawn_on_by_deals,
    replace_choice,
)
from opportune.opportunities.origin_reactions import let_go_of_origin, origin_has_opportunities
from opportune.opportunities.queries import subjects
from opportune.opportunities.reactions import hold_for_leaving, hold_for_undo, leave_stage
from opportune.process.events import StageRemoved, StepDelayed, StepsRemoved
from opportune.process.handlers import ProcessHandler, StageHandler, StepHandler
from opportune.process.holding import take_for_undo
from opportune.process.standing import hold_for_default
from opportune.reference import handlers as settled
from opportune.reference.events import ListItemRemoved
from opportune.reference.still_there import demand_given_back_there
from opportune.search.index import reindex


def wire() -> None:
    """Fill the registries; doing so again changes nothing."""
    facts.update(
        access_account=accounts_reachable,
        access_campaign=campaigns_reachable,
        access_contact=contacts_reachable,
        access_opportunity=deals_reachable,
        access_segment=segments_reachable,
        access_task=task_queries.tasks_reachable,
        amounts_exist=amounts_exist,
        choices_used_by_campaigns=choices_used_by_campaigns,
        choices_used_by_customers=choices_used_by_customers,
        choices_used_by_deals=choices_used_by_deals,
        close_reason_uses=close_reason_uses,
        completed_task_steps=task_queries.completed_task_steps,
        can_be_default=hold_for_default,
        currency_is_used=currency_is_used,
        deal_subjects=subjects,
        deals_of_customer=deals_of_customer,
        demand_deals_open=demand_deals_open,
        customer_has_opportunities=customer_has_opportunities,
        deals_of_process=deals_of_process,
        deals_of_stage=deals_of_stage,
        deals_of_step=deals_of_step,
        deals_with_task_done=task_queries.deals_with_task_done,
        is_on_segment=is_on_segment,
        lists_drawn_on_by_campaigns=lists_drawn_on_by_campaigns,
        lists_drawn_on_by_customers=lists_drawn_on_by_customers,
        lists_drawn_on_by_deals=lists_drawn_on_by_deals,
        next_tasks=task_queries.next_tasks,
        open_deals_of=open_deals_of,
        open_tasks_about=task_queries.open_tasks_about,
        origin_has_opportunities=origin_has_opportunities,
        reached_account=accounts_reached,
        reached_campaign=campaigns_reached,
        reached_contact=contacts_reached,
        reached_opportunity=deals_reached,
        reached_segment=segments_reached,
        segments_with_customer=segments_with_customer,
        step_fields=step_fields,
        tasks_of_deal=task_queries.tasks_of_deal,
    )
    reactions.update(
        {
            CustomerRemoved: [follow_customer],
            DealsBroughtBack: [reopen_with_deals],
            DealsDeleted: [cancel_with_deals],
            JobWaiting: [queue_job],
            LeavingBegins: [hold_for_leaving],
            ListItemRemoved: [replace_choice, replace_choice_of_customers, replace_choice_of_campaigns],
            MailWritten: [queue_delivery],
            OriginRemoved: [let_go_of_origin],
            OpenTasksUnwanted: [cancel_open_tasks],
            PersonLeaving: [hand_over_deals],
            PrimaryContactsNamed: [note_stakeholders],
            RecordsChanged: [reindex],
            StageRemoved: [leave_stage],
            StepDelayed: [put_off_tasks],
            StepsRemoved: [cancel_tasks_of_steps],
            StagesEntered: [make_stage_tasks],
            UndoBegins: [take_for_undo, hold_for_undo],
            ValuesGivenBack: [demand_given_back_there, cancel_given_back_of_gone_steps],
        }
    )
    consumers.update({})
    jobs.update({UNDO: UndoOfJob(), **ON_MANY})
    handlers.update(
        account=AccountHandler(),
        campaign=CampaignHandler(),
        category=settled.CategoryHandler(),
        category_mark=settled.CategoryMarkHandler(),
        close_reason=settled.CloseReasonHandler(),
        competitor=CompetitorHandler(),
        connection=ConnectionHandler(),
        contact=ContactHandler(),
        currency=settled.CurrencyHandler(),
        list_item=settled.ListItemHandler(),
        opportunity=OpportunityHandler(),
        process=ProcessHandler(),
        segment=SegmentHandler(),
        segment_member=SegmentLineHandler(),
        rival=RivalHandler(),
        stage=StageHandler(),
        step=StepHandler(),
        rate=settled.RateHandler(),
        setting=settled.SettingHandler(),
        share=ShareHandler(),
        step_mark=StepMarkHandler(),
        task=TaskHandler(),
        team_member=TeamMemberHandler(),
    )
