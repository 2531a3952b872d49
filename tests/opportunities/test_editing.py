"""Changing an open deal: fields, customer, chances, currency, owner, ticks, shares; two people at once."""

from datetime import date
from decimal import Decimal
from typing import Any

import pytest

from opportune.identity.actor import Actor
from opportune.identity.models import Share
from opportune.kernel import clock
from opportune.kernel.errors import Conflict, Invalid, NotFound, NotPermitted, Refused
from opportune.ledger.models import Change
from opportune.opportunities import actions
from opportune.opportunities.models import Opportunity
from opportune.reference.actions import set_rate
from tests.deals import NOON, SYSTEM, Trade, days, entries_of, id_of, parts, process_with, stage
from tests.people import by_token

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("march")]


@pytest.fixture
def deal(trade: Trade) -> Opportunity:
    """A deal in progress."""
    return trade.deal(estimated_value="1000")


def edit(trade: Trade, deal: Opportunity, *, version: int | None = None, **fields: Any) -> Opportunity:
    """Alice changes fields of a deal."""
    return actions.edit(trade.alice, deal.pk, fields, version=version)


def wrong(trade: Trade, deal: Opportunity, **fields: Any) -> set[str]:
    """The fields an edit finds fault with."""
    with pytest.raises(Invalid) as invalid:
        edit(trade, deal, **fields)
    return set(invalid.value.fields)


def test_fields_are_changed_and_written_down(trade: Trade, deal: Opportunity) -> None:
    edit(trade, deal, subject=" Three pumps ", description="Blue")
    change = Change.objects.get(kind="opportunity", record_id=deal.pk, version=2)
    assert change.before == {"subject": "Two pumps", "description": ""}
    assert change.after == {"subject": "Three pumps", "description": "Blue"}


def test_what_is_as_it_was_is_no_change(trade: Trade, deal: Opportunity) -> None:
    assert edit(trade, deal, subject="Two pumps", estimated_value="1000.00").version == 1


def test_nothing_is_changed_when_one_field_is_wrong(trade: Trade, deal: Opportunity) -> None:
    assert wrong(trade, deal, subject="Three pumps", budget="-1") == {"budget"}
    assert Opportunity.objects.get(pk=deal.pk).subject == "Two pumps"


def test_a_deal_cannot_lose_its_subject(trade: Trade, deal: Opportunity) -> None:
    assert wrong(trade, deal, subject="") == {"subject"}


@pytest.mark.parametrize(
    "fields",
    [
        {"estimated_value": "2000"},
        {"chance": "33"},
        {"probability": "33"},
        {"estimated_close_on": "2026-06-01"},
        {"forecast_category": "committed"},
    ],
)
def test_a_change_that_numbers_are_made_of_appends_an_entry(
    trade: Trade, deal: Opportunity, fields: dict[str, Any]
) -> None:
    edit(trade, deal, **fields)
    assert [parts(entry, "move", "is_current") for entry in entries_of(deal)] == [
        ("created", False),
        ("edited", True),
    ]


def test_a_change_of_customer_appends_an_entry(trade: Trade, deal: Opportunity) -> None:
    edit(trade, deal, contact_id=trade.company.contact().pk)
    assert len(entries_of(deal)) == 2


def test_any_other_change_appends_none(trade: Trade, deal: Opportunity) -> None:
    edit(trade, deal, subject="Three pumps", budget="5", decision_on="2026-06-01", on_hold=True)
    assert len(entries_of(deal)) == 1


def test_giving_one_kind_of_customer_takes_the_other_away(trade: Trade, deal: Opportunity) -> None:
    contact = trade.company.contact()
    assert edit(trade, deal, contact_id=contact.pk).customer_ref == contact.ref
    assert edit(trade, deal, account_id=trade.account.pk).customer_ref == trade.account.ref


def test_a_deal_keeps_exactly_one_customer(trade: Trade, deal: Opportunity) -> None:
    contact = trade.company.contact()
    assert wrong(trade, deal, account_id=None) == {"customer"}
    assert wrong(trade, deal, account_id=trade.account.pk, contact_id=contact.pk) == {"customer"}


def test_a_customer_one_cannot_see_does_not_exist(trade: Trade, deal: Opportunity) -> None:
    hidden = trade.company.account("Hidden", owner=trade.company.dan)
    person = trade.company.contact(owner=trade.company.dan)
    assert wrong(trade, deal, account_id=hidden.pk) == {"customer"}
    assert wrong(trade, deal, primary_contact_id=person.pk) == {"primary_contact_id"}


def test_typing_the_chance_makes_it_typed(trade: Trade, deal: Opportunity) -> None:
    edited = edit(trade, deal, chance="16.555")
    assert parts(edited, "chance", "probability", "probability_source") == (
        Decimal("16.56"),
        Decimal("16.56"),
        "typed",
    )


def test_the_process_takes_the_chance_back(trade: Trade, deal: Opportunity) -> None:
    edit(trade, deal, chance="33")
    back = actions.use_process_chance(trade.alice, deal.pk)
    assert parts(back, "chance", "probability", "probability_source") == (20, 20, "process")


def test_a_probability_that_is_calculated_cannot_be_typed(trade: Trade) -> None:
    process = process_with(stage("a", 50, 40, is_default=True), method="add")
    deal = trade.deal(process_id=process.id)
    assert wrong(trade, deal, probability=30) == {"probability"}
    assert edit(trade, deal, chance=20).probability == 30


def test_a_probability_that_people_type_is_typed(trade: Trade) -> None:
    process = process_with(stage("a", 50, 40, is_default=True), stage("b", 60), method="typed")
    deal = trade.deal(process_id=process.id, estimated_value=100)
    assert parts(deal, "chance", "probability", "expected") == (50, None, 0)
    assert parts(edit(trade, deal, probability="12.3456"), "chance", "probability") == (
        50,
        Decimal("12.3456"),
    )
    assert actions.move(trade.alice, deal.pk, wish="next").probability == Decimal("12.3456")


def test_an_amount_counts_at_the_rate_of_the_day_it_was_set(trade: Trade) -> None:
    set_rate(SYSTEM, code="USD", rate=Decimal(2), valid_from=date(2026, 1, 1))
    set_rate(SYSTEM, code="USD", rate=Decimal(4), valid_from=date(2026, 3, 5))
    with clock.stopped_at(NOON - days(9)):
        deal = trade.deal(currency="USD", estimated_value=100)
    assert edit(trade, deal, subject="Three pumps").value_base == 50, "never revalued silently"
    assert edit(trade, deal, estimated_value=200).value_base == 50


def test_a_change_of_currency_takes_its_rate(trade: Trade, deal: Opportunity) -> None:
    set_rate(SYSTEM, code="USD", rate=Decimal(4), valid_from=date(2026, 1, 1))
    assert parts(edit(trade, deal, currency="USD"), "value", "value_base") == (1000, 250)


def test_a_change_to_a_currency_without_rate_is_refused(trade: Trade, deal: Opportunity) -> None:
    with pytest.raises(Refused) as refused:
        edit(trade, deal, currency="USD")
    assert refused.value.code == "missing_rate"
    assert wrong(trade, deal, currency="XXX") == {"currency"}


def test_a_deal_is_given_to_somebody_else(trade: Trade, deal: Opportunity) -> None:
    bob = id_of(trade.company.bob)
    assert actions.assign(trade.alice, deal.pk, owner_id=bob).owner_id == bob
    with pytest.raises(NotPermitted):
        actions.assign(trade.alice, deal.pk, owner_id=id_of(trade.alice))


def test_a_deal_is_given_to_people_who_are_there(trade: Trade, deal: Opportunity) -> None:
    assert wrong(trade, deal, owner_id=10**6) == {"owner_id"}
    assert wrong(trade, deal, owner_id=None) == {"owner_id"}


@pytest.mark.parametrize("who", ["bob", "rita"])
def test_who_may_only_read_changes_nothing(trade: Trade, deal: Opportunity, who: str) -> None:
    actor: Actor = getattr(trade.company, who)
    with pytest.raises(NotPermitted):
        actions.edit(actor, deal.pk, {"subject": "Mine"})


def test_who_does_not_see_a_deal_finds_none(trade: Trade, deal: Opportunity) -> None:
    with pytest.raises(NotFound):
        actions.edit(trade.company.dan, deal.pk, {"subject": "Mine"})


def test_a_token_for_reading_changes_nothing(trade: Trade, deal: Opportunity) -> None:
    with pytest.raises(NotPermitted):
        actions.edit(by_token(trade.alice, "opportunity:read"), deal.pk, {"subject": "Mine"})
    by = by_token(trade.alice, "opportunity:write")
    assert actions.edit(by, deal.pk, {"subject": "Mine"}).subject == "Mine"


def test_two_peoples_changes_of_different_fields_merge(trade: Trade, deal: Opportunity) -> None:
    actions.edit(trade.company.carol, deal.pk, {"description": "Urgent"}, version=1)
    edited = edit(trade, deal, subject="Three pumps", version=1)
    assert parts(edited, "description", "subject", "version") == ("Urgent", "Three pumps", 3)


def test_two_peoples_changes_of_one_field_are_a_conflict_that_shows_both(
    trade: Trade, deal: Opportunity
) -> None:
    actions.edit(trade.company.carol, deal.pk, {"subject": "Four pumps"}, version=1)
    with pytest.raises(Conflict) as conflict:
        edit(trade, deal, subject="Three pumps", version=1)
    assert conflict.value.data == {"version": 2, "by": "Carol", "changes": {"subject": "Four pumps"}}


def test_two_peoples_changes_of_one_facet_are_a_conflict(trade: Trade, deal: Opportunity) -> None:
    set_rate(SYSTEM, code="USD", rate=Decimal(4), valid_from=date(2026, 1, 1))
    actions.edit(trade.company.carol, deal.pk, {"currency": "USD"}, version=1)
    with pytest.raises(Conflict):
        edit(trade, deal, estimated_value="5", version=1)
    actions.move(trade.company.carol, deal.pk, wish="next", version=2)
    with pytest.raises(Conflict):
        edit(trade, deal, chance="5", version=2)


def test_two_people_who_type_the_same_agree(trade: Trade, deal: Opportunity) -> None:
    actions.edit(trade.company.carol, deal.pk, {"subject": "Three pumps"}, version=1)
    assert edit(trade, deal, subject="Three pumps", version=1).version == 2


def test_a_version_that_does_not_exist_is_a_conflict(trade: Trade, deal: Opportunity) -> None:
    with pytest.raises(Conflict):
        edit(trade, deal, subject="Three pumps", version=9)


def a_tick(trade: Trade) -> int:
    """A tick of the first stage."""
    return next(step.id for step in trade.sales.stages[0].steps if step.what == "tick")


def test_a_step_is_ticked_and_the_tick_is_taken_away(trade: Trade, deal: Opportunity) -> None:
    assert actions.mark_step(trade.alice, deal.pk, a_tick(trade)).is_done
    assert not actions.mark_step(trade.alice, deal.pk, a_tick(trade), is_done=False).is_done


def test_taking_away_a_tick_that_is_not_there_is_no_change(trade: Trade, deal: Opportunity) -> None:
    assert not actions.mark_step(trade.alice, deal.pk, a_tick(trade), is_done=False).is_done
    assert not Change.objects.filter(kind="step_mark").exists()


def test_only_ticks_of_the_deals_process_are_ticked(trade: Trade, deal: Opportunity) -> None:
    field_step = next(step.id for step in trade.sales.stages[0].steps if step.what == "field")
    for step in (field_step, 10**6):
        with pytest.raises(NotFound):
            actions.mark_step(trade.alice, deal.pk, step)


def test_a_deal_is_shared_to_read_or_to_change(trade: Trade, deal: Opportunity) -> None:
    dan = trade.company.dan
    actions.share_deal(trade.alice, deal.pk, user_id=id_of(dan))
    with pytest.raises(NotPermitted):
        actions.edit(dan, deal.pk, {"subject": "Ours"})
    actions.share_deal(trade.alice, deal.pk, user_id=id_of(dan), may_write=True)
    assert actions.edit(dan, deal.pk, {"subject": "Ours"}).subject == "Ours"
    assert Share.objects.count() == 1


def test_a_deal_is_shared_with_one_person_or_one_team(trade: Trade, deal: Opportunity) -> None:
    both: dict[str, Any] = {"user_id": id_of(trade.company.dan), "team_id": trade.company.farmers.pk}
    nobody: list[dict[str, Any]] = [{"user_id": 10**6}, {"team_id": 10**6}]
    for whom in ({}, both, *nobody):
        with pytest.raises(Invalid):
            actions.share_deal(trade.alice, deal.pk, **whom)
    actions.share_deal(trade.alice, deal.pk, team_id=trade.company.farmers.pk, may_write=True)
    assert actions.edit(trade.company.dan, deal.pk, {"subject": "Ours"}).subject == "Ours"


def test_only_who_may_share_a_deal_shares_it(trade: Trade, deal: Opportunity) -> None:
    with pytest.raises(NotPermitted):
        actions.share_deal(trade.company.bob, deal.pk, user_id=id_of(trade.company.dan))


def test_what_a_gate_asked_for_is_filled_in_with_the_move_or_not_at_all(
    trade: Trade, deal: Opportunity
) -> None:
    filled: dict[str, Any] = {"fields": {"budget": "900", "chance": "33"}, "ticked": [a_tick(trade)]}
    with pytest.raises(Refused):
        actions.complete_and_move(trade.alice, deal.pk, **filled, wish="start", version=1)
    assert Opportunity.objects.get(pk=deal.pk).version == 1
    moved = actions.complete_and_move(trade.alice, deal.pk, **filled, wish="next", version=1)
    assert parts(moved, "stage_id", "budget", "chance") == (trade.sales.stages[1].id, 900, 33)
