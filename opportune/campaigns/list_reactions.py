"""Which fields of campaigns draw on lists of choices, and what follows when a choice goes."""

from collections import Counter
from typing import Any

from opportune.campaigns.models import Campaign
from opportune.campaigns.surroundings import TYPES
from opportune.identity.actor import Actor
from opportune.reference.events import ListItemRemoved
from opportune.reference.replacing import Drawn, drawn_on, replace_in, uses_in

DRAWN: Drawn = {TYPES: [(Campaign._default_manager, "type")]}


def choices_used_by_campaigns(list_key: str) -> Counter[str]:
    """How many campaigns have each code of a list."""
    return uses_in(DRAWN, list_key)


def lists_drawn_on_by_campaigns(record: Any) -> dict[str, str]:
    """The fields of a campaign that have codes of lists, with the lists' keys."""
    return drawn_on(DRAWN, record)


def replace_choice_of_campaigns(actor: Actor, event: ListItemRemoved) -> None:
    """Give every campaign that has the removed code its replacement."""
    replace_in(DRAWN, event)
