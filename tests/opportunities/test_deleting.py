"""Deleting deals: what refuses it, what goes along, many at once, and what brings them back."""

from datetime import date
from decimal import Decimal

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from opportune.activities.actions import cancel_task, complete_task, create_task
from opportune.activities.models import Task
from opportune.customers.actions import delete_account, delete_contact, restore_account
from opportune.identity.actions import share
from opportune.identity.tasks import work_through
from opportune.kernel import clock
from opportune.kernel.errors import Conflict, Invalid, NotFound, NotPermitted, Refused
from opportune.ledger.recording import noting_change_sets
from opportune.ledger.undo import undo
from opportune.ledger.working import begin_undo
from opportune.opportunities import actions, queries
from opportune.opportunities.actions import many
from opportune.opportunities.deletion_filter import DeletionFilter
from opportune.opportunities.filters import OpportunityFilter
from opportune.opportunities.models import Entry, Opportunity
from opportune.opportunities.queries.deleting import deletable
from opportune.reference.actions import change_setting
from opportune.search.queries import find
from tests.deals import Trade, id_of, last_change_set
from tests.people import by_token, without

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("march")]
ALL = DeletionFilter()


def in_bin(*deals: Opportunity) -> list[bool]:
    """Which of the deals are in the bin now."""
    return [Opportunity.objects.get(pk=deal.pk).deleted_at is not None for deal in deals]


def allow(trade: Trade) -> None:
    """Let open deals be deleted."""
    change_setting(trade.company.ada, "allow_deleting_open", True)


def test_an_open_deal_is_not_deleted_unless_the_setting_allows_it(trade: Trade) -> None:
    for deal in (trade.deal(), trade.deal(stage_id=None)):
        with pytest.raises(Refused) as refusal:
            actions.delete_opportunity(trade.alice, deal.pk)
        assert (refusal.value.code, refusal.value.data) == (
            "switched_off",
            {"setting": "allow_deleting_open"},
        )
        assert deal.number in str(refusal.value.message)
        assert "Close it as won or lost first" in str(refusal.value.message)
        assert in_bin(deal) == [False]
        allow(trade)
        actions.delete_opportunity(trade.alice, deal.pk)
        assert in_bin(deal) == [True]
        change_setting(trade.company.ada, "allow_deleting_open", False)


def test_a_deleted_deal_is_gone_from_every_list_and_sum_and_its_entries_stay(trade: Trade) -> None:
    deal = trade.won(trade.deal("Vanishing pumps", estimated_value=Decimal(70)))
    entries = Entry.objects.filter(opportunity=deal).count()
    everything = OpportunityFilter()
    assert queries.totals(trade.alice, everything).all.count == 1
    actions.delete_opportunity(trade.alice, deal.pk)
    today = clock.today("Europe/Paris")
    assert queries.count(trade.alice, everything) == 0
    assert queries.opportunities(trade.alice, everything).rows == []
    assert queries.totals(trade.alice, everything).all.count == 0
    assert queries.totals(trade.alice, everything, as_of=today).all.count == 0
    assert find(trade.alice, "vanishing") == []
    with pytest.raises(NotFound):
        queries.opportunity(trade.alice, deal.pk)
    with pytest.raises(NotFound):
        actions.delete_opportunity(trade.alice, deal.pk)
    assert Entry.objects.filter(opportunity=deal).count() == entries


def test_what_is_open_about_it_is_cancelled_and_open_again_with_it(trade: Trade) -> None:
    deal = trade.deal()
    mine, bobs, done, dropped = (create_task(trade.alice, deal.pk, subject=name) for name in "abcd")
    trade.lost(deal, cancel_open_tasks=False)
    Task.objects.filter(pk=bobs.pk).update(owner_id=id_of(trade.company.bob))
    complete_task(trade.alice, done.pk)
    cancel_task(trade.alice, dropped.pk)

    def states() -> list[str]:
        return [Task.objects.get(pk=task.pk).state for task in (mine, bobs, done, dropped)]

    before = states()
    for bring_back in (
        lambda change_set: undo(trade.alice, change_set),
        lambda change_set: actions.restore_opportunity(trade.alice, deal.pk),
    ):
        deleted = last_change_set(actions.delete_opportunity, trade.alice, deal.pk)
        assert states() == ["cancelled", "cancelled", "completed", "cancelled"]
        bring_back(deleted)
        assert states() == before == ["open", "open", "completed", "cancelled"]
        assert in_bin(deal) == [False]


def test_a_task_that_was_taken_up_meanwhile_stays_as_it_is(trade: Trade) -> None:
    deal = trade.deal()
    task = create_task(trade.alice, deal.pk, subject="Call")
    trade.lost(deal, cancel_open_tasks=False)
    actions.delete_opportunity(trade.alice, deal.pk)
    Task.objects.filter(pk=task.pk).update(version=9)
    actions.restore_opportunity(trade.alice, deal.pk)
    assert Task.objects.get(pk=task.pk).state == "cancelled"


def test_a_deletion_and_a_restoration_are_undone_and_done_again(trade: Trade) -> None:
    deal = trade.won(trade.deal())
    deleted = last_change_set(actions.delete_opportunity, trade.alice, deal.pk)
    back = undo(trade.alice, deleted)
    assert in_bin(deal) == [False]
    undo(trade.alice, back.change_set_id or 0)
    assert in_bin(deal) == [True]
    restored = last_change_set(actions.restore_opportunity, trade.alice, deal.pk)
    assert in_bin(deal) == [False]
    undo(trade.alice, restored)
    assert in_bin(deal) == [True]


def test_who_may_not_delete_does_not_and_who_may_not_see_finds_nothing(trade: Trade) -> None:
    company, deal = trade.company, trade.won(trade.deal())
    share(company.ada, deal.ref, user_id=id_of(company.dan), may_write=True)
    for actor in (company.bob, company.dan, company.rita, by_token(trade.alice, "*:read")):
        with pytest.raises(NotPermitted):
            actions.delete_opportunity(actor, deal.pk)
    hidden = trade.company.deal(owner=company.dan)
    with pytest.raises(NotFound):
        actions.delete_opportunity(trade.alice, hidden.pk)
    actions.delete_opportunity(company.carol, deal.pk)
    with pytest.raises(NotPermitted):
        actions.restore_opportunity(company.bob, deal.pk)
    with pytest.raises(NotFound):
        actions.restore_opportunity(trade.alice, hidden.pk)
    actions.restore_opportunity(trade.alice, deal.pk)
    with pytest.raises(Refused) as refusal:
        actions.restore_opportunity(trade.alice, deal.pk)
    assert refusal.value.code == "not_in_bin"


def test_a_stale_deletion_is_a_conflict(trade: Trade) -> None:
    deal = trade.deal()
    seen = deal.version
    trade.won(deal)
    with pytest.raises(Conflict):
        actions.delete_opportunity(trade.alice, deal.pk, version=seen)
    actions.delete_opportunity(trade.alice, deal.pk, version=Opportunity.objects.get(pk=deal.pk).version)


def test_several_are_deleted_at_once_and_the_others_are_left_with_why(trade: Trade) -> None:
    won, still_open = trade.won(trade.deal()), trade.deal()
    bobs = trade.deal(owner=trade.company.bob)
    actions.close(trade.company.ada, bobs.pk, outcome="lost", reason="PRICE_L", on=date(2026, 3, 10))
    hidden = trade.deal(owner=trade.company.dan)
    with noting_change_sets() as noted:
        deleted = actions.delete_many(trade.alice, ids=[won.pk, still_open.pk, bobs.pk, hidden.pk])
    assert deleted.done == (won.pk,)
    assert {one.id: one.error.code for one in deleted.skipped} == {
        still_open.pk: "switched_off",
        bobs.pk: "not_permitted",
        hidden.pk: "not_found",
    }
    undo(trade.alice, noted[0])
    assert in_bin(won) == [False]
    with pytest.raises(NotPermitted):
        actions.delete_many(without(trade.alice, "delete"), ids=[won.pk])
    allow(trade)
    assert actions.delete_many(trade.alice, ids=[won.pk, still_open.pk]).done == (won.pk, still_open.pk)


def test_deleting_many_makes_as_many_queries_as_deleting_few(trade: Trade) -> None:
    def counted(number: int) -> int:
        for deal in [trade.deal() for _ in range(number)]:
            create_task(trade.alice, deal.pk, subject="Call")
            trade.won(deal, cancel_open_tasks=False)
        with CaptureQueriesContext(connection) as queries_made:
            assert len(actions.delete_matching(trade.alice, ALL).done) == number
        return len(queries_made)

    assert counted(2) == counted(8)


def test_six_filters_choose_among_closed_deals(trade: Trade) -> None:
    company, other = trade.company, trade.company.account("Southwind")
    person = company.contact(account_id=trade.account.pk)
    early = trade.won(trade.deal(), on=date(2026, 3, 10))
    Opportunity.objects.filter(pk=early.pk).update(closed_on=date(2026, 1, 31))
    of_person = trade.won(trade.deal(account_id=None, contact_id=person.pk))
    elsewhere = trade.lost(trade.deal(account_id=other.pk))
    trade.deal()

    def chosen(**asked: str) -> set[int]:
        wanted = DeletionFilter.read(asked, trade.alice)
        return set(deletable(trade.alice, wanted).values_list("pk", flat=True))

    everything = {early.pk, of_person.pk, elsewhere.pk}
    assert chosen() == everything
    assert chosen(number=early.number.lower()) == {early.pk}
    assert chosen(number=f"{early.number}, {elsewhere.number}") == {early.pk, elsewhere.pk}
    assert chosen(number="OPP-2026-*") == everything
    assert chosen(closed_until="2026-01-31") == {early.pk}
    assert chosen(closed_until="2026-01-30") == set()
    assert chosen(owner="me") == everything
    assert chosen(owner=str(company.bob.id)) == set()
    assert chosen(customer=f"account:{trade.account.pk}") == {early.pk, of_person.pk}
    assert chosen(customer=f"contact:{person.pk}", process=str(trade.sales.id)) == {of_person.pk}
    assert chosen(process="999") == set()
    assert chosen(campaign="999") == set()


@pytest.mark.parametrize(
    "wrong",
    [
        {"campaign": "x"},
        {"closed_until": "tomorrow"},
        {"owner": "x"},
        {"customer": "user:1"},
        {"process": "x"},
        {"status": "open"},
        {"number": ",".join(map(str, range(201)))},
    ],
)
def test_a_filter_without_sense_is_refused_by_its_name(trade: Trade, wrong: dict[str, str]) -> None:
    with pytest.raises(Invalid) as invalid:
        DeletionFilter.read(wrong, trade.alice)
    assert set(invalid.value.fields) == set(wrong)


def test_the_batch_takes_closed_ones_only_whatever_is_allowed_and_says_so_before(trade: Trade) -> None:
    won, lost, still_open = trade.deal(), trade.lost(trade.deal()), trade.deal()
    bobs = trade.deal(owner=trade.company.bob)
    actions.close(trade.company.ada, bobs.pk, outcome="lost", reason="PRICE_L", on=date(2026, 3, 10))
    create_task(trade.alice, won.pk, subject="Call")
    trade.won(won, cancel_open_tasks=False)
    allow(trade)
    found = queries.matching_deletion(trade.alice, ALL)
    assert (found.won, found.lost, found.open, found.out_of_reach, found.open_tasks) == (1, 1, 1, 1, 1)
    assert [row.id for row in found.shown] == [won.pk, lost.pk]
    assert actions.delete_matching(trade.alice, ALL).done == (won.pk, lost.pk)
    assert in_bin(won, lost, still_open, bobs) == [True, True, False, False]
    for ask in (queries.matching_deletion, actions.delete_matching):
        with pytest.raises(NotPermitted):
            ask(trade.company.rita, ALL)


def test_very_many_are_a_job_that_is_taken_back_as_one(trade: Trade, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(many, "MOST", 2)
    closed, still_open = [trade.won(trade.deal()) for _ in range(3)], trade.deal()
    deleted = actions.delete_matching(trade.alice, ALL)
    assert (deleted.done, deleted.total) == ((), 3)
    job = work_through(deleted.job_id or 0)
    assert (job.state, job.total, job.done) == ("done", 3, 3)
    assert in_bin(*closed, still_open) == [True, True, True, False]
    work_through(begin_undo(trade.alice, job.pk).pk)
    assert in_bin(*closed) == [False] * 3


def test_a_customer_in_the_bin_stands_in_the_way_and_is_named(trade: Trade) -> None:
    deal = trade.won(trade.deal())
    actions.delete_opportunity(trade.alice, deal.pk)
    delete_account(trade.alice, trade.account.pk)
    with pytest.raises(Refused) as refusal:
        actions.restore_opportunity(trade.alice, deal.pk)
    assert (refusal.value.code, refusal.value.data) == (
        "customer_gone",
        {"customer": f"account:{trade.account.pk}"},
    )
    assert trade.account.name in str(refusal.value.message)
    restore_account(trade.alice, trade.account.pk)
    assert in_bin(deal) == [True]
    actions.restore_opportunity(trade.alice, deal.pk)
    assert in_bin(deal) == [False]


def test_a_primary_contact_in_the_bin_keeps_only_open_deals_there(trade: Trade) -> None:
    contact = trade.company.contact()
    closed = trade.won(trade.deal(primary_contact_id=contact.pk))
    actions.delete_opportunity(trade.alice, closed.pk)
    allow(trade)
    still_open = trade.deal(primary_contact_id=contact.pk)
    actions.delete_opportunity(trade.alice, still_open.pk)
    delete_contact(trade.alice, contact.pk)
    actions.restore_opportunity(trade.alice, closed.pk)
    with pytest.raises(Refused) as refusal:
        actions.restore_opportunity(trade.alice, still_open.pk)
    assert refusal.value.code == "customer_gone"


def test_an_external_id_given_away_stands_in_the_way(trade: Trade) -> None:
    deal = trade.won(trade.deal(external_id="X1"))
    actions.delete_opportunity(trade.alice, deal.pk)
    trade.deal(external_id="X1")
    with pytest.raises(Refused) as refusal:
        actions.restore_opportunity(trade.alice, deal.pk)
    assert refusal.value.code == "external_id_taken"


def test_a_number_is_not_given_again(trade: Trade) -> None:
    deal = trade.won(trade.deal())
    actions.delete_opportunity(trade.alice, deal.pk)
    assert trade.deal().number > deal.number


def test_deals_that_fall_with_their_customer_lose_their_tasks_and_get_them_back(trade: Trade) -> None:
    deal = trade.deal()
    task = create_task(trade.alice, deal.pk, subject="Call")
    trade.won(deal, cancel_open_tasks=False)
    delete_account(trade.alice, trade.account.pk)
    assert Task.objects.get(pk=task.pk).state == "cancelled"
    restore_account(trade.alice, trade.account.pk)
    assert Task.objects.get(pk=task.pk).state == "open"
