"""Two at once on PostgreSQL: one waits for the other, and what must hold holds."""

from collections.abc import Callable
from datetime import date
from threading import Barrier, Thread

import pytest
from django.db import connection

from opportune.customers.actions import edit_account, mark_as_customers
from opportune.customers.models import Account
from opportune.kernel.errors import OpportuneError
from opportune.ledger.models import Change, ChangeSet
from opportune.ledger.recording import noting_change_sets
from opportune.ledger.undo import undo
from tests.people import Company, found_company

pytestmark = [pytest.mark.postgres, pytest.mark.django_db(transaction=True)]


@pytest.fixture
def founded() -> Company:
    """The company, committed, so that other connections see it."""
    return found_company()


def at_once(*works: Callable[[], object]) -> list[str]:
    """Run each work in a thread of its own, all starting together; how each ended: `done` or a code."""
    barrier, ends = Barrier(len(works)), [""] * len(works)

    def run(number: int) -> None:
        barrier.wait()
        try:
            works[number]()
            ends[number] = "done"
        except OpportuneError as error:
            ends[number] = error.code
        finally:
            connection.close()

    threads = [Thread(target=run, args=(number,)) for number in range(len(works))]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return sorted(ends)


def test_a_change_set_is_undone_by_one_of_two(founded: Company) -> None:
    account = founded.account()
    with noting_change_sets() as noted:
        edit_account(founded.alice, account.pk, {"city": "Lyon"})
    ends = at_once(*[lambda: undo(founded.alice, noted[0])] * 2)
    assert ends == ["already_undone", "done"]
    assert ChangeSet.objects.filter(undoes_id=noted[0]).count() == 1


def test_the_same_facet_is_written_by_one_of_two_and_others_merge(founded: Company) -> None:
    account = founded.account()

    def write(**changes: str) -> Callable[[], object]:
        return lambda: edit_account(founded.alice, account.pk, changes, version=1)

    assert at_once(write(city="Lyon"), write(street="1 rue Neuve"), write(phone="1")) == [
        "conflict",
        "done",
        "done",
    ]
    stored = Account.objects.get(pk=account.pk)
    assert (stored.version, stored.phone) == (3, "1")
    assert sorted([stored.city, stored.street]) in (["", "1 rue Neuve"], ["", "Lyon"])


def test_two_moves_do_not_close_a_circle(founded: Company) -> None:
    for _ in range(5):
        one, two = founded.account("One"), founded.account("Two")

        def below(account: Account, parent: Account) -> Callable[[], object]:
            return lambda: edit_account(founded.alice, account.pk, {"parent_id": parent.pk})

        ends = at_once(below(one, two), below(two, one))
        assert "done" in ends
        assert Account.objects.filter(pk__in=[one.pk, two.pk], parent=None).count() == 1


def test_versions_have_no_gap_under_many_writers(founded: Company) -> None:
    account = founded.account()

    def write(n: int) -> Callable[[], object]:
        return lambda: edit_account(founded.alice, account.pk, {"employees": n})

    assert at_once(*[write(n) for n in range(1, 9)]) == ["done"] * 8
    versions = Change.objects.filter(kind="account", record_id=account.pk).order_by("version")
    assert list(versions.values_list("version", flat=True)) == list(range(1, 10))


def test_opposite_orders_of_locking_meet_no_deadlock(founded: Company) -> None:
    accounts = [founded.account(f"Account {n}") for n in range(6)]

    def bought(refs: list[Account], day: int) -> Callable[[], object]:
        return lambda: mark_as_customers(founded.alice, {a.ref: date(2026, 1, day) for a in refs})

    assert at_once(bought(accounts, 2), bought(accounts[::-1], 1), bought(accounts, 3)) == ["done"] * 3
    since = Account.objects.filter(pk__in=[a.pk for a in accounts]).values_list("customer_since", flat=True)
    assert set(since) == {date(2026, 1, 1)}
