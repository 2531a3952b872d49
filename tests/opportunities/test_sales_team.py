"""The sales team and shares: access to one deal, given and taken back (D-021, D-049)."""

import pytest

from opportune.identity.actor import Actor
from opportune.identity.models import Share
from opportune.kernel.errors import Conflict, Invalid, NotFound, NotPermitted, Refused
from opportune.ledger.undo import undo
from opportune.opportunities import actions
from opportune.opportunities.filters import OpportunityFilter
from opportune.opportunities.models import Opportunity, TeamMember
from opportune.opportunities.queries import opportunities, opportunity
from tests.deals import Trade, id_of, last_change_set


def sees(actor: Actor, deal: Opportunity) -> bool:
    """Whether somebody sees a deal."""
    try:
        opportunity(actor, deal.pk)
    except NotFound:
        return False
    return True


def may_write(actor: Actor, deal: Opportunity) -> bool:
    """Whether somebody may change a deal they see."""
    return "write" in opportunity(actor, deal.pk).may


def test_a_member_sees_the_one_deal_and_may_change_it(trade: Trade) -> None:
    deal, other, dan = trade.deal(), trade.deal("Valves"), trade.company.dan
    actions.add_member(trade.alice, deal.pk, user_id=id_of(dan), role="technical_sales")
    assert (sees(dan, deal), sees(dan, other)) == (True, False)
    assert may_write(dan, deal)
    [member] = opportunity(trade.alice, deal.pk).team
    assert (member.name, member.role, member.may_write) == ("Dan", "technical_sales", True)


def test_a_member_may_be_let_read_only_and_later_change(trade: Trade) -> None:
    deal, dan = trade.deal(), trade.company.dan
    actions.add_member(trade.alice, deal.pk, user_id=id_of(dan), may_write=False)
    assert not may_write(dan, deal)
    changed = last_change_set(
        actions.change_member, trade.alice, deal.pk, id_of(dan), {"may_write": True, "role": "sponsor"}
    )
    assert may_write(dan, deal)
    undo(trade.alice, changed)
    assert not may_write(dan, deal)
    assert TeamMember.objects.get().role == ""


def test_removing_takes_exactly_the_access_that_came_with_it(trade: Trade) -> None:
    deal, dan = trade.deal(), trade.company.dan
    actions.share_deal(trade.alice, deal.pk, user_id=dan.person_id)
    actions.add_member(trade.alice, deal.pk, user_id=id_of(dan))
    actions.remove_member(trade.alice, deal.pk, id_of(dan))
    assert sees(dan, deal)
    assert not may_write(dan, deal)
    assert [share.reason for share in Share.objects.filter(deleted_at=None)] == ["shared"]


def test_undo_takes_a_member_off_with_the_access_and_puts_both_back(trade: Trade) -> None:
    deal, dan = trade.deal(), trade.company.dan
    added = last_change_set(actions.add_member, trade.alice, deal.pk, user_id=id_of(dan))
    undone = undo(trade.alice, added)
    assert (sees(dan, deal), opportunity(trade.alice, deal.pk).team) == (False, [])
    undo(trade.alice, undone.change_set_id or 0)
    assert sees(dan, deal)
    removed = last_change_set(actions.remove_member, trade.alice, deal.pk, id_of(dan))
    assert not sees(dan, deal)
    undo(trade.alice, removed)
    assert (sees(dan, deal), len(opportunity(trade.alice, deal.pk).team)) == (True, 1)


def test_who_is_put_on_the_team_anew_does_not_come_back_twice(trade: Trade) -> None:
    deal, dan = trade.deal(), trade.company.dan
    actions.add_member(trade.alice, deal.pk, user_id=id_of(dan))
    removed = last_change_set(actions.remove_member, trade.alice, deal.pk, id_of(dan))
    actions.add_member(trade.alice, deal.pk, user_id=id_of(dan))
    with pytest.raises(Refused):
        undo(trade.alice, removed)
    assert TeamMember.objects.filter(deleted_at=None).count() == 1


def test_the_team_is_for_who_may_share_the_deal(trade: Trade) -> None:
    deal, dan, bob = trade.deal(), trade.company.dan, trade.company.bob
    with pytest.raises(NotPermitted):
        actions.add_member(bob, deal.pk, user_id=id_of(dan))
    actions.add_member(trade.alice, deal.pk, user_id=id_of(dan))
    with pytest.raises(NotPermitted):
        actions.add_member(dan, deal.pk, user_id=id_of(bob))
    added = last_change_set(actions.add_member, trade.alice, deal.pk, user_id=id_of(bob))
    with pytest.raises(NotPermitted):
        undo(dan, added)


def test_a_colleague_is_on_the_team_once_in_a_role_there_is(trade: Trade) -> None:
    deal, dan = trade.deal(), trade.company.dan
    with pytest.raises(Invalid) as wrong_role:
        actions.add_member(trade.alice, deal.pk, user_id=id_of(dan), role="mascot")
    assert set(wrong_role.value.fields) == {"role"}
    with pytest.raises(Invalid) as nobody:
        actions.add_member(trade.alice, deal.pk, user_id=0)
    assert set(nobody.value.fields) == {"user_id"}
    actions.add_member(trade.alice, deal.pk, user_id=id_of(dan))
    with pytest.raises(Refused) as again:
        actions.add_member(trade.alice, deal.pk, user_id=id_of(dan))
    assert again.value.code == "member_already"
    with pytest.raises(NotFound):
        actions.remove_member(trade.alice, deal.pk, id_of(trade.company.bob))


def test_the_team_of_a_closed_deal_stays(trade: Trade) -> None:
    deal, dan = trade.deal(), trade.company.dan
    actions.add_member(trade.alice, deal.pk, user_id=id_of(dan))
    trade.won(deal)
    with pytest.raises(Conflict) as refusal:
        actions.add_member(trade.alice, deal.pk, user_id=id_of(trade.company.bob))
    assert refusal.value.code == "closed"
    with pytest.raises(Conflict):
        actions.change_member(trade.alice, deal.pk, id_of(dan), {"role": "sponsor"})
    with pytest.raises(Conflict):
        actions.remove_member(trade.alice, deal.pk, id_of(dan))
    assert sees(dan, deal)


def test_the_deals_whose_team_one_is_on_are_a_list(trade: Trade) -> None:
    deal, dan = trade.deal(), trade.company.dan
    trade.deal("Valves")
    actions.add_member(trade.alice, deal.pk, user_id=id_of(dan))
    actions.share_deal(trade.alice, trade.deal("Shared").pk, user_id=dan.person_id)
    mine = OpportunityFilter.read({"member": "me"}, dan)
    assert [row.subject for row in opportunities(dan, mine).rows] == ["Two pumps"]
    actions.remove_member(trade.alice, deal.pk, id_of(dan))
    assert opportunities(dan, mine).rows == []


def test_a_share_is_changed_and_taken_back_and_undone(trade: Trade) -> None:
    deal, dan = trade.deal(), trade.company.dan
    share = actions.share_deal(trade.alice, deal.pk, user_id=dan.person_id)
    changed = last_change_set(actions.change_share, trade.alice, deal.pk, share.pk, may_write=True)
    assert may_write(dan, deal)
    undo(trade.alice, changed)
    assert not may_write(dan, deal)
    revoked = last_change_set(actions.unshare_deal, trade.alice, deal.pk, share.pk)
    assert not sees(dan, deal)
    undo(trade.alice, revoked)
    assert sees(dan, deal)


def test_sharing_is_undone_by_who_may_share(trade: Trade) -> None:
    deal, dan = trade.deal(), trade.company.dan
    shared = last_change_set(actions.share_deal, trade.alice, deal.pk, user_id=dan.person_id, may_write=True)
    with pytest.raises(NotPermitted):
        undo(dan, shared)
    undone = undo(trade.alice, shared)
    assert not sees(dan, deal)
    with pytest.raises(NotFound):
        undo(dan, undone.change_set_id or 0)


def test_what_was_shared_anew_is_not_shared_twice(trade: Trade) -> None:
    deal, dan = trade.deal(), trade.company.dan
    share = actions.share_deal(trade.alice, deal.pk, user_id=dan.person_id)
    revoked = last_change_set(actions.unshare_deal, trade.alice, deal.pk, share.pk)
    actions.share_deal(trade.alice, deal.pk, user_id=dan.person_id)
    with pytest.raises(Refused) as refusal:
        undo(trade.alice, revoked)
    assert refusal.value.code == "shared_already"


def test_only_who_may_share_takes_a_share_back(trade: Trade) -> None:
    deal, dan = trade.deal(), trade.company.dan
    share = actions.share_deal(trade.alice, deal.pk, user_id=dan.person_id, may_write=True)
    for actor in (dan, trade.company.bob):
        with pytest.raises(NotPermitted):
            actions.unshare_deal(actor, deal.pk, share.pk)
    with pytest.raises(NotFound):
        actions.unshare_deal(trade.alice, trade.deal("Valves").pk, share.pk)
    assert sees(dan, deal)


def test_the_access_of_the_team_is_changed_on_the_team_only(trade: Trade) -> None:
    deal, dan = trade.deal(), trade.company.dan
    actions.add_member(trade.alice, deal.pk, user_id=id_of(dan))
    share = Share.objects.get()
    with pytest.raises(Refused) as refusal:
        actions.unshare_deal(trade.alice, deal.pk, share.pk)
    assert refusal.value.code == "by_sales_team"
    assert sees(dan, deal)
