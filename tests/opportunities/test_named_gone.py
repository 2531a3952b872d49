"""What undo, redo and the bin give back names only what is there (decision 34)."""

from collections.abc import Callable

import pytest

from opportune.activities.actions import assign_task, create_task
from opportune.customers.actions import change_connection, connect, delete_account, edit_account
from opportune.identity.actions import set_active
from opportune.kernel.errors import Refused
from opportune.kernel.records import RecordRef
from opportune.ledger.undo import undo
from opportune.opportunities import actions
from opportune.opportunities.models import Opportunity
from opportune.reference.actions import (
    add_choice,
    add_close_reason,
    change_setting,
    remove_choice,
    remove_close_reason,
)
from tests.deals import SYSTEM, Trade, id_of, last_change_set

pytestmark = pytest.mark.django_db


@pytest.fixture
def deal(trade: Trade) -> Opportunity:
    """A deal with a choice of every list."""
    return trade.deal(source="trade_show")


def refused(change_set: int) -> Refused:
    """How undoing is refused for who may everything."""
    with pytest.raises(Refused) as refusal:
        undo(SYSTEM, change_set)
    assert refusal.value.code == "named_gone"
    return refusal.value


def test_a_choice_that_was_removed_since_is_not_given_back(trade: Trade, deal: Opportunity) -> None:
    edited = last_change_set(actions.edit, trade.alice, deal.pk, {"source": "partner"})
    removed = last_change_set(remove_choice, SYSTEM, "source", "trade_show")
    assert "Trade show" in str(refused(edited).message)
    assert Opportunity.objects.get(pk=deal.pk).source == "partner"
    undo(SYSTEM, removed)
    undo(SYSTEM, edited)
    assert Opportunity.objects.get(pk=deal.pk).source == "trade_show"


def test_a_choice_that_was_added_anew_is_given_back(trade: Trade, deal: Opportunity) -> None:
    edited = last_change_set(actions.edit, trade.alice, deal.pk, {"source": "partner"})
    remove_choice(SYSTEM, "source", "trade_show")
    add_choice(SYSTEM, "source", code="trade_show", name_en="Fair again")
    undo(SYSTEM, edited)
    assert Opportunity.objects.get(pk=deal.pk).source == "trade_show"


def test_undoing_the_removal_of_a_choice_gives_it_back_to_all(trade: Trade, deal: Opportunity) -> None:
    removed = last_change_set(remove_choice, SYSTEM, "source", "trade_show", replacement="partner")
    undo(SYSTEM, removed)
    assert Opportunity.objects.get(pk=deal.pk).source == "trade_show"


def test_a_close_reason_that_was_removed_since_is_not_given_back(trade: Trade, deal: Opportunity) -> None:
    reason = add_close_reason(SYSTEM, outcome="lost", name="Moved away")
    trade.lost(deal, reason=reason.code)
    reopened = last_change_set(actions.reopen, trade.alice, deal.pk)
    remove_close_reason(SYSTEM, reason.code)
    assert "Moved away" in str(refused(reopened).message)
    assert Opportunity.objects.get(pk=deal.pk).is_open


def test_a_competitor_that_was_removed_since_is_not_given_back(trade: Trade, deal: Opportunity) -> None:
    rival = actions.known_competitor(trade.alice, "Acme")
    trade.lost(deal, lost_to=rival.pk)
    reopened = last_change_set(actions.reopen, trade.alice, deal.pk)
    actions.remove_competitor(SYSTEM, rival.pk)
    assert (refused(reopened).data["kind"], refused(reopened).data["id"]) == ("competitor", rival.pk)


def test_a_task_and_an_account_follow_the_same_rule(trade: Trade, deal: Opportunity) -> None:
    company = trade.company
    task = create_task(trade.alice, deal.pk, subject="Call")
    handed = last_change_set(assign_task, trade.alice, task.pk, owner_id=id_of(company.carol))
    edit_account(company.ada, trade.account.pk, {"industry": "retail"})
    changed = last_change_set(edit_account, company.ada, trade.account.pk, {"industry": "media"})
    set_active(company.ada, id_of(trade.alice), is_active=False, successor_id=id_of(company.carol))
    remove_choice(SYSTEM, "industry", "retail")
    assert "Alice" in str(refused(handed).message)
    assert refused(changed).data["kind"] == "list_item"


def test_a_connection_follows_the_same_rule(trade: Trade, deal: Opportunity) -> None:
    contact = trade.company.contact("Durand")
    role = {"role": "stakeholder:champion"}
    connection = connect(trade.alice, deal.ref, RecordRef("contact", contact.pk), role)
    changed = last_change_set(
        change_connection, trade.alice, deal.ref, connection.pk, {"role": "stakeholder:stakeholder"}
    )
    remove_choice(SYSTEM, "role_stakeholder", "champion")
    assert refused(changed).data["kind"] == "list_item"


def closed_for(trade: Trade, deal: Opportunity) -> Callable[[], object]:
    reason = add_close_reason(SYSTEM, outcome="lost", name="Moved away")
    trade.lost(deal, reason=reason.code)
    return lambda: remove_close_reason(SYSTEM, reason.code)


def lost_to(trade: Trade, deal: Opportunity) -> Callable[[], object]:
    rival = actions.known_competitor(trade.alice, "Acme")
    trade.lost(deal, lost_to=rival.pk)
    return lambda: actions.remove_competitor(SYSTEM, rival.pk)


def with_rival(trade: Trade, deal: Opportunity) -> Callable[[], object]:
    rival = actions.add_rival(trade.alice, deal.pk, name="Acme")
    trade.lost(deal)
    return lambda: actions.remove_competitor(SYSTEM, rival.competitor_id)


@pytest.mark.parametrize(
    ("naming", "code"), [(closed_for, "named_gone"), (lost_to, "named_gone"), (with_rival, "competitor_gone")]
)
def test_a_deal_comes_back_from_the_bin_only_with_all_it_names(
    trade: Trade, deal: Opportunity, naming: Callable[[Trade, Opportunity], Callable[[], object]], code: str
) -> None:
    take_away = naming(trade, deal)
    deleted = last_change_set(actions.delete_opportunity, trade.company.ada, deal.pk)
    taken = last_change_set(take_away)
    for way in (
        lambda: undo(SYSTEM, deleted),
        lambda: actions.restore_opportunity(trade.company.ada, deal.pk),
    ):
        with pytest.raises(Refused) as refusal:
            way()
        assert refusal.value.code == code
    undo(SYSTEM, taken)
    actions.restore_opportunity(trade.company.ada, deal.pk)
    assert Opportunity.objects.get(pk=deal.pk).deleted_at is None


def test_an_initiator_in_the_bin_is_not_given_back(trade: Trade, deal: Opportunity) -> None:
    change_setting(SYSTEM, "allow_deleting_open", True)
    other = trade.company.account("Initiator")
    actions.edit(trade.alice, deal.pk, {"initiated_by": f"account:{other.pk}"})
    emptied = last_change_set(actions.edit, trade.alice, deal.pk, {"initiated_by": None})
    delete_account(trade.company.ada, other.pk)
    with pytest.raises(Refused, match="Initiator") as refusal:
        undo(SYSTEM, emptied)
    assert refusal.value.code == "customer_gone"
