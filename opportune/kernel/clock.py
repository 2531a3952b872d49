"""The time, in one place, so that a test or an import can say what time it is."""

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

FIRST_DAY, LAST_DAY = date(1900, 1, 1), date(2200, 12, 31)
"""Between these lies every date a record may bear: beyond, adding days or a time zone could fail."""

_stopped_at: ContextVar[datetime | None] = ContextVar("stopped_at", default=None)


def now() -> datetime:
    """This instant, aware, in UTC."""
    return _stopped_at.get() or datetime.now(UTC)


def today(zone: str | ZoneInfo) -> date:
    """The calendar day it is now in a time zone."""
    return day_of(now(), zone)


def day_of(instant: datetime, zone: str | ZoneInfo) -> date:
    """The calendar day of an instant in a time zone."""
    return instant.astimezone(_zone(zone)).date()


def end_of(day: date, zone: str | ZoneInfo) -> datetime:
    """The last microsecond of a day in a time zone: what "as of DATE" means (domain.md §9)."""
    if day == date.max:
        return datetime.max.replace(tzinfo=UTC)
    midnight = datetime.combine(day + timedelta(days=1), time.min, tzinfo=_zone(zone))
    return midnight.astimezone(UTC) - timedelta(microseconds=1)


def start_of(day: date, zone: str | ZoneInfo) -> datetime:
    """The first instant of a day in a time zone."""
    if day == date.min:
        return datetime.min.replace(tzinfo=UTC)
    return datetime.combine(day, time.min, tzinfo=_zone(zone)).astimezone(UTC)


@contextmanager
def stopped_at(instant: datetime) -> Iterator[None]:
    """Within this block the clock shows `instant`."""
    if instant.tzinfo is None:
        raise ValueError("an instant must carry its time zone")
    token = _stopped_at.set(instant)
    try:
        yield
    finally:
        _stopped_at.reset(token)


def _zone(zone: str | ZoneInfo) -> ZoneInfo:
    return ZoneInfo(zone) if isinstance(zone, str) else zone
