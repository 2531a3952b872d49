"""Tasks through the API."""

import pytest

from opportune.activities.actions import create_task
from tests.doors.callers import Caller, Market, caller


def test_ones_own_open_tasks_come_by_urgency_and_by_pages(alice: Caller, market: Market) -> None:
    create_task(market.alice, market.deal.pk, subject="Some day")
    whole = alice.get("/tasks").json["items"]
    assert whole[-1]["subject"] == "Some day"
    dates = [task["due_on"] for task in whole if task["due_on"]]
    assert dates == sorted(dates)
    found, after = [], ""
    while True:
        page = alice.get(f"/tasks?limit=1{after}").json
        found += page["items"]
        if page["next"] is None:
            break
        after = f"&after={page['next']}"
    assert found == whole


@pytest.mark.parametrize(("verb", "state"), [("completion", "completed"), ("cancellation", "cancelled")])
def test_a_task_is_ended_once_and_can_be_reopened(
    alice: Caller, market: Market, verb: str, state: str
) -> None:
    address = f"/tasks/{market.task.pk}"
    assert alice.post(f"{address}/{verb}").json["state"] == state
    refused = alice.post(f"{address}/{verb}")
    assert (refused.status, refused.json["code"]) == (422, "task_ended")
    assert alice.post(f"{address}/reopening").json["state"] == "open"


def test_a_task_of_an_unseen_deal_is_not_found(market: Market) -> None:
    assert caller(market.company.dan).post(f"/tasks/{market.task.pk}/completion").status == 404


def test_a_reader_of_the_deal_may_see_its_task_but_not_end_it(market: Market) -> None:
    rita = caller(market.company.rita)
    assert rita.get(f"/tasks/{market.task.pk}").status == 200
    assert rita.post(f"/tasks/{market.task.pk}/completion").status == 403
