"""The schedule: each piece of work at its interval, by one worker, remembered over restarts."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from opportune.operations.models import ScheduledRun
from opportune.operations.schedule import SCHEDULE, Scheduled, run_due

pytestmark = pytest.mark.django_db

NOON = datetime(2026, 3, 2, 12, tzinfo=UTC)


def hourly(runs: list[str]) -> Scheduled:
    return Scheduled("hourly", timedelta(hours=1), lambda: runs.append("hourly"))


def test_what_has_never_run_is_due() -> None:
    runs: list[str] = []
    assert run_due(NOON, [hourly(runs)]) == ["hourly"]
    assert runs == ["hourly"]


def test_what_has_run_waits_for_its_interval() -> None:
    runs: list[str] = []
    work = [hourly(runs)]
    run_due(NOON, work)
    assert run_due(NOON + timedelta(minutes=59), work) == []
    assert run_due(NOON + timedelta(minutes=60), work) == ["hourly"]


def test_what_was_missed_for_long_runs_once() -> None:
    runs: list[str] = []
    work = [hourly(runs)]
    run_due(NOON, work)
    run_due(NOON + timedelta(days=3), work)
    assert run_due(NOON + timedelta(days=3), work) == []
    assert len(runs) == 2


def test_after_the_clock_was_set_back_work_does_not_wait_until_it_has_caught_up() -> None:
    runs: list[str] = []
    work = [hourly(runs)]
    run_due(NOON, work)
    back = NOON - timedelta(days=300)
    assert run_due(back, work) == ["hourly"]
    assert run_due(back + timedelta(minutes=59), work) == []
    assert run_due(back + timedelta(minutes=60), work) == ["hourly"]


def test_what_another_worker_has_taken_is_not_run_again() -> None:
    runs: list[str] = []

    def taken_meanwhile() -> None:
        runs.append("first")
        assert run_due(NOON, [work]) == []

    work = Scheduled("hourly", timedelta(hours=1), taken_meanwhile)
    assert run_due(NOON, [work]) == ["hourly"]
    assert runs == ["first"]


def test_failing_work_is_tried_again_at_its_next_time() -> None:
    def fail() -> None:
        raise ValueError("out of order")

    work = [Scheduled("hourly", timedelta(hours=1), fail)]
    with pytest.raises(ValueError, match="out of order"):
        run_due(NOON, work)
    assert ScheduledRun.objects.get().next_at == NOON + timedelta(hours=1)


def test_everything_that_ships_runs() -> None:
    assert run_due(NOON) == [work.name for work in SCHEDULE]
    assert len({work.name for work in SCHEDULE}) == len(SCHEDULE)
