"""What is kept between requests, and when it is read again."""

import pytest
from django.db import connection, transaction
from django.test.utils import CaptureQueriesContext

from opportune.identity.actions import join_team
from opportune.identity.actor import system_actor
from opportune.identity.queries import person_actor
from opportune.kernel.errors import Invalid
from opportune.kernel.remembering import remembering
from opportune.ledger.lasting import lasting, lasting_kinds, new_edition
from opportune.ledger.models import Edition
from opportune.ledger.recording import action, noting_change_sets
from opportune.ledger.undo import undo
from opportune.process.actions import change_stage
from opportune.process.models import Stage
from opportune.process.queries import process_by_key, processes
from opportune.storage.replica import reading_from_replica, reads_from_replica
from tests.deals import Trade
from tests.meanwhile import committed_trade, meanwhile
from tests.people import Company

pytestmark = pytest.mark.django_db


def days() -> int | None:
    """The days expected in the first stage of the process that ships, as everybody reads them."""
    return process_by_key("sales").stages[0].expected_days


def queries_of_reading() -> int:
    with CaptureQueriesContext(connection) as queries:
        processes()
    return len(queries)


def test_while_nothing_changes_only_the_edition_is_asked_for(trade: Trade) -> None:
    new_edition()
    assert queries_of_reading() == 4
    assert queries_of_reading() == 1


def test_a_change_is_read_at_once(trade: Trade) -> None:
    new_edition()
    processes()
    stage = trade.sales.stages[0]
    change_stage(trade.company.ada, stage.id, {"expected_days": 77})
    assert days() == 77


def test_what_another_process_changed_is_read_again(trade: Trade) -> None:
    new_edition()
    processes()
    Stage.objects.update(expected_days=78)
    assert days() != 78
    new_edition()  # as the other one does at the end of its command
    assert days() == 78


def test_without_an_edition_nothing_is_kept(trade: Trade) -> None:
    Edition.objects.all().delete()
    processes()
    Stage.objects.update(expected_days=79)
    assert days() == 79


def test_a_command_reads_what_it_has_changed(trade: Trade) -> None:
    new_edition()
    processes()
    stage = trade.sales.stages[0]

    @action("change_and_read")
    def change_and_read(actor: object) -> int | None:
        change_stage(trade.company.ada, stage.id, {"expected_days": 80})
        return days()

    assert change_and_read(trade.company.ada) == 80


def test_what_a_failed_command_has_read_is_not_kept(trade: Trade) -> None:
    new_edition()
    before, stage = days(), trade.sales.stages[0]

    @action("change_and_fail")
    def change_and_fail(actor: object) -> None:
        change_stage(trade.company.ada, stage.id, {"expected_days": 81})
        assert days() == 81
        raise Invalid({})

    with pytest.raises(Invalid):
        change_and_fail(trade.company.ada)
    assert days() == before


def test_what_was_read_in_a_transaction_that_is_rolled_back_is_not_kept(trade: Trade) -> None:
    new_edition()
    before, stage = days(), trade.sales.stages[0]
    with transaction.atomic():
        change_stage(trade.company.ada, stage.id, {"expected_days": 82})
        assert days() == 82
        transaction.set_rollback(True)
    assert days() == before


def test_an_undone_change_is_read_at_once(trade: Trade) -> None:
    new_edition()
    before, stage = days(), trade.sales.stages[0]
    with noting_change_sets() as noted:
        change_stage(trade.company.ada, stage.id, {"expected_days": 83})
    assert days() == 83
    undo(trade.company.ada, noted[0])
    assert days() == before


def test_who_joins_a_team_reaches_what_it_has_at_once(company: Company) -> None:
    new_edition()
    user_id = company.dan.person_id or 0
    assert company.hunters.pk not in person_actor(user_id, "web").team_ids
    join_team(system_actor("tests"), user_id=user_id, team_id=company.hunters.pk)
    assert company.hunters.pk in person_actor(user_id, "web").team_ids


def test_a_change_of_a_deal_keeps_the_edition(trade: Trade) -> None:
    new_edition()
    before = Edition.objects.get().name
    trade.deal()
    assert Edition.objects.get().name == before


def test_what_is_kept_is_read_from_the_primary_also_for_a_page_from_a_replica(trade: Trade) -> None:
    asked: list[bool] = []

    def read() -> int:
        asked.append(reads_from_replica())
        return len(asked)

    new_edition()
    with remembering():
        person_actor(
            trade.alice.person_id or 0, "web"
        )  # a door asks who somebody is before it reads from a replica
        with reading_from_replica():
            # the test has no replica: asking it would fail
            assert lasting("asked", read, of=frozenset({"stage"})) == 1
            assert reads_from_replica()
    with reading_from_replica():
        assert lasting("asked", read, of=frozenset({"stage"})) == 1
    assert asked == [False]


def test_there_is_one_edition(trade: Trade) -> None:
    new_edition()
    new_edition()
    assert Edition.objects.count() == 1


def test_what_changes_often_is_not_kept(trade: Trade) -> None:
    assert "opportunity" not in lasting_kinds()
    new_edition()
    with pytest.raises(RuntimeError, match="opportunity"):
        lasting("deals", lambda: 1, of=frozenset({"opportunity"}))


@pytest.mark.postgres
@pytest.mark.django_db(transaction=True)
def test_what_is_not_committed_yet_is_kept_for_nobody_else() -> None:
    trade = committed_trade()
    stage = trade.sales.stages[0]
    seen: list[int | None] = []

    def look() -> None:
        seen.append(days())

    before = days()
    with meanwhile(look, waiting=False):
        change_stage(trade.company.ada, stage.id, {"expected_days": 84})
    assert seen == [before]
    assert days() == 84
