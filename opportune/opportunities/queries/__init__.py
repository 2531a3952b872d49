"""Reading deals: totals, board, list, record, and the state of any past day."""

from opportune.opportunities.queries.board import Board, BoardCard, BoardColumn, board, board_column
from opportune.opportunities.queries.listing import (
    OpportunityRow,
    count,
    every_opportunity,
    opportunities,
    subjects,
)
from opportune.opportunities.queries.of_customers import CustomerChange, customer_changes, lately_sold_to
from opportune.opportunities.queries.offering import (
    OfferedClosing,
    OfferedMove,
    offered_closing,
    offered_moves,
)
from opportune.opportunities.queries.record import (
    EntryRow,
    OpportunityRecord,
    Run,
    StageState,
    StepState,
    opportunity,
)
from opportune.opportunities.queries.statistics import ProcessStatistics, StageStatistics, statistics
from opportune.opportunities.queries.totals import Sum, Totals, totals

__all__ = [
    "Board",
    "BoardCard",
    "BoardColumn",
    "CustomerChange",
    "EntryRow",
    "OfferedClosing",
    "OfferedMove",
    "OpportunityRecord",
    "OpportunityRow",
    "ProcessStatistics",
    "Run",
    "StageState",
    "StageStatistics",
    "StepState",
    "Sum",
    "Totals",
    "board",
    "board_column",
    "count",
    "customer_changes",
    "every_opportunity",
    "lately_sold_to",
    "offered_closing",
    "offered_moves",
    "opportunities",
    "opportunity",
    "statistics",
    "subjects",
    "totals",
]
