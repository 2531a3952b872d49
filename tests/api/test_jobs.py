"""Long commands over the API: how far they are, stopping, doing the rest, taking back."""

import pytest

from opportune.identity.tasks import work_through
from opportune.kernel import clock
from opportune.opportunities.actions import many
from opportune.opportunities.models import Opportunity
from tests.doors.callers import Market, caller

TODAY = clock.today("Europe/Paris").isoformat()


@pytest.fixture
def few(monkeypatch: pytest.MonkeyPatch) -> None:
    """More than one are many, and one makes a chunk."""
    monkeypatch.setattr(many, "MOST", 1)
    monkeypatch.setattr(many.OnMany, "largest_chunk", 1)


@pytest.mark.usefixtures("few")
def test_a_long_command_is_begun_stopped_continued_and_taken_back(market: Market) -> None:
    alice = caller(market.alice)
    ids = [market.deal.pk, market.another().pk]
    how = {"ids": ids, "outcome": "lost", "reason": "PRICE_L", "on": TODAY}
    begun = alice.post("/opportunities/closure", how)
    number = begun.json["job_id"]
    job = f"/jobs/{number}"
    work_through(number, seconds=0.000001)
    seen = alice.get(job).json
    assert (seen["done"], seen["total"], seen["state"]) == (1, 2, "running")
    assert alice.post(f"{job}/undo").json["code"] == "running"
    assert alice.post(f"{job}/stop").json["state"] == "stopped"
    assert alice.post(f"{job}/stop").json["code"] == "not_running"
    assert alice.post(f"{job}/continue").status == 202
    work_through(number)
    assert Opportunity.objects.filter(status="lost").count() == 2
    assert alice.post(f"{job}/continue").json["code"] == "nothing_waits"
    undoing = alice.post(f"{job}/undo")
    work_through(undoing.json["id"])
    assert Opportunity.objects.filter(status="lost").count() == 0
    assert alice.post(f"{job}/undo").json["code"] == "already_undone"


def test_a_long_command_of_others_does_not_exist(market: Market) -> None:
    dan = caller(market.company.dan)
    assert dan.get(f"/jobs/{market.job}").status == 404
    for verb in ("stop", "continue", "undo"):
        assert dan.post(f"/jobs/{market.job}/{verb}").status == 404
