"""What keeps a process where it is: deals past and present that undo may need, and being the default (decision 19)."""

from collections.abc import Callable

import pytest

from opportune.activities.models import Task
from opportune.kernel.errors import OpportuneError, Refused
from opportune.ledger.undo import undo
from opportune.opportunities import actions as deals
from opportune.opportunities.models import Opportunity
from opportune.process.actions import add_step, create_process, delete_process, retire_process
from opportune.process.queries import ProcessPicture, process_by_id, process_by_key, process_use
from opportune.reference.actions import change_setting, change_settings
from opportune.reference.queries import organisation_settings
from tests.deals import SYSTEM, Trade, last_change_set, process_with, stage

pytestmark = pytest.mark.django_db


@pytest.fixture
def short() -> ProcessPicture:
    """A process that no deal uses, and that is not the default."""
    return process_with(stage("a", 10), stage("b", 20))


def undone(change_set: int) -> int:
    """Undo as who may everything; the change set of the undo."""
    return undo(SYSTEM, change_set).change_set_id or 0


def code(command: Callable[[], object]) -> str:
    """What a command is refused with."""
    with pytest.raises(OpportuneError) as refused:
        command()
    return refused.value.code


def by_switch(trade: Trade, short: ProcessPicture) -> int:
    return last_change_set(deals.switch_process, trade.alice, trade.deal().pk, short.id)


def by_move(trade: Trade, short: ProcessPicture) -> int:
    return last_change_set(deals.move, trade.alice, trade.deal().pk, stage_id=short.stages[0].id)


def by_creation(trade: Trade, short: ProcessPicture) -> int:
    return last_change_set(trade.deal, process_id=short.id)


LED = pytest.mark.parametrize("led", [by_switch, by_move, by_creation])


@LED
def test_a_process_that_a_redo_needs_is_not_deleted(
    trade: Trade, short: ProcessPicture, led: Callable[[Trade, ProcessPicture], int]
) -> None:
    taken_back = undone(led(trade, short))
    with pytest.raises(Refused) as refused:
        delete_process(SYSTEM, short.id)
    assert (refused.value.code, refused.value.data["open"]) == ("process_in_use", 0)
    assert "past of 1 opportunity" in str(refused.value.message)
    undone(taken_back)
    assert Opportunity.objects.get().process_id == short.id


@LED
def test_the_making_of_a_process_that_a_redo_needs_stays(
    trade: Trade, led: Callable[[Trade, ProcessPicture], int]
) -> None:
    made = last_change_set(process_with, stage("a"), key="passing")
    undone(led(trade, process_by_key("passing")))
    undo(SYSTEM, made)
    assert process_by_key("passing").stages == (), "nobody stands there now"


def test_a_process_deleted_and_back_is_not_deleted_by_redo_once_a_deal_needs_it(
    trade: Trade, short: ProcessPicture
) -> None:
    back = undone(last_change_set(delete_process, SYSTEM, short.id))
    switched = by_switch(trade, short)
    assert code(lambda: undone(back)) == "process_in_use"
    undone(switched)
    assert code(lambda: undone(back)) == "process_in_use"
    assert process_by_id(short.id).stages == short.stages


def test_a_deal_that_left_a_process_for_good_keeps_it_too(trade: Trade, short: ProcessPicture) -> None:
    deal = trade.deal(process_id=short.id)
    deals.switch_process(trade.alice, deal.pk, trade.sales.id)
    assert code(lambda: delete_process(SYSTEM, short.id)) == "process_in_use"
    assert (process_use(short.id).open, process_use(short.id).all) == (1, 1)


def test_what_was_never_used_is_deleted_and_deleted_again_by_redo(short: ProcessPicture) -> None:
    back = undone(last_change_set(delete_process, SYSTEM, short.id))
    undone(back)
    assert code(lambda: process_by_id(short.id)) == "not_found"


def test_the_default_process_is_not_retired(trade: Trade, short: ProcessPicture) -> None:
    with pytest.raises(Refused) as refused:
        retire_process(SYSTEM, trade.sales.id)
    assert refused.value.code == "process_is_default"
    assert "another default process first" in str(refused.value.message)
    change_setting(SYSTEM, "default_process", "short")
    retire_process(SYSTEM, trade.sales.id)
    assert trade.deal().process_id == short.id


def made_default(trade: Trade, key: str) -> None:
    """New deals are in this process from now on."""
    change_setting(SYSTEM, "default_process", key)


def test_making_the_default_process_is_not_undone(trade: Trade) -> None:
    made = last_change_set(create_process, SYSTEM, key="ours", name_en="Ours", name_fr="La nôtre")
    made_default(trade, "ours")
    assert code(lambda: undone(made)) == "process_is_default"
    assert trade.deal().process_id == process_by_key("ours").id


def test_taking_the_default_process_into_use_is_not_undone(trade: Trade, short: ProcessPicture) -> None:
    retire_process(SYSTEM, short.id)
    again = last_change_set(retire_process, SYSTEM, short.id, is_retired=False)
    made_default(trade, "short")
    assert code(lambda: undone(again)) == "process_is_default"
    assert trade.deal().process_id == short.id


@pytest.mark.parametrize("command", [retire_process, delete_process])
def test_what_became_the_default_meanwhile_is_not_taken_away_by_redo(
    trade: Trade, short: ProcessPicture, command: Callable[..., object]
) -> None:
    back = undone(last_change_set(command, SYSTEM, short.id))
    made_default(trade, "short")
    assert code(lambda: undone(back)) == "process_is_default"
    assert trade.deal().process_id == short.id


@pytest.mark.parametrize("away", [retire_process, delete_process])
def test_the_default_does_not_go_back_to_a_process_out_of_use(
    trade: Trade, short: ProcessPicture, away: Callable[..., object]
) -> None:
    made_default(trade, "short")
    changed = last_change_set(change_settings, SYSTEM, {"default_process": "contact_manager"})
    away(SYSTEM, short.id)
    with pytest.raises(Refused) as refused:
        undone(changed)
    assert refused.value.code == "default_process_gone"
    assert "short" in str(refused.value.message)
    assert organisation_settings().default_process == "contact_manager"


def test_the_first_default_does_not_come_back_once_retired(trade: Trade, short: ProcessPicture) -> None:
    changed = last_change_set(made_default, trade, "short")
    retire_process(SYSTEM, trade.sales.id)
    assert code(lambda: undone(changed)) == "default_process_gone"
    retire_process(SYSTEM, trade.sales.id, is_retired=False)
    taken_back = undone(changed)
    retire_process(SYSTEM, short.id)
    assert code(lambda: undone(taken_back)) == "default_process_gone"
    assert trade.deal().process_id == trade.sales.id


def test_a_step_deleted_again_by_redo_leaves_nothing_to_do(trade: Trade, short: ProcessPicture) -> None:
    made = last_change_set(
        add_step, SYSTEM, short.stages[0].id, what="task", name_en="Call", name_fr="Appeler", delay_days=1
    )
    deal = trade.deal(process_id=short.id, stage_id=short.stages[0].id)
    undone(made)
    assert list(Task.objects.filter(about_id=deal.pk).values_list("state", flat=True)) == ["cancelled"]
