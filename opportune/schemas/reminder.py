"""Reminders of opportunities."""

from datetime import datetime

from opportune.schemas.shapes import Shown


class ReminderShown(Shown):
    """An opportunity one asked to be reminded of, and for when."""

    opportunity_id: int
    number: str
    subject: str
    customer_name: str
    at: datetime


class ReminderList(Shown):
    """One's reminders whose time has come, the oldest first."""

    items: list[ReminderShown]
