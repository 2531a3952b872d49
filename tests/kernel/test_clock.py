"""The clock: stopped for tests and imports, read by the calendar of a time zone."""

from datetime import UTC, date, datetime, timedelta

import pytest

from opportune.kernel import clock

PARIS = "Europe/Paris"


def test_the_clock_shows_utc() -> None:
    assert clock.now().tzinfo is UTC
    assert abs(clock.now() - datetime.now(UTC)) < timedelta(seconds=5)


def test_a_stopped_clock_shows_its_instant_and_runs_again() -> None:
    instant = datetime(2026, 3, 10, 12, tzinfo=UTC)
    with clock.stopped_at(instant):
        assert clock.now() == instant
        with clock.stopped_at(instant + timedelta(1)):
            assert clock.now() == instant + timedelta(1)
        assert clock.now() == instant
    assert clock.now() != instant


def test_an_instant_without_a_zone_stops_nothing() -> None:
    with pytest.raises(ValueError, match="time zone"), clock.stopped_at(datetime(2026, 3, 10)):  # noqa: DTZ001
        raise AssertionError


def test_today_depends_on_the_zone() -> None:
    with clock.stopped_at(datetime(2026, 3, 10, 23, 30, tzinfo=UTC)):
        assert clock.today(PARIS) == date(2026, 3, 11)
        assert clock.today("America/Montreal") == date(2026, 3, 10)


@pytest.mark.parametrize(
    "day", [date(2026, 3, 28), date(2026, 3, 29), date(2026, 10, 25), date(2026, 12, 31)]
)
def test_days_follow_one_another_without_gap_even_when_clocks_change(day: date) -> None:
    last = clock.end_of(day, PARIS)
    assert last + timedelta(microseconds=1) == clock.start_of(day + timedelta(1), PARIS)
    assert clock.day_of(last, PARIS) == clock.day_of(clock.start_of(day, PARIS), PARIS) == day


def test_the_day_on_which_clocks_go_forward_is_an_hour_shorter() -> None:
    length = clock.end_of(date(2026, 3, 29), PARIS) - clock.start_of(date(2026, 3, 29), PARIS)
    assert length + timedelta(microseconds=1) == timedelta(hours=23)


@pytest.mark.parametrize("zone", [PARIS, "America/Montreal", "Pacific/Auckland"])
def test_the_first_and_the_last_of_all_days_begin_and_end(zone: str) -> None:
    assert clock.start_of(date.min, zone) <= clock.end_of(date.min, zone)
    assert clock.start_of(date.max, zone) <= clock.end_of(date.max, zone)
