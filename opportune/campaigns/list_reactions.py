"""Which fields of campaigns draw on lists of choices, and what follows when a choice goes."""

from collections import Counter

from opportune.campaigns.models import Campaign
from opportune.campaigns.surroundings import TYPES
from opportune.identity.actor import Actor
from opportune.reference.events import ListItemRemoved
from opportune.reference.replacing import Drawn, replace_in, uses_in

DRAWN: Drawn = {TYPES: [(Campaign._default_manager, "type")]}


def choices_used_by_campaigns(list_key: str) -> Counter[str]:
    """How many campaigns have each code of a list."""
    return uses_in(DRAWN, list_key)


def replace_choice_of_campaigns(actor: Actor, event: ListItemRemoved) -> None:
    """Give every campaign that has the removed code its replacement."""
    replace_in(DRAWN, event)
