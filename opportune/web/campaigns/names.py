"""What the fields of campaigns and segments are called on screens."""

from django.utils.translation import gettext


def field_names() -> dict[str, str]:
    """The name of each field in the reader's language, by the field."""
    return {
        "name": gettext("Name"),
        "code": gettext("Code"),
        "type": gettext("Type"),
        "owner_id": gettext("Owner"),
        "campaign_id": gettext("Campaign"),
        "starts_on": gettext("Starts on"),
        "ends_on": gettext("Ends on"),
        "is_activated": gettext("Activated"),
        "budgeted_cost": gettext("Budgeted cost"),
        "actual_cost": gettext("Actual cost"),
        "description": gettext("Description"),
        "deleted_at": gettext("In the bin"),
    }


def state_names() -> dict[str, str]:
    """The name of each state a campaign can be in, in the order of its life."""
    return {
        "draft": gettext("Not activated"),
        "planned": gettext("Planned"),
        "running": gettext("Under way"),
        "over": gettext("Over"),
    }
