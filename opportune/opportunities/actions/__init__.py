"""Every command on a deal. Doors import them from here."""

from opportune.opportunities.actions.closing import close, reopen
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
from opportune.opportunities.actions.moving import complete_and_move, move
from opportune.opportunities.actions.removing import bring_back, remove, restore_fields, restore_mark

__all__ = [
    "Draft",
    "Happening",
    "add_rival",
    "assign",
    "bring_back",
    "change_rival",
    "close",
    "complete_and_move",
    "create",
    "create_many",
    "edit",
    "edit_competitor",
    "known_competitor",
    "mark_step",
    "move",
    "remove",
    "remove_competitor",
    "remove_rival",
    "reopen",
    "restore_fields",
    "restore_mark",
    "share_deal",
    "use_process_chance",
]
