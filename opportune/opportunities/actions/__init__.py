"""Every command on a deal. Doors import them from here."""

from opportune.opportunities.actions.assigning import assign_many
from opportune.opportunities.actions.closing import close, close_many, reopen
from opportune.opportunities.actions.competitors import (
    add_rival,
    change_rival,
    edit_competitor,
    known_competitor,
    remove_competitor,
    remove_rival,
)
from opportune.opportunities.actions.creating import Draft, Happening, create, create_many
from opportune.opportunities.actions.editing import assign, edit, mark_step, share_deal, use_process_chance
from opportune.opportunities.actions.many import Outcomes, Skipped
from opportune.opportunities.actions.moving import complete_and_move, move, move_many
from opportune.opportunities.actions.removing import bring_back, remove, restore_fields, restore_mark
from opportune.opportunities.actions.switching import switch_process

__all__ = [
    "Draft",
    "Happening",
    "Outcomes",
    "Skipped",
    "add_rival",
    "assign",
    "assign_many",
    "bring_back",
    "change_rival",
    "close",
    "close_many",
    "complete_and_move",
    "create",
    "create_many",
    "edit",
    "edit_competitor",
    "known_competitor",
    "mark_step",
    "move",
    "move_many",
    "remove",
    "remove_competitor",
    "remove_rival",
    "reopen",
    "restore_fields",
    "restore_mark",
    "share_deal",
    "switch_process",
    "use_process_chance",
]
