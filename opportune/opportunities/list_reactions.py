"""Which fields of deals, and of what hangs on them, draw on lists of choices, and what follows when a choice goes."""

from collections import Counter
from typing import Any

from opportune.identity.actor import Actor
from opportune.opportunities.models import Opportunity, TeamMember
from opportune.process.holding import hold_processes
from opportune.reference.events import ListItemRemoved
from opportune.reference.replacing import Drawn, drawn_on, replace_in, uses_in

_OF_DEALS = (
    "type",
    "payment_terms",
    "source",
    "rating",
    "priority",
    "purchase_timeframe",
    "purchase_process",
)
DRAWN: Drawn = {
    **{name: [(Opportunity.objects, name)] for name in _OF_DEALS},
    "forecast_category": [(Opportunity.objects, "forecast_category")],
    "sales_team_role": [(TeamMember._default_manager, "role")],
}
"""A forecast category makes entries; its list is fixed, so none of it ever goes."""


def choices_used_by_deals(list_key: str) -> Counter[str]:
    """How many deals, or members of their teams, have each code of a list."""
    return uses_in(DRAWN, list_key)


def lists_drawn_on_by_deals(record: Any) -> dict[str, str]:
    """The fields of a deal, or of a member of its team, that have codes of lists, with the lists' keys."""
    return drawn_on(DRAWN, record)


def replace_choice(actor: Actor, event: ListItemRemoved) -> None:
    """Give every deal or member that has the removed code its replacement, closed deals and the bin included."""
    hold_processes()
    replace_in(DRAWN, event)
