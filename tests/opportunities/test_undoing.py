"""What undoing a command does to a deal: facets, locks and rights of now, entries, tasks (domain.md §9)."""

from dataclasses import replace
from datetime import date
from decimal import Decimal

import pytest

from opportune.activities.actions import complete_task, create_task, reopen_task
from opportune.activities.models import Task
from opportune.identity.actions import set_active
from opportune.kernel import clock
from opportune.kernel.errors import Conflict, NotFound, NotPermitted, Refused
from opportune.kernel.records import RecordRef
from opportune.ledger.undo import Undone, undo
from opportune.opportunities import actions
from opportune.opportunities.models import Opportunity, StepMark
from opportune.process.actions import require_step
from opportune.process.queries import process_by_key
from opportune.reference.actions import change_setting, set_rate
from tests.deals import NOON, SYSTEM, Trade, days, entries_of, id_of, last_change_set, parts
from tests.properties.writers import assert_the_ledger_tells

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("march")]


@pytest.fixture
def deal(trade: Trade) -> Opportunity:
    """A deal in progress."""
    return trade.deal(estimated_value="1000")


def taken_back(trade: Trade, change_set: int) -> Undone:
    """What Alice's undo does."""
    return undo(trade.alice, change_set)


def now(deal: Opportunity) -> Opportunity:
    """The deal as it is stored."""
    return Opportunity.objects.get(pk=deal.pk)


def facets(undone: Undone, deal: Opportunity) -> tuple[set[str], set[str]]:
    """The facets of a deal that went back, and those that stayed."""
    ref = RecordRef("opportunity", deal.pk)
    return (
        {facet for about, facet in undone.restored if about == ref},
        {facet for about, facet in undone.kept if about == ref},
    )


def test_an_edit_is_taken_back_field_by_field(trade: Trade, deal: Opportunity) -> None:
    change_set = last_change_set(
        actions.edit, trade.alice, deal.pk, {"subject": "Three pumps", "description": "Blue"}
    )
    actions.edit(trade.alice, deal.pk, {"description": "Red"})
    undone = taken_back(trade, change_set)
    assert facets(undone, deal) == ({"subject"}, {"description"})
    assert parts(now(deal), "subject", "description") == ("Two pumps", "Red")


def test_undoing_an_undo_is_redo(trade: Trade, deal: Opportunity) -> None:
    change_set = last_change_set(actions.edit, trade.alice, deal.pk, {"subject": "Three pumps"})
    undone = taken_back(trade, change_set)
    assert undone.change_set_id is not None
    taken_back(trade, undone.change_set_id)
    assert now(deal).subject == "Three pumps"


def test_the_customer_goes_back_whole(trade: Trade, deal: Opportunity) -> None:
    contact = trade.company.contact()
    change_set = last_change_set(actions.edit, trade.alice, deal.pk, {"contact_id": contact.pk})
    assert facets(taken_back(trade, change_set), deal) == ({"customer"}, set())
    assert parts(now(deal), "account_id", "contact_id") == (trade.account.pk, None)


def test_the_money_goes_back_whole(trade: Trade, deal: Opportunity) -> None:
    set_rate(SYSTEM, code="USD", rate=Decimal(2), valid_from=date(2026, 1, 1))
    change_set = last_change_set(actions.edit, trade.alice, deal.pk, {"currency": "USD"})
    assert facets(taken_back(trade, change_set), deal) == ({"money"}, set())
    assert parts(now(deal), "currency", "rate", "value_base") == ("EUR", 1, 1000)


def test_the_money_stays_when_any_of_it_changed_since(trade: Trade, deal: Opportunity) -> None:
    set_rate(SYSTEM, code="USD", rate=Decimal(2), valid_from=date(2026, 1, 1))
    change_set = last_change_set(actions.edit, trade.alice, deal.pk, {"currency": "USD"})
    actions.edit(trade.alice, deal.pk, {"estimated_value": "500"})
    with pytest.raises(Refused) as refused:
        taken_back(trade, change_set)
    assert refused.value.code == "nothing_to_undo"
    assert parts(now(deal), "currency", "value") == ("USD", 500)


def test_a_move_stays_when_the_chance_was_typed_since(trade: Trade, deal: Opportunity) -> None:
    actions.edit(trade.alice, deal.pk, {"chance": "33"})
    moved = last_change_set(actions.move, trade.alice, deal.pk, wish="next")
    actions.edit(trade.alice, deal.pk, {"chance": "44"})
    with pytest.raises(Refused):
        taken_back(trade, moved)
    assert parts(now(deal), "stage_id", "chance") == (trade.sales.stages[1].id, 44)


def test_a_move_goes_back_past_changes_of_other_facets(trade: Trade, deal: Opportunity) -> None:
    moved = last_change_set(actions.move, trade.alice, deal.pk, wish="next")
    actions.edit(trade.alice, deal.pk, {"estimated_value": "500", "subject": "Three pumps"})
    assert facets(taken_back(trade, moved), deal) == ({"progress"}, set())
    assert parts(now(deal), "stage_id", "expected") == (trade.sales.stages[0].id, 100)


def test_undoing_a_move_passes_no_gate(trade: Trade, deal: Opportunity) -> None:
    back = last_change_set(actions.move, trade.alice, deal.pk, wish="next")
    undone = taken_back(trade, back)
    require_step(SYSTEM, trade.sales.stages[0].steps[-1].id, is_required=True)
    assert undone.change_set_id is not None
    taken_back(trade, undone.change_set_id)
    assert now(deal).stage_id == trade.sales.stages[1].id


def test_an_undo_appends_an_entry_and_removes_none(trade: Trade, deal: Opportunity) -> None:
    moved = last_change_set(actions.move, trade.alice, deal.pk, wish="next")
    taken_back(trade, moved)
    assert [entry.move for entry in entries_of(deal)] == ["created", "next", "undo"]


def test_an_undo_of_what_no_number_is_made_of_appends_none(trade: Trade, deal: Opportunity) -> None:
    change_set = last_change_set(actions.edit, trade.alice, deal.pk, {"subject": "Three pumps"})
    taken_back(trade, change_set)
    assert len(entries_of(deal)) == 1


def test_the_stay_goes_on_when_a_move_is_undone_and_again_when_it_is_redone(trade: Trade) -> None:
    with clock.stopped_at(NOON - days(9)):
        deal = trade.deal()
    with clock.stopped_at(NOON - days(5)):
        moved = last_change_set(actions.move, trade.alice, deal.pk, wish="next")
    undone = taken_back(trade, moved)
    assert now(deal).stage_since == date(2026, 3, 1)
    assert undone.change_set_id is not None
    taken_back(trade, undone.change_set_id)
    assert now(deal).stage_since == date(2026, 3, 5)


def test_a_closing_is_undone_though_closed_is_read_only(trade: Trade, deal: Opportunity) -> None:
    closed = last_change_set(trade.won, deal, actual_value="1100")
    taken_back(trade, closed)
    assert parts(now(deal), "status", "value", "closed_on", "probability") == ("in_progress", 1000, None, 20)


def test_a_reopening_is_undone(trade: Trade, deal: Opportunity) -> None:
    trade.won(deal, actual_value="1100")
    reopened = last_change_set(actions.reopen, trade.alice, deal.pk)
    taken_back(trade, reopened)
    assert parts(now(deal), "status", "value", "probability") == ("won", 1100, 100)


def test_nothing_else_is_undone_on_a_closed_deal(trade: Trade, deal: Opportunity) -> None:
    tick = next(step for step in trade.sales.stages[0].steps if step.what == "tick")
    change_sets = [
        last_change_set(actions.edit, trade.alice, deal.pk, {"subject": "Three pumps"}),
        last_change_set(actions.edit, trade.alice, deal.pk, {"estimated_value": "2000"}),
        last_change_set(actions.mark_step, trade.alice, deal.pk, tick.id),
    ]
    closed = last_change_set(trade.won, deal)
    for change_set in change_sets:
        with pytest.raises(Conflict) as conflict:
            taken_back(trade, change_set)
        assert conflict.value.code == "closed"
    taken_back(trade, closed)
    for change_set in change_sets:
        taken_back(trade, change_set)
    assert now(deal).subject == "Two pumps"
    assert not StepMark.objects.get().is_done


def test_handing_a_closed_deal_over_is_undone_by_an_administrator(trade: Trade, deal: Opportunity) -> None:
    trade.won(deal)
    ada, bob = trade.company.ada, trade.company.bob
    handed = last_change_set(actions.assign, ada, deal.pk, owner_id=id_of(bob))
    with pytest.raises(Conflict):
        undo(trade.company.carol, handed)
    undo(ada, handed)
    assert now(deal).owner_id == id_of(trade.alice)


def test_undoing_a_hand_over_asks_for_the_right_to_assign(trade: Trade, deal: Opportunity) -> None:
    handed = last_change_set(actions.assign, trade.alice, deal.pk, owner_id=id_of(trade.company.bob))
    depths = {key: depth for key, depth in trade.company.carol.depths.items() if key[1] != "assign"}
    with pytest.raises(NotPermitted):
        undo(replace(trade.company.carol, depths=depths), handed)
    undo(trade.company.carol, handed)
    assert now(deal).owner_id == id_of(trade.alice)


def test_a_deal_does_not_go_back_to_somebody_who_left(trade: Trade, deal: Opportunity) -> None:
    handed = last_change_set(actions.assign, trade.company.ada, deal.pk, owner_id=id_of(trade.company.bob))
    set_active(trade.company.ada, id_of(trade.alice), is_active=False)
    with pytest.raises(Refused, match="Alice") as refusal:
        undo(trade.company.ada, handed)
    assert refusal.value.code == "named_gone"
    assert now(deal).owner_id == id_of(trade.company.bob)


def test_a_creation_goes_to_the_bin_and_comes_back(trade: Trade) -> None:
    made = last_change_set(trade.deal, "Three pumps")
    undone = taken_back(trade, made)
    deal = Opportunity.objects.get()
    assert deal.deleted_at is not None
    assert undone.change_set_id is not None
    taken_back(trade, undone.change_set_id)
    assert now(deal).deleted_at is None


def test_a_creation_stays_when_the_deal_was_changed_since(trade: Trade) -> None:
    made = last_change_set(trade.deal, "Three pumps")
    deal = Opportunity.objects.get()
    actions.edit(trade.alice, deal.pk, {"subject": "Four pumps"})
    with pytest.raises(Refused):
        taken_back(trade, made)
    assert now(deal).deleted_at is None


def test_a_deal_stays_in_the_bin_while_its_customer_is_there(trade: Trade) -> None:
    account = last_change_set(trade.company.account, "Southwind")
    southwind = max(trade.account.__class__.objects.values_list("pk", flat=True))
    made = last_change_set(trade.deal, account_id=southwind)
    undone = taken_back(trade, made)
    taken_back(trade, account)
    assert undone.change_set_id is not None
    with pytest.raises(Refused) as refused:
        taken_back(trade, undone.change_set_id)
    assert refused.value.code == "customer_gone"


def test_a_deal_does_not_go_back_to_a_customer_in_the_bin(trade: Trade) -> None:
    account = last_change_set(trade.company.account, "Southwind")
    southwind = max(trade.account.__class__.objects.values_list("pk", flat=True))
    deal = trade.deal(account_id=southwind)
    edited = last_change_set(actions.edit, trade.alice, deal.pk, {"account_id": trade.account.pk})
    taken_back(trade, account)
    with pytest.raises(Refused) as refused:
        taken_back(trade, edited)
    assert refused.value.code == "customer_gone"


def test_what_one_may_not_change_one_does_not_undo(trade: Trade, deal: Opportunity) -> None:
    edited = last_change_set(actions.edit, trade.alice, deal.pk, {"subject": "Three pumps"})
    with pytest.raises(NotPermitted):
        undo(trade.company.bob, edited)
    with pytest.raises(NotFound):
        undo(trade.company.dan, edited)


@pytest.fixture
def working(trade: Trade) -> Opportunity:
    """A deal in a process whose stages make tasks; two are open."""
    return trade.deal(process_id=process_by_key("contact_manager").id)


def states(deal: Opportunity) -> list[str]:
    """The states of the tasks about a deal, in the order they were made."""
    return list(Task.objects.filter(about_id=deal.pk).order_by("id").values_list("state", flat=True))


def test_the_tasks_of_a_move_are_taken_back_with_it(trade: Trade, working: Opportunity) -> None:
    moved = last_change_set(actions.move, trade.alice, working.pk, wish="next")
    assert states(working) == ["open"] * 4
    undone = taken_back(trade, moved)
    assert states(working) == ["open", "open", "cancelled", "cancelled"]
    assert undone.change_set_id is not None
    taken_back(trade, undone.change_set_id)
    assert states(working) == ["open"] * 4


def test_tasks_that_a_move_cancelled_are_open_again(trade: Trade, working: Opportunity) -> None:
    moved = last_change_set(actions.move, trade.alice, working.pk, wish="next", cancel_open_tasks=True)
    assert states(working) == ["cancelled", "cancelled", "open", "open"]
    taken_back(trade, moved)
    assert states(working) == ["open", "open", "cancelled", "cancelled"]


def test_a_task_of_a_move_that_was_done_since_stays_done(trade: Trade, working: Opportunity) -> None:
    moved = last_change_set(actions.move, trade.alice, working.pk, wish="next")
    last = Task.objects.order_by("id").last()
    assert last is not None
    complete_task(trade.alice, last.pk)
    undone = taken_back(trade, moved)
    assert (last.ref, "record") in undone.kept
    assert states(working)[-1] == "completed"
    assert now(working).stage_id == process_by_key("contact_manager").stages[0].id


def test_tasks_that_a_closing_cancelled_are_open_again(trade: Trade, working: Opportunity) -> None:
    closed = last_change_set(trade.lost, working)
    assert states(working) == ["cancelled"] * 2
    taken_back(trade, closed)
    assert states(working) == ["open"] * 2


def test_a_new_date_of_a_task_goes_back(trade: Trade) -> None:
    with clock.stopped_at(NOON - days(9)):
        working = trade.deal(process_id=process_by_key("contact_manager").id)
        actions.move(trade.alice, working.pk, wish="next")

    def due() -> list[date | None]:
        first = Task.objects.filter(about_id=working.pk).order_by("id")[:2]
        return [task.due_on for task in first]

    before = due()
    back = last_change_set(actions.move, trade.alice, working.pk, wish="previous")
    assert due() == [day and day + days(9) for day in before]
    taken_back(trade, back)
    assert due() == before


def test_what_is_to_be_done_goes_to_the_bin_with_a_creation_and_comes_back(trade: Trade) -> None:
    made = last_change_set(trade.deal)
    deal = Opportunity.objects.get()
    create_task(trade.alice, deal.pk, subject="Call")
    undone = taken_back(trade, made)
    assert states(deal) == ["cancelled"]
    taken_back(trade, undone.change_set_id or 0)
    assert states(deal) == ["open"]


def test_what_is_to_be_done_goes_with_a_deletion_that_is_redone(trade: Trade, deal: Opportunity) -> None:
    create_task(trade.alice, deal.pk, subject="Thank")
    done = complete_task(trade.alice, create_task(trade.alice, deal.pk, subject="Call").pk)
    trade.won(deal, cancel_open_tasks=False)
    undone = taken_back(trade, last_change_set(actions.delete_opportunity, trade.alice, deal.pk))
    reopen_task(trade.alice, done.pk)
    taken_back(trade, undone.change_set_id or 0)
    assert states(deal) == ["cancelled", "cancelled"]
    for task in Task.objects.all():
        assert_the_ledger_tells(task)
    actions.restore_opportunity(trade.alice, deal.pk)
    assert states(deal) == ["open", "open"]


def test_a_deletion_is_not_redone_on_a_deal_that_is_open_again(trade: Trade, deal: Opportunity) -> None:
    trade.won(deal)
    undone = taken_back(trade, last_change_set(actions.delete_opportunity, trade.alice, deal.pk))
    actions.reopen(trade.alice, deal.pk)
    with pytest.raises(Refused) as refused:
        taken_back(trade, undone.change_set_id or 0)
    assert (refused.value.code, now(deal).deleted_at) == ("switched_off", None)
    change_setting(SYSTEM, "allow_deleting_open", True)
    taken_back(trade, undone.change_set_id or 0)
    assert now(deal).deleted_at is not None
