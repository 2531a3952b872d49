"""Every command on a deal. Doors import them from here."""

from opportune.opportunities.actions.closing import close, reopen
from opportune.opportunities.actions.creating import Draft, Happening, create, create_many
from opportune.opportunities.actions.editing import assign, edit, mark_step, share_deal, use_process_chance
from opportune.opportunities.actions.moving import complete_and_move, move
from opportune.opportunities.actions.removing import bring_back, remove, restore_fields, restore_mark

__all__ = [
    "Draft",
    "Happening",
    "assign",
    "bring_back",
    "close",
    "complete_and_move",
    "create",
    "create_many",
    "edit",
    "mark_step",
    "move",
    "remove",
    "reopen",
    "restore_fields",
    "restore_mark",
    "share_deal",
    "use_process_chance",
]
