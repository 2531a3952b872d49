"""Administering whole processes: renaming, ordering, retiring, deleting, commenting (domain.md §3)."""

from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

import pytest

from opportune.kernel import clock
from opportune.kernel.errors import Conflict, Invalid, NotFound, NotPermitted, Refused
from opportune.ledger.undo import undo
from opportune.opportunities.actions import create
from opportune.process import actions
from opportune.process.models import Process
from opportune.process.queries import ProcessPicture, process_by_id, process_by_key, processes
from opportune.reference.actions import change_setting
from tests.deals import SYSTEM, Trade, last_change_set, process_with, stage

pytestmark = pytest.mark.django_db


@pytest.fixture
def short() -> ProcessPicture:
    """A process that no deal uses."""
    return process_with(stage("a"), stage("b"))


def keys() -> list[str]:
    return [process.key for process in processes()]


def test_a_process_is_renamed_in_both_languages(short: ProcessPicture) -> None:
    actions.change_process(SYSTEM, short.id, {"name_en": " Long ", "name_fr": "Longue"})
    after = process_by_id(short.id)
    assert (after.name("en"), after.name("fr"), after.key) == ("Long", "Longue", "short")


def test_method_and_estimates_are_changed(short: ProcessPicture) -> None:
    actions.change_process(SYSTEM, short.id, {"method": "add", "estimates_required": True})
    after = process_by_id(short.id)
    assert (after.method, after.estimates_required) == ("add", True)


@pytest.mark.parametrize(
    "changes",
    [
        {"name_en": ""},
        {"name_fr": "x" * 101},
        {"method": "guess"},
        {"key": "other"},
        {"estimates_required": "perhaps"},
    ],
)
def test_a_process_refuses_what_it_cannot_be(short: ProcessPicture, changes: dict[str, Any]) -> None:
    with pytest.raises(Invalid) as refused:
        actions.change_process(SYSTEM, short.id, changes)
    assert set(refused.value.fields) == set(changes)


def test_a_stale_change_of_the_same_field_is_a_conflict(short: ProcessPicture) -> None:
    actions.change_process(SYSTEM, short.id, {"name_en": "First"}, version=1)
    with pytest.raises(Conflict):
        actions.change_process(SYSTEM, short.id, {"name_en": "Second"}, version=1)
    actions.change_process(SYSTEM, short.id, {"method": "add"}, version=1)
    assert process_by_id(short.id).name_en == "First"


def test_processes_are_put_into_an_order(trade: Trade) -> None:
    ids = [process.id for process in processes()]
    actions.order_processes(SYSTEM, ids[::-1])
    assert [process.id for process in processes()] == ids[::-1]
    for wrong in (ids[1:], [*ids, ids[0]], [*ids[1:], 10**6]):
        with pytest.raises(Invalid):
            actions.order_processes(SYSTEM, wrong)


def test_an_arrow_moves_a_process_no_further_than_the_edge(trade: Trade) -> None:
    first, second, *_ = processes()
    actions.shift_process(SYSTEM, first.id, 1)
    assert keys()[:2] == [second.key, first.key]
    assert last_change_set(actions.shift_process, SYSTEM, first.id, -1)
    actions.shift_process(SYSTEM, first.id, -1)
    assert keys()[:2] == [first.key, second.key]


def test_a_retired_process_is_given_to_no_deal(trade: Trade, short: ProcessPicture) -> None:
    actions.retire_process(SYSTEM, short.id)
    with pytest.raises(Invalid) as refused:
        trade.deal(process_id=short.id)
    assert set(refused.value.fields) == {"process"}
    actions.retire_process(SYSTEM, short.id, is_retired=False)
    assert trade.deal(process_id=short.id).process_id == short.id


def test_a_retired_default_process_is_passed_over(trade: Trade) -> None:
    Process.objects.filter(pk=trade.sales.id).update(is_retired=True)
    with pytest.raises(Invalid) as refused:
        create(trade.alice, {"subject": "Pumps", "account_id": trade.account.pk})
    assert str(refused.value.fields["process"]) == "Choose a sales process."


def test_a_process_with_open_deals_cannot_be_deleted(trade: Trade) -> None:
    change_setting(SYSTEM, "default_process", "contact_manager")
    actions.retire_process(SYSTEM, trade.sales.id)
    cm = process_by_key("contact_manager")
    trade.deal(process_id=cm.id)
    trade.deal(process_id=cm.id)
    change_setting(SYSTEM, "default_process", "new")
    with pytest.raises(Refused) as refused:
        actions.delete_process(SYSTEM, cm.id)
    assert (refused.value.code, refused.value.data["open"]) == ("process_in_use", 2)
    assert "2 open opportunities" in str(refused.value.message)


def test_a_process_of_closed_deals_cannot_be_deleted(trade: Trade, short: ProcessPicture) -> None:
    trade.won(trade.deal(process_id=short.id))
    with pytest.raises(Refused) as refused:
        actions.delete_process(SYSTEM, short.id)
    assert (refused.value.data["open"], refused.value.data["all"]) == (0, 1)


def test_the_default_process_cannot_be_deleted(trade: Trade) -> None:
    with pytest.raises(Refused) as refused:
        actions.delete_process(SYSTEM, trade.sales.id)
    assert refused.value.code == "process_is_default"


def test_an_unused_process_is_deleted_and_brought_back(trade: Trade, short: ProcessPicture) -> None:
    deleted = last_change_set(actions.delete_process, SYSTEM, short.id)
    assert "short" not in keys()
    with pytest.raises(NotFound):
        actions.change_process(SYSTEM, short.id, {"name_en": "Long"})
    with pytest.raises(NotFound):
        actions.add_stage(SYSTEM, short.id, {"name_en": "C", "name_fr": "C"})
    undo(SYSTEM, deleted)
    assert [one.key for one in process_by_id(short.id).stages] == ["a", "b"]


def test_a_deleted_process_stays_away_when_its_key_is_taken(short: ProcessPicture) -> None:
    deleted = last_change_set(actions.delete_process, SYSTEM, short.id)
    process_with(stage("z"), key="short")
    with pytest.raises(Refused) as refused:
        undo(SYSTEM, deleted)
    assert refused.value.code == "key_taken"


def test_installing_again_leaves_a_deleted_process_away(trade: Trade) -> None:
    actions.delete_process(SYSTEM, process_by_key("firstlarge").id)
    actions.install_processes(SYSTEM)
    assert "firstlarge" not in keys()


def test_comments_bear_time_and_name(trade: Trade, short: ProcessPicture) -> None:
    with clock.stopped_at(datetime(2026, 3, 10, 12, tzinfo=UTC)):
        actions.comment_process(trade.company.ada, short.id, "Agreed with sales.")
        actions.comment_process(trade.company.ada, short.id, "Again.")
        actions.comment_stage(trade.company.ada, short.stages[0].id, "First contact.")
    after = process_by_id(short.id)
    assert after.comments.splitlines() == [
        "2026-03-10 13:00, Ada: Agreed with sales.",
        "2026-03-10 13:00, Ada: Again.",
    ]
    assert after.stages[0].comments == "2026-03-10 13:00, Ada: First contact."
    with pytest.raises(Invalid) as refused:
        actions.comment_process(SYSTEM, short.id, " ")
    assert set(refused.value.fields) == {"text"}


@pytest.mark.parametrize("key", ["nonsense", "short"])
def test_the_default_process_is_one_in_use(trade: Trade, short: ProcessPicture, key: str) -> None:
    actions.retire_process(SYSTEM, short.id)
    with pytest.raises(Invalid) as refused:
        change_setting(SYSTEM, "default_process", key)
    assert set(refused.value.fields) == {"default_process"}
    change_setting(SYSTEM, "default_process", "contact_manager")
    assert trade.deal().process_id == process_by_key("contact_manager").id


@pytest.mark.parametrize(
    "command",
    [
        lambda made: actions.change_process(SYSTEM, made.id, {"name_en": "L", "method": "typed"}),
        lambda made: actions.shift_process(SYSTEM, made.id, -1),
        lambda made: actions.retire_process(SYSTEM, made.id),
        lambda made: actions.comment_process(SYSTEM, made.id, "Why"),
        lambda made: actions.delete_process(SYSTEM, made.id),
        lambda made: actions.create_process(SYSTEM, name_en="Other", name_fr="Autre"),
    ],
)
def test_every_command_on_a_process_can_be_undone(
    trade: Trade, short: ProcessPicture, command: Callable[[ProcessPicture], object]
) -> None:
    before = seen()
    made = last_change_set(command, short)
    assert seen() != before
    undo(trade.company.ada, made)
    assert seen() == before


def seen() -> list[tuple[object, ...]]:
    """What can be said of all processes."""
    return [
        (one.key, one.name_en, one.method, one.is_retired, one.comments, len(one.stages))
        for one in processes()
    ]


def test_the_making_of_a_process_stays_when_a_deal_uses_it(trade: Trade) -> None:
    made = last_change_set(process_with, stage("a"), key="used")
    trade.deal(process_id=process_by_key("used").id)
    undone = undo(SYSTEM, made)
    assert [ref.kind for ref, _ in undone.kept] == ["process"]
    assert "used" in keys()


@pytest.mark.parametrize(
    "command",
    [
        lambda who, made: actions.change_process(who, made.id, {"name_en": "L"}),
        lambda who, made: actions.order_processes(who, [made.id]),
        lambda who, made: actions.shift_process(who, made.id, 1),
        lambda who, made: actions.retire_process(who, made.id),
        lambda who, made: actions.delete_process(who, made.id),
        lambda who, made: actions.comment_process(who, made.id, "x"),
    ],
)
def test_only_who_customises_changes_processes(
    trade: Trade, short: ProcessPicture, command: Callable[..., object]
) -> None:
    for who in (trade.alice, trade.company.carol):
        with pytest.raises(NotPermitted):
            command(who, short)


def test_who_may_not_customise_cannot_undo_it(trade: Trade, short: ProcessPicture) -> None:
    made = last_change_set(actions.retire_process, trade.company.ada, short.id)
    with pytest.raises(NotFound):
        undo(trade.company.carol, made)
    undo(trade.company.ada, made)
    assert not process_by_id(short.id).is_retired
