"""Deleting accounts and contacts: what refuses it, what goes along, and what brings it all back."""

from collections.abc import Callable

import pytest

from opportune.customers import actions, queries
from opportune.customers.models import Account, Contact
from opportune.identity.actions import share
from opportune.kernel.errors import Conflict, NotFound, NotPermitted, Refused
from opportune.ledger.models import ChangeSet
from opportune.ledger.undo import undo
from opportune.opportunities.models import Opportunity
from opportune.reference.actions import change_setting
from tests.deals import Trade, last_change_set
from tests.people import by_token


def allow(trade: Trade) -> None:
    """Let open deals be deleted."""
    change_setting(trade.company.ada, "allow_deleting_open", True)


def in_bin(*records: Account | Contact | Opportunity) -> list[bool]:
    """Which of the records are in the bin now."""
    return [type(one)._default_manager.get(pk=one.pk).deleted_at is not None for one in records]


def test_open_deals_stand_in_the_way_and_are_named(trade: Trade) -> None:
    deals = [trade.deal(f"Pump {number}") for number in range(7)]
    with pytest.raises(Refused) as refusal:
        actions.delete_account(trade.alice, trade.account.pk)
    said = str(refusal.value.message)
    assert refusal.value.code == "open_deals"
    assert f"{deals[0].number} Pump 0" in said
    assert "Pump 6" not in said
    assert "2 more" in said
    assert in_bin(trade.account, deals[0]) == [False, False]


def test_open_deals_one_cannot_see_are_announced_without_their_names(trade: Trade) -> None:
    hidden = trade.deal("Secret", owner=trade.company.dan)
    with pytest.raises(Refused) as refusal:
        actions.delete_account(trade.alice, trade.account.pk)
    said = str(refusal.value.message)
    assert "others that you cannot see" in said
    assert "Secret" not in said + hidden.number


def test_closed_deals_go_along_and_come_back(trade: Trade) -> None:
    deals = [trade.won(trade.deal("Won")), trade.lost(trade.deal("Lost"))]
    deleted = last_change_set(actions.delete_account, trade.alice, trade.account.pk)
    assert in_bin(trade.account, *deals) == [True, True, True]
    undone = undo(trade.alice, deleted)
    assert in_bin(trade.account, *deals) == [False, False, False]
    undo(trade.alice, undone.change_set_id or 0)
    assert in_bin(trade.account, *deals) == [True, True, True]


def test_the_setting_lets_open_deals_go_along(trade: Trade) -> None:
    deal = trade.deal()
    allow(trade)
    actions.delete_account(trade.alice, trade.account.pk)
    assert in_bin(trade.account, deal) == [True, True]
    actions.restore_account(trade.alice, trade.account.pk)
    assert in_bin(trade.account, deal) == [False, False]


def test_contacts_and_accounts_below_stay_on_their_own_until_it_is_back(trade: Trade) -> None:
    ref = trade.account
    contact = trade.company.contact(owner=trade.company.bob, account_id=ref.pk)
    below = trade.company.account("Below", parent_id=ref.pk)
    own = trade.deal(contact_id=contact.pk)
    actions.delete_account(trade.alice, ref.pk)
    assert in_bin(contact, below, own) == [False, False, False]
    assert Contact.objects.get(pk=contact.pk).account_id is None
    assert Account.objects.get(pk=below.pk).parent_id is None
    actions.restore_account(trade.alice, ref.pk)
    assert Contact.objects.get(pk=contact.pk).account_id == ref.pk
    assert Account.objects.get(pk=below.pk).parent_id == ref.pk


def test_a_contact_that_moved_on_meanwhile_stays_where_it_is(trade: Trade) -> None:
    contact, other = trade.company.contact(account_id=trade.account.pk), trade.company.account("Other")
    actions.delete_account(trade.alice, trade.account.pk)
    actions.edit_contact(trade.alice, contact.pk, {"account_id": other.pk})
    actions.restore_account(trade.alice, trade.account.pk)
    assert in_bin(trade.account) == [False]
    assert Contact.objects.get(pk=contact.pk).account_id == other.pk


def test_a_deleted_contact_is_named_by_no_open_deal_any_more(trade: Trade) -> None:
    contact = trade.company.contact()
    naming = trade.deal(primary_contact_id=contact.pk)
    colleagues = trade.deal(primary_contact_id=contact.pk, owner=trade.company.dan)
    closed = trade.lost(trade.deal(primary_contact_id=contact.pk))
    actions.delete_contact(trade.alice, contact.pk)
    named = [Opportunity.objects.get(pk=deal.pk).primary_contact_id for deal in (naming, colleagues, closed)]
    assert named == [None, None, contact.pk]
    assert in_bin(naming, closed) == [False, False]
    actions.restore_contact(trade.alice, contact.pk)
    named = [Opportunity.objects.get(pk=deal.pk).primary_contact_id for deal in (naming, colleagues)]
    assert named == [contact.pk, contact.pk]


def test_nobody_deletes_deals_by_way_of_their_customer(trade: Trade) -> None:
    bobs = trade.company.account("Shared", owner=trade.company.bob)
    deal = trade.company.deal(owner=trade.company.bob, account_id=bobs.pk)
    actions.edit_account(trade.company.ada, bobs.pk, {"owner_id": trade.alice.id})
    allow(trade)
    with pytest.raises(NotPermitted):
        actions.delete_account(trade.alice, bobs.pk)
    assert in_bin(bobs, deal) == [False, False]
    actions.delete_account(trade.company.ada, bobs.pk)
    assert in_bin(bobs, deal) == [True, True]


def test_who_may_not_delete_does_not(trade: Trade) -> None:
    company = trade.company
    share(company.ada, trade.account.ref, user_id=company.dan.id, may_write=True)
    for actor, error in (
        (company.bob, NotPermitted),
        (company.dan, NotPermitted),
        (by_token(trade.alice, "*:read"), NotPermitted),
        (company.rita, NotPermitted),
    ):
        with pytest.raises(error):
            actions.delete_account(actor, trade.account.pk)
    hidden = company.contact(owner=company.dan)
    with pytest.raises(NotFound):
        actions.delete_contact(trade.alice, hidden.pk)


def test_a_stale_deletion_is_a_conflict(trade: Trade) -> None:
    actions.edit_account(trade.company.carol, trade.account.pk, {"city": "Lyon"})
    with pytest.raises(Conflict):
        actions.delete_account(trade.alice, trade.account.pk, version=1)
    actions.delete_account(trade.alice, trade.account.pk, version=2)


def test_what_goes_along_is_counted_before(trade: Trade) -> None:
    trade.deal()
    trade.won(trade.deal())
    trade.company.contact(account_id=trade.account.pk)
    trade.company.contact("Hidden", owner=trade.company.dan)
    found = queries.deletion(trade.alice, trade.account.ref)
    assert ([deal.subject for deal in found.deals.open], found.deals.closed) == (["Two pumps"], 1)
    assert (found.contacts, found.accounts, found.refusal and found.refusal.code) == (1, 0, "open_deals")
    allow(trade)
    assert queries.deletion(trade.alice, trade.account.ref).refusal is None
    with pytest.raises(NotFound):
        queries.deletion(trade.company.dan, trade.account.ref)


def test_the_bin_holds_what_one_may_bring_back(trade: Trade) -> None:
    contact = trade.company.contact("Gone")
    actions.delete_contact(trade.alice, contact.pk)
    assert [row.name for row in queries.bin_of(trade.alice, "contact")] == ["Gone"]
    assert list(queries.bin_of(trade.company.bob, "contact")) == []
    with pytest.raises(NotPermitted):
        actions.restore_contact(trade.company.bob, contact.pk)
    with pytest.raises(NotFound):
        actions.restore_contact(trade.company.dan, contact.pk)
    actions.restore_contact(trade.alice, contact.pk)
    with pytest.raises(Refused) as refusal:
        actions.restore_contact(trade.alice, contact.pk)
    assert refusal.value.code == "not_in_bin"


def test_what_an_undone_creation_put_away_comes_back_alone(trade: Trade) -> None:
    created = last_change_set(trade.company.account, "Made")
    made = Account.objects.get(name="Made")
    undo(trade.alice, created)
    actions.restore_account(trade.alice, made.pk)
    assert in_bin(made) == [False]


Taken = Callable[[Trade], object]


def again_by_command(trade: Trade) -> object:
    """Delete the account."""
    return actions.delete_account(trade.alice, trade.account.pk)


def again_by_redo(trade: Trade) -> object:
    """Take back what brought the account back."""
    back = ChangeSet.objects.filter(verb="undo", undone_by=None).latest("id")
    return undo(trade.alice, back.pk)


@pytest.mark.parametrize("back", ["restore", "undo"])
@pytest.mark.parametrize("again", [again_by_command, again_by_redo])
def test_what_went_along_comes_back_every_time(trade: Trade, back: str, again: Taken) -> None:
    contact = trade.company.contact(account_id=trade.account.pk)
    deals = [trade.won(trade.deal("Won")), trade.lost(trade.deal("Lost"))]
    deleted = last_change_set(again_by_command, trade)
    for _ in range(2):
        if back == "undo":
            undo(trade.alice, deleted)
        else:
            actions.restore_account(trade.alice, trade.account.pk)
        assert in_bin(trade.account, *deals) == [False, False, False]
        assert Contact.objects.get(pk=contact.pk).account_id == trade.account.pk
        deleted = last_change_set(again, trade)
        assert in_bin(trade.account, *deals) == [True, True, True]
        assert Contact.objects.get(pk=contact.pk).account_id is None
    actions.restore_account(trade.alice, trade.account.pk)
    assert in_bin(trade.account, *deals) == [False, False, False]


def test_a_contact_deleted_by_redo_comes_back_with_its_deals(trade: Trade) -> None:
    contact = trade.company.contact()
    deal = trade.won(trade.deal(contact_id=contact.pk))
    deleted = last_change_set(actions.delete_contact, trade.alice, contact.pk)
    back = undo(trade.alice, deleted).change_set_id or 0
    undo(trade.alice, back)
    actions.restore_contact(trade.alice, contact.pk)
    assert in_bin(contact, deal) == [False, False]


def test_an_undone_creation_still_comes_back_by_itself(trade: Trade) -> None:
    made = last_change_set(trade.company.account, "Fleeting")
    account = Account.objects.latest("id")
    undo(trade.alice, made)
    for _ in range(2):
        actions.restore_account(trade.alice, account.pk)
        assert in_bin(account) == [False]
        actions.delete_account(trade.alice, account.pk)
