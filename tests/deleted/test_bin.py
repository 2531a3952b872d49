"""The bin: what one may see of it, bringing back, deleting for good, and what is purged after thirty days."""

import json
from datetime import date

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from opportune.activities.actions import create_task
from opportune.activities.models import Task
from opportune.customers.actions import connect, delete_account, delete_contact
from opportune.customers.models import Account, Connection, Contact
from opportune.deleted.actions import delete_for_good, purge_due, restore_from_bin
from opportune.deleted.queries import binned, in_bin
from opportune.deleted.sources import KEPT_FOR
from opportune.identity.actions import share
from opportune.identity.models import Share
from opportune.kernel import clock
from opportune.kernel.errors import Invalid, NotFound, NotPermitted, Refused
from opportune.kernel.records import RecordRef
from opportune.ledger.models import Change, ChangeSet
from opportune.ledger.undo import undo
from opportune.operations.doctor import examine
from opportune.operations.schedule import SCHEDULE
from opportune.opportunities import actions
from opportune.opportunities.models import Entry, Opportunity, Rival, StepMark
from opportune.reference.actions import categorise
from opportune.reference.models import CategoryMark
from opportune.search.models import SearchEntry
from tests.deals import NOON, Trade, days, id_of, last_change_set
from tests.people import without

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("march")]
LATER = NOON + KEPT_FOR + days(1)


def deleted(trade: Trade, subject: str = "Pumps") -> Opportunity:
    """A deal of Alice's in the bin."""
    deal = trade.won(trade.deal(subject))
    actions.delete_opportunity(trade.alice, deal.pk)
    return deal


def shown(trade: Trade, **asked: str) -> list[str]:
    """The names Alice sees in the bin."""
    return [row.name for row in in_bin(trade.alice, **asked).rows]  # type: ignore[arg-type]


def there(*records: Opportunity | Account | Contact) -> list[bool]:
    """Which of the records still have a row."""
    return [type(one)._default_manager.filter(pk=one.pk).exists() for one in records]


def test_the_bin_says_what_was_deleted_by_whom_and_until_when_it_stays(trade: Trade) -> None:
    deal = trade.won(trade.deal("Pumps"))
    actions.delete_opportunity(trade.company.carol, deal.pk)
    [row] = in_bin(trade.alice).rows
    assert (row.ref, row.name) == (deal.ref, f"{deal.number} Pumps")
    assert (row.deleted_by, row.deleted_on, row.purged_on) == ("Carol", date(2026, 3, 10), date(2026, 4, 9))
    assert row.may_restore
    [as_bob] = in_bin(trade.company.bob).rows
    assert not as_bob.may_restore
    assert in_bin(trade.company.dan).rows == []
    assert binned(trade.company.dan, deal.ref) is None
    assert binned(trade.alice, deal.ref) == row


def test_the_bin_is_read_by_pages_the_latest_first(trade: Trade) -> None:
    contact = trade.company.contact("Durand")
    three = [deleted(trade, name) for name in "abc"]
    with clock.stopped_at(NOON + days(1)):
        delete_contact(trade.alice, contact.pk)
    with clock.stopped_at(NOON + days(2)):
        delete_account(trade.alice, trade.company.account("Gone").pk)
    names = ["Gone", "Durand", *(f"{deal.number} {deal.subject}" for deal in reversed(three))]
    found: list[str] = []
    after: str | None = None
    for _ in range(5):
        page = in_bin(trade.alice, after=after, limit=1)
        found += [row.name for row in page.rows]
        after = page.next
    assert found == names
    assert after is None
    assert shown(trade, kind="contact") == ["Durand"]
    for wrong in ({"kind": "user"}, {"after": "nonsense"}):
        with pytest.raises(Invalid):
            shown(trade, **wrong)
    with pytest.raises(NotPermitted):
        in_bin(without(trade.alice, "read"))


def test_many_in_the_bin_are_read_by_as_many_queries_as_few(trade: Trade) -> None:
    def counted() -> int:
        with CaptureQueriesContext(connection) as queries:
            in_bin(trade.alice)
        return len(queries)

    deleted(trade)
    few = counted()
    for _ in range(6):
        deleted(trade)
    assert counted() == few


def test_a_deal_is_brought_back_with_its_customer_if_asked(trade: Trade) -> None:
    deal = deleted(trade)
    fallen = trade.won(trade.deal("Fallen"))
    delete_account(trade.alice, trade.account.pk)
    with pytest.raises(Refused) as refusal:
        restore_from_bin(trade.alice, deal.ref)
    assert refusal.value.code == "customer_gone"
    restore_from_bin(trade.alice, deal.ref, with_customer=True)
    assert shown(trade) == []
    assert Opportunity.objects.get(pk=fallen.pk).deleted_at is None


def test_a_deal_that_fell_with_its_customer_comes_back_with_it_once(trade: Trade) -> None:
    deal = trade.won(trade.deal())
    delete_account(trade.alice, trade.account.pk)
    restore_from_bin(trade.alice, deal.ref, with_customer=True)
    assert shown(trade) == []


def test_nothing_is_brought_back_if_its_customer_may_not_be(trade: Trade) -> None:
    company = trade.company
    bobs = company.account("Bob knows them", owner=company.bob)
    deal = trade.won(trade.deal(account_id=bobs.pk))
    actions.delete_opportunity(trade.alice, deal.pk)
    delete_account(company.bob, bobs.pk)
    with pytest.raises(NotPermitted):
        restore_from_bin(trade.alice, deal.ref, with_customer=True)
    assert binned(trade.alice, deal.ref) is not None
    with pytest.raises(NotFound):
        restore_from_bin(trade.alice, RecordRef("setting", 1))


def test_what_is_purged_is_gone_with_all_that_hangs_on_it(trade: Trade) -> None:
    company, deal = trade.company, trade.deal("Secret pumps", estimated_value="70")
    other = trade.deal("Other pumps")
    tick = next(step for step in trade.sales.stages[0].steps if step.what == "tick")
    for each in (deal, other):
        actions.add_rival(trade.alice, each.pk, name="Acme")
        actions.mark_step(trade.alice, each.pk, tick.id)
        create_task(trade.alice, each.pk, subject=f"About {each.subject}")
        share(trade.alice, each.ref, user_id=id_of(company.dan), may_write=False)
        categorise(trade.alice, each.ref, "red")
        connect(trade.alice, each.ref, trade.account.ref, {"role": "business:partner"})
    made = ChangeSet.objects.filter(changes__kind="opportunity", changes__record_id=deal.pk).earliest("id").pk
    trade.won(deal)
    actions.delete_opportunity(trade.alice, deal.pk)

    def left() -> list[int]:
        return [
            model._default_manager.count()
            for model in (Rival, StepMark, Task, Share, CategoryMark, Connection)
        ]

    before = left()
    assert purge_due().gone == 0
    with clock.stopped_at(LATER):
        assert purge_due().gone == 1
        assert purge_due().gone == 0
    assert there(deal, other) == [False, True]
    assert left() == [count - 1 for count in before]
    assert Entry.objects.filter(opportunity_id=deal.pk).count() == 0
    assert not SearchEntry.objects.filter(record_kind="opportunity", record_id=deal.pk).exists()
    changes = Change.objects.filter(kind="opportunity", record_id=deal.pk).order_by("version")
    assert changes.latest("version").operation == "delete"
    told = json.dumps([[change.before, change.after, change.detail] for change in Change.objects.all()])
    assert "Secret" not in told
    assert "Other pumps" in told
    assert changes[0].after["number"] == deal.number
    assert "subject" in changes[0].after
    assert examine().findings == ()
    with pytest.raises(Refused) as refusal:
        undo(trade.alice, made)
    assert refusal.value.code == "cannot_undo"


def test_a_change_set_is_undone_but_for_what_was_purged(trade: Trade) -> None:
    two = [trade.won(trade.deal()) for _ in range(2)]
    batch = last_change_set(actions.delete_many, trade.alice, ids=[deal.pk for deal in two])
    delete_for_good(trade.company.ada, two[0].ref)
    undone = undo(trade.alice, batch)
    assert undone.kept == [(two[0].ref, "record")]
    assert there(*two) == [False, True]
    assert binned(trade.alice, two[1].ref) is None


def test_a_number_and_an_id_are_not_given_again_after_the_purge(trade: Trade) -> None:
    deal = deleted(trade)
    delete_for_good(trade.company.ada, deal.ref)
    following = trade.deal()
    assert following.number > deal.number
    assert following.pk > deal.pk


def test_only_administrators_delete_for_good_and_only_what_is_in_the_bin(trade: Trade) -> None:
    deal, ada = deleted(trade), trade.company.ada
    live = trade.deal()
    for actor, error in (
        (trade.alice, NotPermitted),
        (trade.company.carol, NotPermitted),
        (trade.company.dan, NotFound),
    ):
        with pytest.raises(error):
            delete_for_good(actor, deal.ref)
    with pytest.raises(Refused) as refusal:
        delete_for_good(ada, live.ref)
    assert refusal.value.code == "not_in_bin"
    gone = last_change_set(delete_for_good, ada, deal.ref)
    assert there(deal, live) == [False, True]
    with pytest.raises(Refused) as refusal:
        undo(ada, gone)
    assert refusal.value.code == "cannot_undo"
    with pytest.raises(NotFound):
        delete_for_good(ada, deal.ref)


def test_customers_go_with_their_deals_but_stay_while_the_past_of_another_names_them(trade: Trade) -> None:
    former, contact = trade.company.account("Former"), trade.company.contact("Durand")
    moved = trade.deal(account_id=former.pk)
    actions.edit(trade.alice, moved.pk, {"account_id": trade.account.pk})
    own = trade.won(trade.deal(account_id=None, contact_id=contact.pk))
    delete_account(trade.alice, former.pk)
    delete_contact(trade.alice, contact.pk)
    with pytest.raises(Refused) as refusal:
        delete_for_good(trade.company.ada, former.ref)
    assert refusal.value.code == "still_named"
    with clock.stopped_at(LATER):
        purged = purge_due()
        assert (purged.gone, purged.kept) == (2, 1)
        assert there(own, contact, former) == [False, False, True]
        trade.won(moved)
        actions.delete_opportunity(trade.alice, moved.pk)
    with clock.stopped_at(LATER + KEPT_FOR + days(1)):
        assert purge_due().gone == 2
    assert there(moved, former) == [False, False]
    assert examine().findings == ()


def test_what_was_brought_back_is_not_purged(trade: Trade) -> None:
    deal = deleted(trade)
    restore_from_bin(trade.alice, deal.ref)
    with clock.stopped_at(LATER):
        assert purge_due().gone == 0
    assert there(deal) == [True]


def test_the_scheduler_purges() -> None:
    assert purge_due in [work.run for work in SCHEDULE]
