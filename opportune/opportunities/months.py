"""The lanes of a forecast: the deals that are late, those of each month to come, those of later, those without a date.

Plain calculation. A month begins on its first day, the present one today: what lies before is late.
"""

import calendar
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from opportune.kernel.errors import Invalid
from opportune.kernel.sentences import sentence

LATE, LATER, NONE = "late", "later", "none"
MONTHS = 12


@dataclass(frozen=True, slots=True)
class CloseLane:
    """The deals that are estimated to close from a day on (none: since ever) and before another (none: without end)."""

    key: str
    first: date | None = None
    end: date | None = None

    @property
    def month(self) -> date | None:
        """A day of the month that it stands for, if it is one."""
        return self.first if self.end is not None else None


def close_lanes(today: date) -> Sequence[CloseLane]:
    """All lanes there are on a day, in their order."""
    firsts = [_month_after(today, number) for number in range(1, MONTHS + 1)]
    starts = [today, *firsts[:-1]]
    months = [CloseLane(f"{first:%Y-%m}", first, end) for first, end in zip(starts, firsts, strict=True)]
    return (CloseLane(LATE, None, today), *months, CloseLane(LATER, firsts[-1]), CloseLane(NONE))


def lane_of(close: date | None, today: date) -> str:
    """The key of the lane in which a date lies."""
    if close is None:
        return NONE
    lanes = close_lanes(today)[:-1]
    return next(lane.key for lane in lanes if lane.end is None or close < lane.end)


def close_in(lane_key: str, close: date | None, today: date) -> date | None:
    """The estimated close that a deal gets which is put into a lane: the same day of the month, as far as there is one.

    Its last day where there was no date or an earlier one, never a day that is over. In its own lane it keeps its date.
    Raises Invalid.
    """
    if lane_key == lane_of(close, today):
        return close
    if lane_key == NONE:
        return None
    lane = next((one for one in close_lanes(today) if one.key == lane_key), None)
    if lane is None or lane.month is None:
        raise Invalid({"estimated_close_on": _NO_MONTH.get(lane_key, _UNKNOWN)})
    last = calendar.monthrange(lane.month.year, lane.month.month)[1]
    wished = last if close is None or close < today else min(close.day, last)
    return max(lane.month.replace(day=wished), today)


_UNKNOWN = sentence("This month does not exist. Choose another.")
_NO_MONTH = {
    LATE: sentence("A day that is over is nothing to aim at. Choose a month to come."),
    LATER: sentence("Give a deal that closes later its date on the record."),
}


def _month_after(day: date, months: int) -> date:
    years, month = divmod(day.month - 1 + months, 12)
    return date(day.year + years, month + 1, 1)
