"""Every command on a deal. Doors import them from here."""

from opportune.opportunities.actions.cloning import clone
from opportune.opportunities.actions.closing import close, reopen
from opportune.opportunities.actions.competitors import (
    add_rival,
    change_rival,
    create_competitor,
    edit_competitor,
    known_competitor,
    remove_competitor,
    remove_rival,
)
from opportune.opportunities.actions.creating import Draft, Happening, create, create_many
from opportune.opportunities.actions.editing import assign, comment, edit, mark_step, use_process_chance
from opportune.opportunities.actions.moving import complete_and_move, move
from opportune.opportunities.actions.reminding import dismiss, snooze
from opportune.opportunities.actions.removing import bring_back, remove, restore_fields, restore_mark
from opportune.opportunities.actions.sales_team import (
    add_member,
    change_member,
    change_share,
    remove_member,
    share_deal,
    unshare_deal,
)

__all__ = [
    "Draft",
    "Happening",
    "add_member",
    "add_rival",
    "assign",
    "bring_back",
    "change_member",
    "change_rival",
    "change_share",
    "clone",
    "close",
    "comment",
    "complete_and_move",
    "create",
    "create_competitor",
    "create_many",
    "dismiss",
    "edit",
    "edit_competitor",
    "known_competitor",
    "mark_step",
    "move",
    "remove",
    "remove_competitor",
    "remove_member",
    "remove_rival",
    "reopen",
    "restore_fields",
    "restore_mark",
    "share_deal",
    "snooze",
    "unshare_deal",
    "use_process_chance",
]
