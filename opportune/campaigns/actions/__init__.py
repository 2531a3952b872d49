"""Every command on campaigns and segments. Doors import them from here."""

from opportune.campaigns.actions.deleting import (
    delete_campaign,
    delete_segment,
    restore_campaign,
    restore_segment,
)
from opportune.campaigns.actions.lines import add_line, add_lines, change_line, demand_line_free, remove_line
from opportune.campaigns.actions.writing import (
    activate_campaign,
    bring_back,
    create_campaign,
    create_segment,
    deactivate_campaign,
    edit_campaign,
    edit_segment,
    remove,
    restore_fields,
)

__all__ = [
    "activate_campaign",
    "add_line",
    "add_lines",
    "bring_back",
    "change_line",
    "create_campaign",
    "create_segment",
    "deactivate_campaign",
    "delete_campaign",
    "delete_segment",
    "demand_line_free",
    "edit_campaign",
    "edit_segment",
    "remove",
    "remove_line",
    "restore_campaign",
    "restore_fields",
    "restore_segment",
]
