"""Every command on a deal. Doors import them from here."""

from opportune.opportunities.actions.assigning import assign_many
from opportune.opportunities.actions.cloning import clone
from opportune.opportunities.actions.closing import close, close_many, reopen
from opportune.opportunities.actions.competitors import (
    add_rival,
    change_rival,
    create_competitor,
    edit_competitor,
    known_competitor,
    remove_competitor,
    remove_rival,
)
from opportune.opportunities.actions.creating import create, create_many
from opportune.opportunities.actions.deleting import (
    delete_many,
    delete_matching,
    delete_opportunity,
    restore_opportunity,
)
from opportune.opportunities.actions.editing import assign, comment, edit, mark_step, use_process_chance
from opportune.opportunities.actions.from_segment import Opened, create_from_segment
from opportune.opportunities.actions.many import ON_MANY, Outcomes, Skipped
from opportune.opportunities.actions.moving import complete_and_move, move, move_many
from opportune.opportunities.actions.putting import put_into_month
from opportune.opportunities.actions.reminding import dismiss, snooze
from opportune.opportunities.actions.removing import bring_back, bring_back_many, remove, remove_many
from opportune.opportunities.actions.restoring import restore_fields, restore_many, restore_mark
from opportune.opportunities.actions.revaluing import revalue, revalue_many
from opportune.opportunities.actions.sales_team import (
    add_member,
    change_member,
    change_share,
    remove_member,
    share_deal,
    unshare_deal,
)
from opportune.opportunities.actions.switching import switch_process
from opportune.opportunities.drafts import Draft, Happening

__all__ = [
    "ON_MANY",
    "Draft",
    "Happening",
    "Opened",
    "Outcomes",
    "Skipped",
    "add_member",
    "add_rival",
    "assign",
    "assign_many",
    "bring_back",
    "bring_back_many",
    "change_member",
    "change_rival",
    "change_share",
    "clone",
    "close",
    "close_many",
    "comment",
    "complete_and_move",
    "create",
    "create_competitor",
    "create_from_segment",
    "create_many",
    "delete_many",
    "delete_matching",
    "delete_opportunity",
    "dismiss",
    "edit",
    "edit_competitor",
    "known_competitor",
    "mark_step",
    "move",
    "move_many",
    "put_into_month",
    "remove",
    "remove_competitor",
    "remove_many",
    "remove_member",
    "remove_rival",
    "reopen",
    "restore_fields",
    "restore_many",
    "restore_mark",
    "restore_opportunity",
    "revalue",
    "revalue_many",
    "share_deal",
    "snooze",
    "switch_process",
    "unshare_deal",
    "use_process_chance",
]
