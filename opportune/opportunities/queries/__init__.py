"""Reading deals: totals, board, list, record, and the state of any past day."""

from opportune.opportunities.queries.board import (
    Board,
    BoardCard,
    BoardColumn,
    board,
    board_column,
    closings,
    places,
)
from opportune.opportunities.queries.competitors import (
    CompetitorRow,
    competitor,
    competitor_names,
    competitors,
)
from opportune.opportunities.queries.deleting import (
    DealDeletion,
    MatchingDeletion,
    campaigns_of_closed,
    deal_deletion,
    matching_deletion,
)
from opportune.opportunities.queries.forecast import Forecast, ForecastLane, forecast, forecast_lane
from opportune.opportunities.queries.listing import (
    Neighbours,
    OpportunityRow,
    changeable_row,
    count,
    every_opportunity,
    neighbours,
    opportunities,
    opportunity_row,
    rows_by_id,
    subjects,
)
from opportune.opportunities.queries.news import News, arrived, colleagues, news
from opportune.opportunities.queries.next_tasks import NextTask, next_tasks
from opportune.opportunities.queries.of_customers import CustomerChange, customer_changes, lately_sold_to
from opportune.opportunities.queries.offering import (
    OfferedClosing,
    OfferedMove,
    Whereabouts,
    offered_closing,
    offered_moves,
    whereabouts,
)
from opportune.opportunities.queries.origins import Brought, brought_by, deals_of_segment
from opportune.opportunities.queries.record import (
    EntryRow,
    OpportunityRecord,
    Run,
    StageState,
    StepState,
    opportunity,
)
from opportune.opportunities.queries.reminders import Reminder, due, due_count
from opportune.opportunities.queries.statistics import ProcessStatistics, StageStatistics, statistics
from opportune.opportunities.queries.steps import Tick, ticks_of
from opportune.opportunities.queries.surroundings import MemberRow, Origin, RivalRow
from opportune.opportunities.queries.totals import Sum, Totals, totals

__all__ = [
    "Board",
    "BoardCard",
    "BoardColumn",
    "Brought",
    "CompetitorRow",
    "CustomerChange",
    "DealDeletion",
    "EntryRow",
    "Forecast",
    "ForecastLane",
    "MatchingDeletion",
    "MemberRow",
    "Neighbours",
    "News",
    "NextTask",
    "OfferedClosing",
    "OfferedMove",
    "OpportunityRecord",
    "OpportunityRow",
    "Origin",
    "ProcessStatistics",
    "Reminder",
    "RivalRow",
    "Run",
    "StageState",
    "StageStatistics",
    "StepState",
    "Sum",
    "Tick",
    "Totals",
    "Whereabouts",
    "arrived",
    "board",
    "board_column",
    "brought_by",
    "campaigns_of_closed",
    "changeable_row",
    "closings",
    "colleagues",
    "competitor",
    "competitor_names",
    "competitors",
    "count",
    "customer_changes",
    "deal_deletion",
    "deals_of_segment",
    "due",
    "due_count",
    "every_opportunity",
    "forecast",
    "forecast_lane",
    "lately_sold_to",
    "matching_deletion",
    "neighbours",
    "news",
    "next_tasks",
    "offered_closing",
    "offered_moves",
    "opportunities",
    "opportunity",
    "opportunity_row",
    "places",
    "rows_by_id",
    "statistics",
    "subjects",
    "ticks_of",
    "totals",
    "whereabouts",
]
