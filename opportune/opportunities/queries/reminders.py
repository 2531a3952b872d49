"""Reminders that are due (C-048, C-049)."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from opportune.identity.actor import Actor
from opportune.opportunities.models import OPEN, OpportunityQuerySet
from opportune.opportunities.queries.listing import columns, rows_of
from opportune.opportunities.queries.totals import visible_deals

SHOWN = 100


@dataclass(frozen=True, slots=True)
class Reminder:
    """A deal its owner asked to be reminded of, and for when."""

    opportunity_id: int
    number: str
    subject: str
    customer_name: str
    at: datetime


def due(actor: Actor, now: datetime, *, limit: int = SHOWN) -> Sequence[Reminder]:
    """The reminders of the actor's own open deals whose time has come, the oldest first."""
    found = list(columns(_due(actor, now), actor, "reminder_at").order_by("reminder_at", "id")[:limit])
    return [
        Reminder(row.id, row.number, row.subject, row.customer_name, one["reminder_at"])
        for row, one in zip(rows_of(found), found, strict=True)
    ]


def due_count(actor: Actor, now: datetime) -> int:
    """How many there are."""
    return _due(actor, now).count()


def _due(actor: Actor, now: datetime) -> OpportunityQuerySet:
    return visible_deals(actor).filter(owner_id=actor.person_id, status__in=OPEN, reminder_at__lte=now)
