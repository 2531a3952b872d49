"""The page of a long command: how far it is, stopping it, doing the rest, taking it back."""

import pytest

from opportune.identity.tasks import work_through
from opportune.kernel import clock
from opportune.ledger.models import Job
from opportune.opportunities.actions import many
from opportune.opportunities.models import Opportunity
from tests.doors.callers import MARK, CommandLine, Market, caller
from tests.web.conftest import SignIn

HTMX = {"HX-Request": "true"}
TODAY = clock.today("Europe/Paris").isoformat()
LOST = {"to_reason": "PRICE_L", "to_on": TODAY}


@pytest.fixture
def few(monkeypatch: pytest.MonkeyPatch) -> None:
    """More than one are many, and one makes a chunk."""
    monkeypatch.setattr(many, "MOST", 1)
    monkeypatch.setattr(many.OnMany, "largest_chunk", 1)


@pytest.mark.usefixtures("few")
def test_a_long_command_is_followed_stopped_continued_and_undone(market: Market, sign_in: SignIn) -> None:
    alice = sign_in(market.alice)
    market.another()
    begun = alice.post("/opportunities/selected/lost/", {"all": "1", "status": "open", **LOST})
    job = begun.headers["Location"]
    assert "0 of 2" in alice.get(job).content.decode()
    number = int(job.rstrip("/").rpartition("/")[2])
    work_through(number, seconds=0.000001)
    running = alice.get(job, headers=HTMX).content.decode()
    assert "1 of 2" in running
    assert "every 1s" in running
    assert "<html" not in running
    alice.post(f"{job}stop/")
    stopped = alice.get(job).content.decode()
    assert "every 1s" not in stopped
    assert "Do the rest" in stopped
    alice.post(f"{job}continuation/")
    work_through(number)
    assert "2 of 2" in alice.get(job).content.decode()
    assert Opportunity.objects.filter(status="lost").count() == 2
    undoing = alice.post(f"{job}undo/").headers["Location"]
    work_through(int(undoing.rstrip("/").rpartition("/")[2]))
    assert Opportunity.objects.filter(status="lost").count() == 0
    listed = alice.get("/jobs/").content.decode()
    assert "Close opportunities" in listed
    assert job in listed


@pytest.mark.usefixtures("few")
def test_a_day_that_is_none_is_said_beside_its_field_and_begins_nothing(
    market: Market, sign_in: SignIn
) -> None:
    alice = sign_in(market.alice)
    market.another()
    given = {"all": "1", "status": "open", **LOST}
    for on in ("garbage", "20260101", "2026-W01-1"):
        refused = alice.post("/opportunities/selected/lost/", {**given, "to_on": on})
        assert refused.status_code == 422
        assert "This is not a date." in refused.content.decode()
    assert not Job.objects.exists()


@pytest.mark.usefixtures("few")
def test_what_it_left_is_shown_with_its_reason(market: Market, sign_in: SignIn) -> None:
    alice = sign_in(market.alice)
    other = market.another("Pumps for nothing")
    ids = {"id": [market.deal.pk, other.pk]}
    job = alice.post("/opportunities/selected/won/", {**ids, "to_reason": "PRICE_W", "to_on": TODAY})
    work_through(int(job.headers["Location"].rstrip("/").rpartition("/")[2]))
    shown = alice.get(job.headers["Location"]).content.decode()
    assert "1 left as it was" in shown
    assert "Pumps for nothing" in shown


def test_a_long_command_of_others_is_no_page(market: Market, sign_in: SignIn) -> None:
    job = market.job
    dan = sign_in(market.company.dan)
    for address in ("", "stop/", "continuation/", "undo/"):
        ask = dan.post if address else dan.get
        assert ask(f"/jobs/{job}/{address}").status_code == 404
    assert f"/jobs/{job}/" not in dan.get("/jobs/").content.decode()


@pytest.mark.usefixtures("few")
def test_the_api_tells_how_far_it_is_and_takes_it_back(market: Market) -> None:
    alice = caller(market.alice)
    market.another()
    asked = {"filter": {"status": "open"}, "outcome": "lost", "reason": "PRICE_L", "on": TODAY}
    begun = alice.post("/opportunities/closure", asked).json
    assert (begun["done"], begun["message"]) == ([], "2 opportunities are being worked through.")
    job = begun["job_id"]
    work_through(job)
    shown = alice.get(f"/jobs/{job}").json
    assert (shown["state"], shown["done"], shown["total"], shown["may_undo"]) == ("done", 2, 2, True)
    undoing = alice.post(f"/jobs/{job}/undo")
    assert (undoing.status, undoing.json["undone_job"]) == (202, job)
    assert alice.get(f"/jobs/{job}/refused").json == {"items": [], "next": None}
    assert alice.post(f"/jobs/{job}/stop").json["code"] == "not_running"


@pytest.mark.usefixtures("few")
def test_the_command_line_does_it_itself_and_takes_it_back(market: Market, command_line: CommandLine) -> None:
    market.another()
    words = f"opportunities close-many --status open --outcome lost --reason PRICE_L --on {TODAY}"
    ran = command_line(*words.split(), "--actor", "alice@example.com")
    assert "Close opportunities: 2 of 2, done." in ran.out, ran.err
    assert Opportunity.objects.filter(status="lost").count() == 2
    job = command_line("jobs", "list", "--json").json["items"][0]["id"]
    assert command_line("jobs", "undo", job, "--json").json["state"] == "done"
    assert Opportunity.objects.filter(status="lost").count() == 0
    assert command_line("jobs", "continue", job).code == 6
    assert MARK not in command_line("jobs", "list").out


def test_administrators_revalue_in_the_settings(market: Market, sign_in: SignIn) -> None:
    ada = sign_in(market.company.ada)
    page = ada.post("/settings/currencies/revaluation/", {"only": ""}, follow=True).content.decode()
    assert "0 revalued." in page
    assert sign_in(market.alice).post("/settings/currencies/revaluation/").status_code == 403
