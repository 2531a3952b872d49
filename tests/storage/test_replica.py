"""Where reads and writes go when there is a replica."""

from __future__ import annotations

import pytest

from opportune.customers.models import Account
from opportune.identity.models import User
from opportune.ledger.models import ChangeSet
from opportune.ledger.recording import command
from opportune.operations.models import WorkerLease
from opportune.storage.replica import (
    PRIMARY,
    REPLICA,
    ReplicaRouter,
    reading_from_replica,
    reads_from_replica,
    stay_on_primary,
)
from tests.people import Company

router = ReplicaRouter()


def test_reads_go_to_the_primary_unless_a_door_asks_otherwise() -> None:
    assert router.db_for_read(Account) == PRIMARY
    with reading_from_replica():
        assert router.db_for_read(Account) == REPLICA
        assert router.db_for_read(ChangeSet) == REPLICA
    assert router.db_for_read(Account) == PRIMARY


def test_writes_go_to_the_primary_always() -> None:
    with reading_from_replica():
        assert router.db_for_write(Account) == PRIMARY


@pytest.mark.parametrize("model", [User, WorkerLease])
def test_who_may_do_what_is_read_from_the_primary_always(model: type) -> None:
    with reading_from_replica():
        assert router.db_for_read(model) == PRIMARY


@pytest.mark.django_db
def test_within_a_transaction_everything_is_read_from_the_primary() -> None:
    with reading_from_replica():
        assert router.db_for_read(Account) == PRIMARY


def test_a_command_reads_from_the_primary_and_so_does_what_follows_it(company: Company) -> None:
    with reading_from_replica():
        assert reads_from_replica()
        with command(company.alice, "test"):
            assert not reads_from_replica()
        assert not reads_from_replica()


def test_what_stays_on_the_primary_does_so_for_its_own_block_alone() -> None:
    with reading_from_replica():
        with reading_from_replica():
            stay_on_primary()
        assert reads_from_replica()
    assert not reads_from_replica()


def test_only_the_primary_is_migrated() -> None:
    assert router.allow_migrate(PRIMARY, "ledger")
    assert not router.allow_migrate(REPLICA, "ledger")
