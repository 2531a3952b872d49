"""Tasks of dead workers are done again, those of living ones are left alone."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from django_tasks.base import TaskResultStatus
from django_tasks_db.models import DBTaskResult

from opportune.operations.leases import (
    ATTEMPTS,
    LEASE_LASTS,
    end_lease,
    end_predecessors,
    give_back_abandoned,
    renew_lease,
)
from opportune.operations.models import WorkerLease

pytestmark = pytest.mark.django_db

NOON = datetime(2026, 3, 2, 12, tzinfo=UTC)


def claimed_by(*workers: str) -> DBTaskResult[..., None]:
    return DBTaskResult.objects.create(
        status=TaskResultStatus.RUNNING,
        args_kwargs={"args": [], "kwargs": {}},
        task_path="tests.operations.test_worker.note",
        worker_ids=list(workers),
        backend_name="default",
        run_after=NOON,
        started_at=NOON,
        exception_class_path="",
        traceback="",
    )


def status_of(task: DBTaskResult[..., None]) -> str:
    task.refresh_from_db()
    return str(task.status)


def test_a_task_of_a_living_worker_is_left_alone() -> None:
    renew_lease("host/1/1", NOON)
    task = claimed_by("host/1/1")
    assert give_back_abandoned(NOON + LEASE_LASTS) == 0
    assert status_of(task) == TaskResultStatus.RUNNING


def test_a_task_whose_worker_is_silent_for_too_long_is_given_back() -> None:
    renew_lease("host/1/1", NOON)
    task = claimed_by("host/1/1")
    assert give_back_abandoned(NOON + LEASE_LASTS + timedelta(seconds=1)) == 1
    assert status_of(task) == TaskResultStatus.READY


def test_a_task_of_a_worker_that_ended_is_given_back_at_once() -> None:
    renew_lease("host/1/1", NOON)
    task = claimed_by("host/1/1")
    end_lease("host/1/1")
    assert give_back_abandoned(NOON) == 1
    assert status_of(task) == TaskResultStatus.READY


def test_a_task_that_killed_every_worker_has_failed() -> None:
    task = claimed_by(*[f"host/1/{start}" for start in range(ATTEMPTS)])
    assert give_back_abandoned(NOON) == 1
    assert status_of(task) == TaskResultStatus.FAILED
    assert str(ATTEMPTS) in task.traceback


def test_only_the_last_claim_counts() -> None:
    renew_lease("host/1/1", NOON)
    task = claimed_by("host/1/1", "host/9/1")
    assert give_back_abandoned(NOON) == 1
    assert status_of(task) == TaskResultStatus.READY


def test_a_restarted_worker_ends_the_leases_of_its_predecessors_only() -> None:
    for name in ("host/1/1", "host/1/2", "host/12/1", "other/1/1"):
        renew_lease(name, NOON)
    end_predecessors("host/1/2")
    assert set(WorkerLease.objects.values_list("name", flat=True)) == {"host/1/2", "host/12/1", "other/1/1"}


def test_after_the_clock_was_set_back_a_dead_worker_is_found_as_soon_as_ever() -> None:
    renew_lease("host/1/1", NOON)
    task = claimed_by("host/1/1")
    back = NOON - timedelta(hours=3)
    assert give_back_abandoned(back) == 0
    assert give_back_abandoned(back + LEASE_LASTS + timedelta(seconds=1)) == 1
    assert status_of(task) == TaskResultStatus.READY


def test_after_the_clock_was_set_back_a_living_worker_keeps_its_task() -> None:
    renew_lease("host/1/1", NOON)
    task = claimed_by("host/1/1")
    back = NOON - timedelta(hours=3)
    give_back_abandoned(back)
    renew_lease("host/1/1", back + timedelta(seconds=15))
    assert give_back_abandoned(back + LEASE_LASTS) == 0
    assert status_of(task) == TaskResultStatus.RUNNING


def test_what_an_idle_worker_claims_was_cut_short_and_is_given_back() -> None:
    renew_lease("host/1/1", NOON)
    renew_lease("host/2/1", NOON)
    mine, other = claimed_by("host/1/1"), claimed_by("host/2/1")
    assert give_back_abandoned(NOON, idle="host/1/1") == 1
    assert status_of(mine) == TaskResultStatus.READY
    assert status_of(other) == TaskResultStatus.RUNNING
