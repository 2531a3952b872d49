"""What another transaction did in between: the command is tried again, then says what is wrong or that it lost."""

from collections.abc import Callable
from datetime import date
from decimal import Decimal

import pytest
from django.db import IntegrityError

from opportune.identity.actions import create_team
from opportune.identity.actor import Actor, system_actor
from opportune.identity.models import Membership, Team
from opportune.kernel.errors import Conflict, Invalid
from opportune.ledger.models import ChangeSet
from opportune.ledger.recording import action, noting_change_sets, recording
from opportune.reference.actions import add_close_reason, install_reference, set_rate
from opportune.reference.models import Rate
from tests.ledger.test_concurrency import at_once
from tests.people import Company, found_company

SYSTEM = system_actor("tests")


@action("hire")
def hire(actor: Actor, meanwhile: Callable[[], None]) -> Team:
    """A command that looks, is overtaken, and writes."""
    if Team.objects.filter(name="Hunters").exists():
        raise Invalid({})
    meanwhile()
    team = Team(name="Hunters")
    recording().create(team)
    return team


def test_a_name_taken_in_between_is_seen_the_second_time(db: None) -> None:
    tries = []

    def overtake() -> None:
        tries.append(1)
        if len(tries) == 1:
            raise_taken()

    assert hire(SYSTEM, overtake).name == "Hunters"
    assert len(tries) == 2


def test_a_name_taken_twice_is_a_conflict(db: None) -> None:
    with pytest.raises(Conflict):
        hire(SYSTEM, raise_taken)
    assert not ChangeSet.objects.filter(verb="hire").exists()


@pytest.mark.django_db(transaction=True)
def test_a_record_that_is_gone_at_the_commit_is_a_conflict() -> None:
    @action("join")
    def join(actor: Actor) -> None:
        recording().create(Membership(team_id=1, user_id=1))

    with pytest.raises(Conflict), noting_change_sets() as noted:
        join(SYSTEM)
    assert noted == []


def test_another_broken_constraint_is_our_mistake(db: None) -> None:
    install_reference(SYSTEM)

    @action("rate")
    def rate(actor: Actor) -> None:
        euro = set_rate(SYSTEM, code="USD", rate=Decimal(1), valid_from=date(2026, 1, 1)).currency
        Rate.objects.create(currency=euro, rate=Decimal(0), valid_from=date(2026, 1, 2))

    with pytest.raises(IntegrityError):
        rate(SYSTEM)


def test_a_change_set_is_noted_only_once_it_is_committed(db: None) -> None:
    tries = []

    def overtake() -> None:
        tries.append(1)
        if len(tries) == 1:
            raise_taken()

    with noting_change_sets() as noted:
        hire(SYSTEM, overtake)
    assert noted == [ChangeSet.objects.get(verb="hire").pk]


def raise_taken() -> None:
    """Do what another transaction would have done first: take the name, and write it again."""
    Team.objects.bulk_create([Team(name="Hunters"), Team(name="Hunters")])


@pytest.mark.postgres
@pytest.mark.django_db(transaction=True)
def test_of_two_who_take_a_name_at_once_one_is_told_so() -> None:
    company: Company = found_company()
    for number in range(5):
        works = [lambda name=f"Team {number}": create_team(company.ada, name=name)] * 2
        assert at_once(*works) == ["done", "invalid"]


@pytest.mark.postgres
@pytest.mark.django_db(transaction=True)
def test_of_two_who_add_a_reason_at_once_one_is_told_so() -> None:
    company: Company = found_company()
    for number in range(5):
        works = [lambda name=f"Reason {number}": add_close_reason(company.ada, outcome="won", name=name)] * 2
        assert at_once(*works) == ["done", "invalid"]
