"""More than a thousand deals at once are a job: fixed when it begins, each done once, stopped, undone as one."""

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

import pytest
from django_tasks_db.models import DBTaskResult

from opportune.identity.actions import issue_token, revoke_token, set_active
from opportune.identity.actor import Actor
from opportune.identity.queries import actor_of_token
from opportune.identity.tasks import take_up_abandoned, work_on, work_through
from opportune.kernel import clock
from opportune.kernel.errors import Invalid, NotFound, NotPermitted, Refused
from opportune.ledger import working
from opportune.ledger.models import ChangeSet, Job, JobRow
from opportune.ledger.queries import job_picture, jobs_of, left_rows
from opportune.ledger.working import begin_undo, continue_job, forget_rows, stop_job
from opportune.opportunities import actions
from opportune.opportunities.actions import Draft, many
from opportune.opportunities.filters import OpportunityFilter
from opportune.opportunities.models import Entry, Opportunity
from tests.deals import SYSTEM, TODAY, Trade, days, id_of
from tests.people import again

pytestmark = pytest.mark.usefixtures("march", "few")
LOST: dict[str, Any] = {"outcome": "lost", "reason": "PRICE_L", "on": TODAY}


@pytest.fixture
def few(monkeypatch: pytest.MonkeyPatch) -> None:
    """More than four are many, and two make a chunk."""
    monkeypatch.setattr(many, "MOST", 4)
    monkeypatch.setattr(many.OnMany, "largest_chunk", 2)


def deals(trade: Trade, count: int = 5) -> list[int]:
    made = actions.create_many(
        trade.alice,
        [Draft({"subject": f"Pump {number}", "account_id": trade.account.pk}) for number in range(count)],
    )
    return [deal.pk for deal in made if isinstance(deal, Opportunity)]


def closing(actor: Actor, ids: Sequence[int], **how: Any) -> int:
    """Begin to lose some deals; the id of the job."""
    outcomes = actions.close_many(actor, ids=ids, **{**LOST, **how})
    assert outcomes.job_id is not None
    return outcomes.job_id


def lost(ids: Sequence[int]) -> int:
    """How many of the deals are lost."""
    return Opportunity.objects.filter(pk__in=ids, status="lost").count()


def one_chunk(job_id: int) -> Job:
    """Work on a job until its first chunk is done."""
    return work_through(job_id, seconds=0.000001)


def test_up_to_the_limit_it_is_done_at_once(trade: Trade) -> None:
    ids = deals(trade, 4)
    outcomes = actions.close_many(trade.alice, ids=ids, **LOST)
    assert (outcomes.done, outcomes.job_id, lost(ids)) == (tuple(ids), None, 4)


def test_beyond_it_a_job_does_it_by_chunks(trade: Trade) -> None:
    ids = deals(trade)
    outcomes = actions.close_many(trade.alice, ids=ids, **LOST)
    assert (outcomes.done, outcomes.total, lost(ids)) == ((), 5, 0)
    job = work_through(outcomes.job_id or 0)
    assert (job.state, job.done, job.refused, lost(ids)) == ("done", 5, 0, 5)
    sets = ChangeSet.objects.filter(job=job).order_by("chunk")
    assert [(one.verb, one.actor_kind, one.person_id, one.door) for one in sets] == [
        ("close_opportunities", "job", trade.alice.person_id, "web")
    ] * 3


def test_what_concerns_all_is_refused_before_a_job_begins(trade: Trade) -> None:
    ids = deals(trade)
    with pytest.raises(Invalid):
        actions.close_many(trade.alice, ids=ids, **{**LOST, "reason": "PRICE_W"})
    with pytest.raises(NotPermitted):
        actions.close_many(trade.company.rita, ids=ids, **LOST)
    assert not Job.objects.exists()


@pytest.mark.parametrize("count", [4, 5])
def test_a_day_is_read_the_same_for_few_and_for_many(trade: Trade, count: int) -> None:
    ids = deals(trade, count)
    for on in ("garbage", "20260101", "2026-W01-1", ""):
        with pytest.raises(Invalid) as invalid:
            actions.close_many(trade.alice, ids=ids, **{**LOST, "on": on})
        assert set(invalid.value.fields) == {"on"}
    stage_id = trade.sales.stages[1].id
    with pytest.raises(Invalid) as invalid:
        actions.move_many(trade.alice, ids=ids, stage_id=stage_id, on="20260101")
    assert set(invalid.value.fields) == {"on"}
    assert not Job.objects.exists()
    outcomes = actions.close_many(trade.alice, ids=ids, **{**LOST, "on": TODAY.isoformat()})
    if outcomes.job_id is not None:
        work_through(outcomes.job_id)
    assert set(Opportunity.objects.filter(pk__in=ids).values_list("closed_on", flat=True)) == {TODAY}


def test_the_deals_are_those_that_matched_when_it_began(trade: Trade) -> None:
    ids = deals(trade)
    wanted = OpportunityFilter.read({"text": "pump"}, trade.alice)
    outcomes = actions.close_many(trade.alice, wanted=wanted, **LOST)
    late = trade.deal("Pump 9").pk
    actions.edit(trade.alice, ids[4], {"subject": "Valve"})
    work_through(outcomes.job_id or 0)
    assert (lost(ids), lost([late])) == (5, 0)


def test_what_cannot_be_done_is_left_with_its_reason(trade: Trade) -> None:
    ids = deals(trade)
    hidden = trade.company.deal("Secret", owner=trade.company.dan).pk
    trade.won(Opportunity.objects.get(pk=ids[1]))
    job = work_through(closing(trade.alice, [*ids, hidden]))
    assert (job.state, job.done, job.refused) == ("done", 4, 2)
    left = left_rows(trade.alice, job.pk)
    assert [(row.ref.id, row.name, row.code) for row in left.rows] == [
        (ids[1], "Pump 1", "closed"),
        (hidden, "", "not_found"),
    ]
    first = left_rows(trade.alice, job.pk, limit=1)
    assert [row.ref.id for row in left_rows(trade.alice, job.pk, after=first.next).rows] == [hidden]


def test_it_is_continued_where_it_was_cut_short_and_does_nothing_twice(
    trade: Trade, monkeypatch: pytest.MonkeyPatch
) -> None:
    ids = deals(trade)
    job_id = closing(trade.alice, ids)
    assert one_chunk(job_id).done == 2
    note = working._note

    def cut_short(*args: Any) -> int:
        note(*args)
        raise KeyboardInterrupt

    monkeypatch.setattr(working, "_note", cut_short)
    with pytest.raises(KeyboardInterrupt):
        work_through(job_id)
    assert (Job.objects.get(pk=job_id).done, lost(ids)) == (2, 2)
    monkeypatch.setattr(working, "_note", note)
    assert work_through(job_id).state == "done"
    assert lost(ids) == 5
    assert Entry.objects.filter(opportunity__in=ids, move="lost").count() == 5


def test_one_whose_worker_died_is_taken_up_again(trade: Trade) -> None:
    ids = deals(trade)
    job_id = closing(trade.alice, ids)
    one_chunk(job_id)
    queued = waiting_tasks()
    take_up_abandoned()
    assert waiting_tasks() == queued, "it has just got on"
    with clock.stopped_at(clock.now() + days(1)):
        take_up_abandoned()
        take_up_abandoned()
    assert waiting_tasks() == queued + 1


def test_the_worker_comes_back_until_it_is_done(trade: Trade, monkeypatch: pytest.MonkeyPatch) -> None:
    ids = deals(trade)
    job_id = closing(trade.alice, ids)
    monkeypatch.setattr("opportune.identity.tasks.SLICE", 0.000001)
    queued = waiting_tasks()
    work_on.func(job_id)
    assert (lost(ids), waiting_tasks()) == (2, queued + 1)
    for _ in range(3):
        work_on.func(job_id)
    assert lost(ids) == 5


def test_it_is_stopped_and_does_the_rest_when_asked(trade: Trade) -> None:
    ids = deals(trade)
    job_id = closing(trade.alice, ids)
    one_chunk(job_id)
    stop_job(trade.alice, job_id)
    assert (work_through(job_id).state, lost(ids)) == ("stopped", 2)
    with pytest.raises(Refused) as refusal:
        stop_job(trade.alice, job_id)
    assert refusal.value.code == "not_running"
    assert job_picture(trade.alice, job_id).may_continue
    continue_job(trade.alice, job_id)
    assert (work_through(job_id).state, lost(ids)) == ("done", 5)
    with pytest.raises(Refused) as refusal:
        continue_job(trade.alice, job_id)
    assert refusal.value.code == "nothing_waits"


def test_it_has_the_rights_of_the_person_when_it_runs(trade: Trade) -> None:
    ids = deals(trade)
    job_id = closing(trade.alice, ids)
    one_chunk(job_id)
    set_active(SYSTEM, id_of(trade.alice), is_active=False, successor_id=id_of(trade.company.bob))
    job = work_through(job_id)
    assert (job.state, lost(ids)) == ("failed", 2)
    assert job_picture(trade.company.ada, job_id).error is not None


def test_it_fails_whole_by_chunks_when_what_it_needs_is_gone(trade: Trade) -> None:
    ids, bob = deals(trade), id_of(trade.company.bob)
    outcomes = actions.assign_many(trade.company.carol, ids=ids, owner_id=bob)
    job_id = outcomes.job_id or 0
    one_chunk(job_id)
    set_active(SYSTEM, bob, is_active=False, successor_id=id_of(trade.alice))
    job = work_through(job_id)
    picture = job_picture(trade.company.carol, job_id)
    assert (job.state, job.done, picture.may_continue) == ("failed", 2, True)
    assert "cannot be responsible" in str(picture.error)


def test_it_is_undone_as_one_and_redone(trade: Trade) -> None:
    ids = deals(trade)
    job_id = closing(trade.alice, ids, lost_to="Globex")
    work_through(job_id)
    undoing = begin_undo(trade.alice, job_id)
    assert (work_through(undoing.pk).state, lost(ids)) == ("done", 0)
    assert job_picture(trade.alice, undoing.pk).undone_job == job_id
    with pytest.raises(Refused) as refusal:
        begin_undo(trade.alice, job_id)
    assert refusal.value.code == "already_undone"
    with pytest.raises(Refused) as refusal:
        continue_job(trade.alice, job_id)
    assert refusal.value.code == "undone"
    work_through(begin_undo(trade.alice, undoing.pk).pk)
    assert lost(ids) == 5


def test_an_undo_leaves_what_has_changed_since_and_names_it(trade: Trade) -> None:
    ids = deals(trade)
    job_id = closing(trade.alice, ids)
    work_through(job_id)
    actions.reopen(trade.alice, ids[2])
    undoing = work_through(begin_undo(trade.alice, job_id).pk)
    assert lost(ids) == 0
    assert [(row.ref.id, row.name, row.code) for row in left_rows(trade.alice, undoing.pk).rows] == [
        (ids[2], "Pump 2", "changed_since")
    ]


def test_a_running_one_is_not_undone_but_a_stopped_one_is(trade: Trade) -> None:
    ids = deals(trade)
    job_id = closing(trade.alice, ids)
    one_chunk(job_id)
    with pytest.raises(Refused) as refusal:
        begin_undo(trade.alice, job_id)
    assert refusal.value.code == "running"
    stop_job(trade.alice, job_id)
    work_through(begin_undo(trade.alice, job_id).pk)
    assert lost(ids) == 0


def test_after_thirty_days_it_stays_and_its_rows_are_forgotten(trade: Trade) -> None:
    job_id = closing(trade.alice, deals(trade))
    work_through(job_id)
    forget_rows()
    assert JobRow.objects.count() == 5
    with clock.stopped_at(clock.now() + days(31)):
        with pytest.raises(Refused) as refusal:
            begin_undo(trade.alice, job_id)
        forget_rows()
    assert refusal.value.code == "too_late"
    assert not JobRow.objects.exists()


def test_it_concerns_who_began_it_and_administrators(trade: Trade) -> None:
    job_id = closing(trade.alice, deals(trade))
    for other in (trade.company.bob, trade.company.carol, trade.company.dan):
        assert not jobs_of(other)
        for ask in (job_picture, stop_job, continue_job, begin_undo, left_rows):
            with pytest.raises(NotFound):
                ask(other, job_id)
    assert [job.id for job in jobs_of(trade.company.ada)] == [job_id]
    stop_job(trade.company.ada, job_id)


def test_a_job_of_a_token_is_as_narrow_as_the_token(trade: Trade) -> None:
    token, secret = issue_token(trade.alice, name="script", scopes=["opportunity:write"])
    by_script = actor_of_token(secret)
    assert by_script is not None
    ids = deals(trade)
    job_id = closing(by_script, ids)
    one_chunk(job_id)
    assert lost(ids) == 2
    revoke_token(trade.alice, token.pk)
    assert (work_through(job_id).state, lost(ids)) == ("failed", 2)


def test_the_command_line_of_the_one_who_installs_may_begin_one(trade: Trade) -> None:
    ids = deals(trade)
    job_id = closing(replace(SYSTEM, door="cli"), ids)
    assert work_through(job_id).state == "done"
    assert set(ChangeSet.objects.filter(job_id=job_id).values_list("actor_label", "door")) == {
        ("tests", "cli")
    }
    assert not jobs_of(again(trade.alice))


def waiting_tasks() -> int:
    """How many tasks are queued."""
    return DBTaskResult.objects.count()
