"""A command is one transaction and one change set, whatever happens in it."""

from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any

import pytest
from django.db import OperationalError

from opportune.customers.actions import create_account, edit_account, mark_as_customers
from opportune.customers.models import Account
from opportune.identity.actor import Actor
from opportune.kernel import clock
from opportune.kernel.errors import Conflict
from opportune.kernel.records import RecordRef
from opportune.kernel.registries import consumers, react, reactions
from opportune.ledger.events import RecordsChanged
from opportune.ledger.models import Change, ChangeSet, Delivery
from opportune.ledger.queries import history_of, last_undoable
from opportune.ledger.recording import action, noting_change_sets, recording
from tests.people import Company, by_token, through


class Deadlock(Exception):
    """What the driver of PostgreSQL raises."""

    sqlstate = "40P01"


@action("make_two")
def make_two(actor: Actor, *names: str) -> None:
    """A command that is made of others."""
    for name in names:
        create_account(actor, {"name": name})


@pytest.fixture
def told(monkeypatch: pytest.MonkeyPatch) -> list[RecordsChanged]:
    """What reactions in the transaction are told."""
    events: list[RecordsChanged] = []
    monkeypatch.setitem(reactions, RecordsChanged, [lambda actor, event: events.append(event)])
    return events


def test_a_command_made_of_others_is_one_change_set(company: Company) -> None:
    with noting_change_sets() as noted:
        make_two(company.alice, "One", "Two")
    [change_set] = ChangeSet.objects.filter(pk__in=noted)
    assert change_set.verb == "make_two"
    assert change_set.changes.count() == 2


def test_a_command_that_fails_leaves_nothing(company: Company) -> None:
    sets = ChangeSet.objects.count()
    with pytest.raises(Exception, match="required"):
        make_two(company.alice, "One", "")
    assert not Account.objects.exists()
    assert ChangeSet.objects.count() == sets


def test_a_command_that_changes_nothing_leaves_no_change_set(company: Company) -> None:
    sets = ChangeSet.objects.count()
    with noting_change_sets() as noted:
        make_two(company.alice)
    assert (ChangeSet.objects.count(), noted) == (sets, [])


def test_nothing_is_written_outside_a_command(company: Company) -> None:
    with pytest.raises(RuntimeError):
        recording()


def test_a_change_set_says_who_when_and_through_which_door(company: Company) -> None:
    at = datetime(2026, 3, 1, 12, tzinfo=UTC)
    with clock.stopped_at(at), noting_change_sets() as noted:
        company.account(owner=through(company.alice, "cli"))
        company.account("Two", owner=by_token(company.alice, "*:write"))
    mine, scripted = ChangeSet.objects.filter(pk__in=noted).order_by("pk")
    assert (mine.at, mine.actor_kind, mine.actor_id, mine.actor_label, mine.door) == (
        at,
        "person",
        company.alice.id,
        "Alice",
        "cli",
    )
    assert (scripted.actor_kind, scripted.person_id, scripted.actor_label, scripted.door) == (
        "token",
        company.alice.id,
        "Alice (script)",
        "api",
    )


def test_a_change_holds_each_field_before_and_after_as_text(company: Company) -> None:
    account = company.account(annual_revenue="10.50", employees=3)
    edit_account(
        company.alice,
        account.pk,
        {
            "annual_revenue": "1000",
            "employees": None,
            "name": "Northwind",
        },
    )
    mark_as_customers(company.alice, {account.ref: date(2026, 2, 1)})
    created, edited, marked = Change.objects.filter(kind="account", record_id=account.pk).order_by("version")
    assert (created.version, edited.version, marked.version) == (1, 2, 3)
    assert created.after["annual_revenue"] == "10.5"
    assert edited.before == {"annual_revenue": "10.5", "employees": 3}
    assert edited.after == {"annual_revenue": "1000", "employees": None}
    assert (marked.before, marked.after) == ({"customer_since": None}, {"customer_since": "2026-02-01"})
    assert Account.read_fact("annual_revenue", "10.5") == Decimal("10.5")
    assert Account.read_fact("customer_since", "2026-01-31") == date(2026, 1, 31)
    assert Account.read_fact("owner_id", 7) == 7


def test_what_follows_from_other_fields_is_not_written_down(company: Company) -> None:
    account = company.account(city="Lyon")
    change = Change.objects.get(kind="account", record_id=account.pk)
    assert not {"sort_key", "city_key", "version", "id"} & set(change.after)


def test_the_history_of_a_record_begins_with_the_latest(company: Company) -> None:
    account = company.account()
    edit_account(company.carol, account.pk, {"city": "Lyon"})
    latest, first = history_of(account.ref)
    assert (latest.by, latest.verb, latest.before, latest.after) == (
        "Carol",
        "edit_account",
        {"city": ""},
        {"city": "Lyon"},
    )
    assert (first.by, first.operation) == ("Alice", "create")


def test_the_last_command_of_a_person_can_be_undone(company: Company) -> None:
    with noting_change_sets() as noted:
        company.account("One")
        company.account("Two", owner=company.bob)
    assert last_undoable(company.alice.id or 0) == noted[0]


def test_reactions_are_told_in_the_transaction(company: Company, told: list[RecordsChanged]) -> None:
    account = company.account()
    assert [event.refs for event in told] == [(account.ref,)]


def test_a_reaction_that_fails_takes_the_command_with_it(
    company: Company, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(actor: Any, event: object) -> None:
        raise ZeroDivisionError

    monkeypatch.setitem(reactions, RecordsChanged, [refuse])
    with pytest.raises(ZeroDivisionError):
        company.account()
    assert not Account.objects.exists()


def test_what_a_reaction_changes_belongs_to_the_command(
    company: Company, monkeypatch: pytest.MonkeyPatch
) -> None:
    told: list[tuple[RecordRef, ...]] = []

    def describe(actor: Any, event: RecordsChanged) -> None:
        told.append(event.refs)
        for account in Account.objects.filter(pk__in=[ref.id for ref in event.refs], description=""):
            recording().update(account, {"description": "seen"})

    monkeypatch.setitem(reactions, RecordsChanged, [describe])
    with noting_change_sets() as noted:
        account = company.account()
    [change_set] = ChangeSet.objects.filter(pk__in=noted)
    assert [change.version for change in change_set.changes.order_by("id")] == [1, 2]
    assert told == [(account.ref,), (account.ref,)]


def test_nobody_reacts_to_what_nobody_waits_for(company: Company) -> None:
    react(company.alice, object())


def test_each_consumer_is_owed_each_change_set_once(
    company: Company, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(consumers, "first", lambda change_set_id: None)
    monkeypatch.setitem(consumers, "second", lambda change_set_id: None)
    with noting_change_sets() as noted:
        make_two(company.alice, "One", "Two")
    owed = Delivery.objects.filter(change_set_id=noted[0]).order_by("consumer")
    assert [(one.consumer, one.delivered_at, one.attempts) for one in owed] == [
        ("first", None, 0),
        ("second", None, 0),
    ]


def test_a_failed_command_owes_nothing(company: Company, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(consumers, "first", lambda change_set_id: None)
    with pytest.raises(Exception, match="required"):
        make_two(company.alice, "One", "")
    assert not Delivery.objects.exists()


def test_a_command_that_meets_a_deadlock_is_run_once_more(company: Company) -> None:
    stumble = _stumbling(1)
    stumble(company.alice)
    assert Account.objects.count() == 1
    assert Change.objects.filter(kind="account").count() == 1


def test_a_command_that_meets_two_deadlocks_is_a_conflict(company: Company) -> None:
    stumble = _stumbling(2)
    with pytest.raises(Conflict):
        stumble(company.alice)
    assert not Account.objects.exists()


def test_another_failure_of_the_database_is_not_retried(company: Company) -> None:
    tries = []

    @action("fail")
    def fail(actor: Actor) -> None:
        tries.append(actor)
        raise OperationalError("disk full")

    with pytest.raises(OperationalError):
        fail(company.alice)
    assert len(tries) == 1


def _stumbling(times: int) -> Any:
    """A command that meets a deadlock some times before it succeeds."""
    left = [times]

    @action("stumble")
    def stumble(actor: Actor) -> None:
        create_account(actor, {"name": "One"})
        if left[0]:
            left[0] -= 1
            raise OperationalError("deadlock detected") from Deadlock()

    return stumble
