"""Tasks: made by hand, done, given up, taken up again; who sees and changes them (domain.md §6, §7)."""

from collections.abc import Callable
from dataclasses import replace
from datetime import date, timedelta
from typing import Any

import pytest

from opportune.activities.actions import (
    assign_task,
    cancel_task,
    complete_task,
    create_task,
    reopen_task,
)
from opportune.activities.models import Task
from opportune.activities.queries import (
    my_open_tasks,
    my_tasks,
    next_tasks,
    task,
    tasks_about_deal,
    tasks_of_deal,
    tasks_seen_by,
)
from opportune.identity.actions import set_active
from opportune.identity.actor import Actor
from opportune.kernel.clock import FIRST_DAY, LAST_DAY
from opportune.kernel.errors import Conflict, Invalid, NotFound, NotPermitted, Refused
from opportune.ledger.undo import undo
from opportune.opportunities import actions as deals
from opportune.opportunities.models import Opportunity
from tests.deals import TODAY, Trade, id_of, last_change_set, parts
from tests.people import by_token

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("march")]


@pytest.fixture
def deal(trade: Trade) -> Opportunity:
    """A deal of Alice's, in a process whose stages make no tasks."""
    return trade.deal()


def plan(trade: Trade, deal: Opportunity, subject: str = "Call", **given: Any) -> Task:
    """A task of Alice's about a deal."""
    return create_task(trade.alice, deal.pk, subject=subject, **given)


def test_a_task_is_planned(trade: Trade, deal: Opportunity) -> None:
    made = plan(trade, deal, " Call ", due_on=TODAY)
    assert parts(made, "subject", "due_on", "state", "owner_id", "about") == (
        "Call",
        TODAY,
        "open",
        id_of(trade.alice),
        deal.ref,
    )


def test_a_task_says_what_is_to_be_done_and_by_whom(trade: Trade, deal: Opportunity) -> None:
    bob = id_of(trade.company.bob)
    assert plan(trade, deal, owner_id=bob).owner_id == bob
    set_active(trade.company.ada, bob, is_active=False)
    for given in ({"subject": " "}, {"owner_id": bob}, {"owner_id": 10**6}):
        with pytest.raises(Invalid) as invalid:
            plan(trade, deal, **given)
        assert set(invalid.value.fields) == set(given)


def test_a_tasks_subject_fits_and_is_never_cut(trade: Trade, deal: Opportunity) -> None:
    with pytest.raises(Invalid) as invalid:
        plan(trade, deal, "x" * 301)
    assert set(invalid.value.fields) == {"subject"}
    assert plan(trade, deal, f" {'x' * 300} ").subject == "x" * 300


@pytest.mark.parametrize("due_on", [date(1899, 12, 31), date(2201, 1, 1), date.max, date.min])
def test_a_task_is_due_within_reason(trade: Trade, deal: Opportunity, due_on: date) -> None:
    with pytest.raises(Invalid) as invalid:
        plan(trade, deal, due_on=due_on)
    assert set(invalid.value.fields) == {"due_on"}
    for day in (FIRST_DAY, LAST_DAY):
        assert plan(trade, deal, due_on=day).due_on == day


def test_no_task_is_planned_about_a_closed_deal(trade: Trade, deal: Opportunity) -> None:
    trade.lost(deal)
    with pytest.raises(Conflict) as refusal:
        plan(trade, deal)
    assert refusal.value.code == "closed"
    assert not tasks_of_deal(deal.pk)


def test_a_task_left_open_is_still_done_when_the_deal_is_closed(trade: Trade, deal: Opportunity) -> None:
    left = plan(trade, deal)
    trade.lost(deal, cancel_open_tasks=False)
    assert complete_task(trade.alice, left.pk).state == "completed"


def test_no_task_is_planned_about_what_one_does_not_see(trade: Trade, deal: Opportunity) -> None:
    with pytest.raises(NotFound):
        create_task(trade.company.dan, deal.pk, subject="Call")
    with pytest.raises(NotPermitted):
        create_task(trade.company.rita, deal.pk, subject="Call")


def test_a_task_is_done_once(trade: Trade, deal: Opportunity) -> None:
    made = plan(trade, deal)
    done = complete_task(trade.alice, made.pk)
    assert (done.state, done.ended_at is None) == ("completed", False)
    for command in (complete_task, cancel_task):
        with pytest.raises(Refused) as refused:
            command(trade.alice, made.pk)
        assert refused.value.code == "task_ended"


def test_a_task_is_given_up_and_taken_up_again(trade: Trade, deal: Opportunity) -> None:
    made = plan(trade, deal)
    assert cancel_task(trade.alice, made.pk).state == "cancelled"
    assert parts(reopen_task(trade.alice, made.pk), "state", "ended_at") == ("open", None)


@pytest.mark.parametrize("command", [complete_task, cancel_task, reopen_task])
def test_no_task_is_ended_or_taken_up_by_who_may_not(
    trade: Trade, deal: Opportunity, command: Callable[[Actor, int], Task]
) -> None:
    made = plan(trade, deal)
    if command is reopen_task:
        complete_task(trade.alice, made.pk)
    before = parts(Task.objects.get(), "state", "version")
    company = trade.company
    for actor in (company.bob, company.rita, by_token(trade.alice, "*:read", "opportunity:write")):
        with pytest.raises(NotPermitted):
            command(actor, made.pk)
    for actor in (company.dan, by_token(trade.alice, "opportunity:write")):
        with pytest.raises(NotFound):
            command(actor, made.pk)
    with pytest.raises(NotFound):
        command(trade.alice, 10**6)
    assert parts(Task.objects.get(), "state", "version") == before
    assert (
        command(by_token(trade.alice, "activity:write", "opportunity:read"), made.pk).version == before[1] + 1
    )


def test_a_task_that_is_open_is_not_taken_up_again(trade: Trade, deal: Opportunity) -> None:
    made = plan(trade, deal)
    assert reopen_task(trade.alice, made.pk).version == made.version == 1


def test_a_task_is_planned_with_the_right_to_add_activities(trade: Trade, deal: Opportunity) -> None:
    with pytest.raises(NotPermitted):
        create_task(by_token(trade.alice, "opportunity:write", "activity:read"), deal.pk, subject="Call")
    with pytest.raises(NotFound):
        create_task(by_token(trade.alice, "activity:write"), deal.pk, subject="Call")
    assert not Task.objects.exists()
    token = by_token(trade.alice, "activity:write", "opportunity:read")
    assert create_task(token, deal.pk, subject="Call").owner_id == id_of(trade.alice)


def test_nobody_plans_about_a_deal_in_the_bin(trade: Trade) -> None:
    noted = last_change_set(trade.deal)
    deal = Opportunity.objects.get()
    made = plan(trade, deal)
    undo(trade.alice, noted)
    with pytest.raises(NotFound):
        plan(trade, deal)
    with pytest.raises(NotFound):
        task(trade.company.carol, made.pk)


def test_doing_a_task_is_undone(trade: Trade, deal: Opportunity) -> None:
    made = plan(trade, deal)
    undo(trade.alice, last_change_set(complete_task, trade.alice, made.pk))
    assert parts(Task.objects.get(), "state", "ended_at") == ("open", None)


def test_planning_a_task_is_undone_by_giving_it_up(trade: Trade, deal: Opportunity) -> None:
    undone = undo(trade.alice, last_change_set(plan, trade, deal))
    assert Task.objects.get().state == "cancelled"
    assert undone.change_set_id is not None
    undo(trade.alice, undone.change_set_id)
    assert Task.objects.get().state == "open"


def test_who_sees_the_deal_sees_its_tasks(trade: Trade, deal: Opportunity) -> None:
    made = plan(trade, deal)
    for actor in (trade.alice, trade.company.bob, trade.company.carol, trade.company.rita, trade.company.ada):
        assert task(actor, made.pk).id == made.pk
        assert [row.id for row in tasks_about_deal(actor, deal.pk)] == [made.pk]
    with pytest.raises(NotFound):
        task(trade.company.dan, made.pk)
    with pytest.raises(NotFound):
        tasks_about_deal(trade.company.dan, deal.pk)


def test_who_is_to_do_a_task_sees_it_whatever_it_is_about(trade: Trade, deal: Opportunity) -> None:
    made = plan(trade, deal, owner_id=id_of(trade.company.dan))
    assert [row.id for row in my_open_tasks(trade.company.dan)] == [made.pk]
    assert complete_task(trade.company.dan, made.pk).state == "completed"


def test_without_the_right_to_read_activities_there_are_none(trade: Trade, deal: Opportunity) -> None:
    plan(trade, deal)
    token = by_token(trade.alice, "opportunity:read")
    assert not tasks_seen_by(token).exists()
    with pytest.raises(NotPermitted):
        tasks_about_deal(token, deal.pk)
    with pytest.raises(NotPermitted):
        my_tasks(token)
    assert len(tasks_about_deal(by_token(trade.alice, "*:read"), deal.pk)) == 1


def test_a_task_is_changed_by_its_owner_and_by_who_may_change_theirs(trade: Trade, deal: Opportunity) -> None:
    made = plan(trade, deal)
    with pytest.raises(NotPermitted):
        complete_task(trade.company.bob, made.pk)
    with pytest.raises(NotPermitted):
        complete_task(by_token(trade.alice, "*:read"), made.pk)
    with pytest.raises(NotFound):
        complete_task(trade.company.dan, made.pk)
    assert complete_task(trade.company.carol, made.pk).state == "completed"


def test_undoing_asks_for_the_right_to_change_tasks(trade: Trade, deal: Opportunity) -> None:
    made = plan(trade, deal)
    done = last_change_set(complete_task, trade.alice, made.pk)
    with pytest.raises(NotPermitted):
        undo(by_token(trade.alice, "*:read"), done)
    with pytest.raises(NotPermitted):
        undo(trade.company.rita, done)
    undo(trade.alice, done)


def test_a_deals_tasks_are_open_ones_first_and_by_date(trade: Trade, deal: Opportunity) -> None:
    done = plan(trade, deal, "Done", due_on=TODAY - timedelta(9))
    complete_task(trade.alice, done.pk)
    for subject, due in (("Undated", None), ("Later", TODAY), ("Soon", TODAY - timedelta(1))):
        plan(trade, deal, subject, due_on=due)
    assert [row.subject for row in tasks_of_deal(deal.pk)] == ["Soon", "Later", "Undated", "Done"]


def test_the_next_task_of_a_deal_is_the_open_one_due_first(trade: Trade, deal: Opportunity) -> None:
    other = trade.deal("Other")
    plan(trade, other, "Undated")
    plan(trade, other, "Undated, too")
    late = plan(trade, deal, "Late", due_on=TODAY - timedelta(1))
    plan(trade, deal, "Today", due_on=TODAY)
    complete_task(trade.alice, late.pk)
    found = next_tasks([deal.pk, other.pk])
    assert {about: (one.subject, one.due_on) for about, one in found.items()} == {
        deal.pk: ("Today", TODAY),
        other.pk: ("Undated", None),
    }


def test_ones_own_tasks_come_by_pages_without_doubles(trade: Trade, deal: Opportunity) -> None:
    for number in range(5):
        plan(trade, deal, str(number), due_on=TODAY if number % 2 else None)
    found: list[str] = []
    after: str | None = None
    while True:
        page = my_tasks(trade.alice, after=after, limit=2)
        found += [row.subject for row in page.rows]
        after = page.next
        if after is None:
            break
    assert found == ["1", "3", "0", "2", "4"]


def test_a_deal_handed_over_keeps_its_tasks_with_whom_they_were(trade: Trade, deal: Opportunity) -> None:
    made = plan(trade, deal)
    deals.assign(trade.company.ada, deal.pk, owner_id=id_of(trade.company.dan))
    assert [row.id for row in my_open_tasks(trade.alice)] == [made.pk]
    with pytest.raises(NotFound):
        task(trade.company.bob, made.pk)


def test_a_role_that_writes_no_activities_does_nothing_with_its_own(trade: Trade, deal: Opportunity) -> None:
    made = plan(trade, deal, due_on=date(2026, 3, 11))
    depths = {key: depth for key, depth in trade.alice.depths.items() if key != ("activity", "write")}
    with pytest.raises(NotPermitted):
        complete_task(replace(trade.alice, depths=depths), made.pk)


def test_a_task_is_handed_over_and_taken_back(trade: Trade, deal: Opportunity) -> None:
    made, bob = plan(trade, deal), trade.company.bob
    handed = last_change_set(assign_task, trade.alice, made.pk, owner_id=id_of(bob))
    assert [row.subject for row in my_open_tasks(bob)] == ["Call"]
    assert my_open_tasks(trade.alice) == []
    undo(trade.alice, handed)
    assert [row.subject for row in my_open_tasks(trade.alice)] == ["Call"]


def test_a_task_is_handed_to_somebody_there_is_by_who_may(trade: Trade, deal: Opportunity) -> None:
    made = plan(trade, deal)
    with pytest.raises(Invalid):
        assign_task(trade.alice, made.pk, owner_id=10**6)
    with pytest.raises(NotPermitted):
        assign_task(trade.company.bob, made.pk, owner_id=id_of(trade.company.bob))
    with pytest.raises(NotFound):
        assign_task(trade.company.dan, made.pk, owner_id=id_of(trade.company.dan))
