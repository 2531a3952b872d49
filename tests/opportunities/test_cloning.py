"""Making a deal like another one."""

from datetime import date
from decimal import Decimal
from typing import Any

import pytest

from opportune.identity.models import User
from opportune.kernel.errors import Invalid, NotFound, NotPermitted
from opportune.ledger.lasting import new_edition
from opportune.ledger.undo import undo
from opportune.opportunities import actions
from opportune.opportunities.actions.cloning import proposed_subject
from opportune.opportunities.models import Opportunity, Rival
from opportune.opportunities.queries import opportunity
from opportune.reference.models import ListItem
from tests.deals import Trade, id_of, last_change_set, process_with, stage

EVERYTHING: dict[str, Any] = {
    "description": "Two of them",
    "comments": "Urgent",
    "estimated_value": Decimal(1000),
    "estimated_close_on": date(2026, 6, 30),
    "expires_on": date(2026, 5, 1),
    "payment_terms": "net_30",
    "type": "renewal",
    "source": "web",
    "rating": "hot",
    "priority": "high",
    "budget": Decimal(1200),
    "purchase_timeframe": "this_year",
    "customer_need": "Water",
    "forecast_category": "committed",
}


def fields_of(deal: Opportunity) -> dict[str, object]:
    return {name: getattr(deal, name) for name in EVERYTHING}


def test_a_copy_has_everything_but_number_closing_and_history(trade: Trade) -> None:
    deal = trade.deal(**EVERYTHING, external_id="ERP-7")
    actions.move(trade.alice, deal.pk, wish="next")
    copy = actions.clone(trade.alice, deal.pk)
    assert fields_of(copy) == EVERYTHING
    assert (copy.subject, copy.account_id, copy.external_id) == ("Two pumps (copy)", deal.account_id, "")
    assert copy.number != deal.number
    assert (copy.status, copy.stage_id) == ("in_progress", trade.sales.stages[0].id)
    assert copy.probability == trade.sales.stages[0].chance
    assert [entry.move for entry in opportunity(trade.alice, copy.pk).entries] == ["created"]


def test_a_closed_deal_is_copied_as_an_open_one(trade: Trade) -> None:
    deal = trade.lost(trade.deal(**EVERYTHING))
    copy = actions.clone(trade.alice, deal.pk, subject="Once more")
    assert (copy.subject, copy.status, copy.closed_on, copy.actual_value) == (
        "Once more",
        "in_progress",
        None,
        None,
    )
    deal.refresh_from_db()
    assert deal.status == "lost"


def test_competitors_and_sales_team_are_copied_with_their_access(trade: Trade) -> None:
    deal, dan = trade.deal(), trade.company.dan
    actions.add_rival(trade.alice, deal.pk, name="Borealis", price=Decimal(900))
    actions.add_member(trade.alice, deal.pk, user_id=id_of(dan), role="sponsor", may_write=False)
    copy = actions.clone(trade.alice, deal.pk)
    record = opportunity(dan, copy.pk)
    assert [(rival.name, rival.price) for rival in record.rivals] == [("Borealis", Decimal(900))]
    assert [(member.name, member.role) for member in record.team] == [("Dan", "sponsor")]
    assert "write" not in record.may


def test_undoing_takes_the_copy_and_what_hangs_on_it_away(trade: Trade) -> None:
    deal, dan = trade.deal(), trade.company.dan
    actions.add_rival(trade.alice, deal.pk, name="Borealis")
    actions.add_member(trade.alice, deal.pk, user_id=id_of(dan))
    cloned = last_change_set(actions.clone, trade.alice, deal.pk)
    copy = Opportunity.objects.latest("pk")
    undone = undo(trade.alice, cloned)
    with pytest.raises(NotFound):
        opportunity(trade.alice, copy.pk)
    assert Rival.objects.filter(deleted_at=None).count() == 1
    undo(trade.alice, undone.change_set_id or 0)
    assert len(opportunity(dan, copy.pk).rivals) == 1


def test_a_copy_of_a_colleagues_deal_is_ones_own_unless_one_may_give_it_away(trade: Trade) -> None:
    deal = trade.deal()
    assert actions.clone(trade.company.bob, deal.pk).owner_id == trade.company.bob.person_id
    assert actions.clone(trade.company.carol, deal.pk).owner_id == trade.alice.person_id
    User.objects.filter(pk=id_of(trade.alice)).update(is_active=False)
    assert actions.clone(trade.company.carol, deal.pk).owner_id == trade.company.carol.person_id


def test_who_may_not_create_or_does_not_see_copies_nothing(trade: Trade) -> None:
    deal = trade.deal()
    with pytest.raises(NotPermitted):
        actions.clone(trade.company.rita, deal.pk)
    with pytest.raises(NotFound):
        actions.clone(trade.company.dan, deal.pk)
    with pytest.raises(Invalid):
        actions.clone(trade.alice, deal.pk, subject="  ")
    assert Opportunity.objects.count() == 1


def test_a_customer_one_does_not_see_is_not_copied_for_oneself(trade: Trade) -> None:
    deal = trade.deal()
    actions.share_deal(trade.alice, deal.pk, user_id=trade.company.dan.person_id)
    with pytest.raises(Invalid) as refusal:
        actions.clone(trade.company.dan, deal.pk)
    assert set(refusal.value.fields) == {"customer"}


def test_what_has_gone_from_a_list_is_left_out(trade: Trade) -> None:
    deal = trade.deal(source="web", type="new")
    ListItem.objects.filter(list_key="source", code="web").update(is_active=False)
    copy = actions.clone(trade.alice, deal.pk)
    assert (copy.source, copy.type) == ("", "new")


def test_a_retired_process_gives_way_to_the_default_one(trade: Trade) -> None:
    old = process_with(stage("only", 50))
    deal = trade.deal(process_id=old.id, stage_id=None)
    type(deal.process).objects.filter(pk=old.id).update(is_retired=True)
    new_edition()
    assert actions.clone(trade.alice, deal.pk).process_id == trade.sales.id


def test_a_passed_reminder_is_not_copied(trade: Trade) -> None:
    past, ahead = trade.deal(reminder_at="2020-01-01"), trade.deal("B", reminder_at="2190-01-01")
    assert actions.clone(trade.alice, past.pk).reminder_at is None
    assert actions.clone(trade.alice, ahead.pk).reminder_at == ahead.reminder_at


def test_a_long_subject_stays_within_its_300_characters(trade: Trade) -> None:
    copy = actions.clone(trade.alice, trade.deal("x" * 300).pk)
    assert (len(copy.subject), copy.subject[-7:]) == (300, " (copy)")


def test_the_subject_is_proposed_in_the_language_of_who_copies() -> None:
    assert proposed_subject("Pompes", "fr") == "Pompes (copie)"
