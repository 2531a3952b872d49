"""The business dates of changes: never before the last one, never in the future."""

from collections.abc import Sequence
from datetime import date

from opportune.kernel.errors import Invalid
from opportune.kernel.sentences import sentence
from opportune.opportunities.stays import Interval, last_move_on


def date_of_change(entries: Sequence[Interval], on: date | None, today: date) -> date:
    """The date of a change of a deal with these entries: today unless given. Raises Invalid (E-19)."""
    last = last_move_on(entries, with_reopening=True)
    if on is None:
        return max(today, last) if last else today
    demand_date(on, "on", today, last)
    return on


def demand_date(on: date, field: str, today: date, last: date | None) -> None:
    """Raise Invalid for a date of change before the last one's or in the future (E-19)."""
    if last is not None and on < last:
        raise Invalid({field: sentence("This date lies before the last change, on {day}.", day=last)})
    if on > today:
        raise Invalid({field: sentence("This date lies in the future.")})
