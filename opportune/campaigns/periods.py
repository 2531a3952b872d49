"""Where a campaign stands on a day: its dates count only once it is activated."""

from collections.abc import Mapping
from datetime import date

from django.db.models import Q

DRAFT, PLANNED, RUNNING, OVER = "draft", "planned", "running", "over"
STATES = (DRAFT, PLANNED, RUNNING, OVER)


def state_of(is_activated: bool, starts_on: date | None, ends_on: date | None, day: date) -> str:
    """The state on a day: `draft` until it is activated, then by its dates, which may be open."""
    if not is_activated:
        return DRAFT
    if starts_on is not None and day < starts_on:
        return PLANNED
    return OVER if ends_on is not None and ends_on < day else RUNNING


def in_state(state: str, day: date) -> Q:
    """The campaigns in a state on a day."""
    return _conditions(day)[state]


def _conditions(day: date) -> Mapping[str, Q]:
    begun = Q(starts_on__isnull=True) | Q(starts_on__lte=day)
    lasts = Q(ends_on__isnull=True) | Q(ends_on__gte=day)
    return {
        DRAFT: Q(is_activated=False),
        PLANNED: Q(is_activated=True, starts_on__gt=day),
        RUNNING: Q(is_activated=True) & begun & lasts,
        OVER: Q(is_activated=True, ends_on__lt=day) & begun,
    }
