"""The worker does what was queued."""

from __future__ import annotations

import pytest
from django_tasks import task
from django_tasks.base import TaskResultStatus

from opportune.operations.worker import TaskWorker

noted: list[str] = []


@task()
def note(word: str) -> None:
    noted.append(word)


@task()
def fail() -> None:
    raise ValueError("out of order")


@pytest.mark.django_db(transaction=True)
def test_queued_tasks_are_done_in_order_and_a_failing_one_stops_none() -> None:
    noted.clear()
    results = [note.enqueue("first"), fail.enqueue(), note.enqueue("last")]
    TaskWorker("test/1/1").do_tasks()
    for result in results:
        result.refresh()
    assert [result.status for result in results] == [
        TaskResultStatus.SUCCESSFUL,
        TaskResultStatus.FAILED,
        TaskResultStatus.SUCCESSFUL,
    ]
    assert noted == ["first", "last"]
