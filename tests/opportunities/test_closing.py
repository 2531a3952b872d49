"""Closing a deal as won or lost: every refusal, and what a closing does (domain.md §2.9)."""

from datetime import date
from decimal import Decimal
from typing import Any

import pytest

from opportune.activities.models import Task
from opportune.customers.models import Account
from opportune.kernel import clock
from opportune.kernel.errors import Conflict, Invalid, NotFound, NotPermitted, Refused
from opportune.kernel.registries import facts
from opportune.ledger.undo import undo
from opportune.opportunities import actions
from opportune.opportunities.filters import OpportunityFilter
from opportune.opportunities.models import Opportunity
from opportune.opportunities.queries import offered_closing, opportunities
from opportune.process.actions import add_step
from opportune.reference.actions import add_close_reason, set_rate
from opportune.reference.models import CloseReason
from tests.deals import (
    NOON,
    SYSTEM,
    TODAY,
    Trade,
    days,
    entries_of,
    id_of,
    last_change_set,
    parts,
    process_with,
    stage,
)

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("march")]

RIGHT: dict[str, Any] = {"outcome": "won", "reason": "PRICE_W", "on": TODAY}


@pytest.fixture
def deal(trade: Trade) -> Opportunity:
    """A deal of the first of March, worth 1,000."""
    with clock.stopped_at(NOON - days(9)):
        return trade.deal(estimated_value="1000")


def close(trade: Trade, deal: Opportunity, **given: Any) -> Opportunity:
    """Alice closes a deal, as won for its price today unless said otherwise."""
    return actions.close(trade.alice, deal.pk, **{**RIGHT, **given})


def wrong(trade: Trade, deal: Opportunity, **given: Any) -> set[str]:
    """The fields a closing finds fault with."""
    with pytest.raises(Invalid) as invalid:
        close(trade, deal, **given)
    return set(invalid.value.fields)


def test_a_won_deal_is_certain_and_worth_what_was_signed(trade: Trade, deal: Opportunity) -> None:
    won = close(trade, deal, actual_value="1100")
    assert parts(won, "status", "closed_on", "value", "expected") == ("won", TODAY, 1100, 1100)
    assert parts(won, "chance", "completed", "probability") == (100, 100, 100)


def test_a_lost_deal_keeps_its_value_and_expects_nothing(trade: Trade, deal: Opportunity) -> None:
    lost = close(trade, deal, outcome="lost", reason="PRICE_L", actual_value="5")
    assert parts(lost, "status", "value", "actual_value", "expected") == ("lost", 1000, None, 0)
    assert parts(lost, "chance", "completed", "probability") == (0, 100, 0)


def test_the_actual_value_is_the_estimated_one_unless_given(trade: Trade, deal: Opportunity) -> None:
    assert close(trade, deal).actual_value == 1000


def test_a_deal_that_was_never_started_can_be_closed(trade: Trade) -> None:
    deal = trade.deal(stage_id=None, estimated_value=5)
    assert (close(trade, deal).status, deal.stage_id) == ("won", None)


def test_all_that_is_wrong_with_the_form_is_said_at_once_before_the_rules(
    trade: Trade, deal: Opportunity
) -> None:
    deal = trade.deal(estimated_value=None)
    faults: dict[str, Any] = {"outcome": "maybe", "reason": "", "on": None, "actual_value": None}
    assert wrong(trade, deal, **faults) == {"outcome"}
    assert wrong(trade, deal, **{**faults, "outcome": "won"}) == {"reason", "on"}
    assert wrong(trade, deal, reason="", actual_value=0) == {"reason"}
    assert wrong(trade, deal, reason="NONSENSE", on=date(2026, 3, 11)) == {"reason", "on"}
    assert wrong(trade, deal, reason="PRICE_L", on="soon", actual_value="much") == {
        "reason",
        "on",
        "actual_value",
    }
    assert wrong(trade, deal, outcome="lost", reason="", on=date(2026, 3, 1)) == {"reason", "on"}
    assert wrong(trade, deal, on=date(2026, 3, 11)) == {"on"}
    with pytest.raises(Refused) as refused:
        close(trade, deal)
    assert refused.value.code == "confirm_zero"
    assert close(trade, deal, confirm_zero=True).status == "won"


def test_a_reason_must_fit_the_outcome(trade: Trade, deal: Opportunity) -> None:
    assert wrong(trade, deal, outcome="lost", reason="PRICE_W") == {"reason"}
    assert close(trade, deal, outcome="lost", reason="PRICE_L").close_reason_id is not None


def test_the_reason_for_imports_is_never_chosen(trade: Trade, deal: Opportunity) -> None:
    assert wrong(trade, deal, reason="NOT_RECORDED") == {"reason"}


def test_a_reason_that_fits_both_outcomes_closes_either(trade: Trade, deal: Opportunity) -> None:
    CloseReason.objects.filter(code="NOT_RECORDED").update(is_offered=True)
    assert close(trade, deal, outcome="lost", reason="NOT_RECORDED").status == "lost"


def test_a_reason_is_added_in_place(trade: Trade, deal: Opportunity) -> None:
    added = add_close_reason(trade.alice, outcome="won", name="Long friendship")
    assert close(trade, deal, reason=added.code).close_reason_id == added.pk


def test_the_date_lies_between_the_last_stage_move_and_today(trade: Trade, deal: Opportunity) -> None:
    actions.move(trade.alice, deal.pk, wish="next", on=date(2026, 3, 5))
    assert wrong(trade, deal, on=date(2026, 3, 4)) == {"on"}
    assert wrong(trade, deal, on=date(2026, 3, 11)) == {"on"}
    assert close(trade, deal, on=date(2026, 3, 5)).closed_on == date(2026, 3, 5)


def test_an_edit_does_not_keep_a_closing_from_an_earlier_day(trade: Trade, deal: Opportunity) -> None:
    actions.edit(trade.alice, deal.pk, {"estimated_value": "7"})
    assert close(trade, deal, on=date(2026, 3, 2)).closed_on == date(2026, 3, 2)


def test_an_undone_move_does_not_keep_a_closing_from_an_earlier_day(trade: Trade, deal: Opportunity) -> None:
    moved = last_change_set(actions.move, trade.alice, deal.pk, wish="next")
    undo(trade.alice, moved)
    assert close(trade, deal, on=date(2026, 3, 2)).closed_on == date(2026, 3, 2)


def test_a_reopened_deal_can_be_closed_with_its_old_date(trade: Trade, deal: Opportunity) -> None:
    close(trade, deal, outcome="lost", reason="PRICE_L", on=date(2026, 3, 2))
    actions.reopen(trade.alice, deal.pk)
    assert close(trade, deal, on=date(2026, 3, 2)).closed_on == date(2026, 3, 2)


@pytest.mark.parametrize("value", ["-1", "much", 10**12])
def test_the_actual_value_is_an_amount(trade: Trade, deal: Opportunity, value: Any) -> None:
    assert wrong(trade, deal, actual_value=value) == {"actual_value"}


def test_a_win_worth_nothing_is_confirmed(trade: Trade, deal: Opportunity) -> None:
    with pytest.raises(Refused) as refused:
        close(trade, deal, actual_value=0)
    assert refused.value.code == "confirm_zero"
    assert close(trade, deal, actual_value=0, confirm_zero=True).value == 0


def test_a_loss_worth_nothing_needs_no_confirmation(trade: Trade) -> None:
    assert close(trade, trade.deal(), outcome="lost", reason="PRICE_L").status == "lost"


def test_a_demanding_process_refuses_a_win_worth_nothing_confirmed_or_not(trade: Trade) -> None:
    demanding = process_with(stage("a"), key="demanding", estimates_required=True)
    deal = trade.deal(process_id=demanding.id)
    assert wrong(trade, deal, confirm_zero=True) == {"actual_value"}
    assert close(trade, deal, actual_value=1).status == "won"


def test_open_quotes_stand_in_the_way(
    trade: Trade, deal: Opportunity, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(facts, "open_quotes", lambda asked: ["Q-1"] if asked == deal.pk else [])
    with pytest.raises(Refused) as refused:
        close(trade, deal)
    assert (refused.value.code, refused.value.data["quotes"]) == ("open_quotes", ["Q-1"])
    assert close(trade, trade.deal(estimated_value=1)).status == "won"


def test_a_deal_is_closed_once(trade: Trade, deal: Opportunity) -> None:
    close(trade, deal)
    with pytest.raises(Conflict) as conflict:
        close(trade, deal)
    assert conflict.value.code == "closed"


def test_only_those_who_may_change_a_deal_close_it(trade: Trade, deal: Opportunity) -> None:
    with pytest.raises(NotPermitted):
        actions.close(trade.company.bob, deal.pk, **RIGHT)
    with pytest.raises(NotFound):
        actions.close(trade.company.dan, deal.pk, **RIGHT)
    assert actions.close(trade.company.carol, deal.pk, **RIGHT).status == "won"


def open_tasks(deal: Opportunity) -> int:
    """How many tasks about a deal are open."""
    return Task.objects.filter(about_id=deal.pk, state=Task.State.OPEN).count()


@pytest.mark.parametrize(("cancel", "left"), [(True, 0), (False, 2)])
def test_open_tasks_are_cancelled_unless_they_are_to_stay(trade: Trade, cancel: bool, left: int) -> None:
    process = process_with(stage("a"), key="tasks")
    for name in ("Call", "Write"):
        add_step(SYSTEM, process.stages[0].id, what="task", name_en=name, name_fr=name)
    deal = trade.deal(process_id=process.id, stage_id=process.stages[0].id, estimated_value=1)
    close(trade, deal, cancel_open_tasks=cancel)
    assert open_tasks(deal) == left


def test_a_win_counts_at_the_rate_of_its_date(trade: Trade) -> None:
    set_rate(SYSTEM, code="USD", rate=Decimal(2), valid_from=date(2026, 1, 1))
    set_rate(SYSTEM, code="USD", rate=Decimal(4), valid_from=date(2026, 3, 5))
    with clock.stopped_at(NOON - days(9)):
        deal = trade.deal(currency="USD", estimated_value=100)
    won = close(trade, deal, on=date(2026, 3, 6))
    assert parts(won, "rate", "value_base") == (4, 25)


def test_a_loss_keeps_the_rate_of_its_amount(trade: Trade) -> None:
    set_rate(SYSTEM, code="USD", rate=Decimal(2), valid_from=date(2026, 1, 1))
    deal = trade.deal(currency="USD", estimated_value=100)
    set_rate(SYSTEM, code="USD", rate=Decimal(4), valid_from=date(2026, 1, 2))
    assert close(trade, deal, outcome="lost", reason="PRICE_L").value_base == 50


def customer_since(trade: Trade) -> date | None:
    """Since when the account has bought."""
    return Account.objects.get(pk=trade.account.pk).customer_since


def test_winning_makes_a_customer_whoever_may_change_the_account(trade: Trade) -> None:
    deal = trade.deal(owner=trade.company.bob, estimated_value=1)
    won = last_change_set(actions.close, trade.company.bob, deal.pk, **RIGHT)
    assert customer_since(trade) == TODAY
    undo(trade.company.bob, won)
    assert customer_since(trade) is None


def test_losing_makes_no_customer(trade: Trade, deal: Opportunity) -> None:
    close(trade, deal, outcome="lost", reason="PRICE_L")
    assert customer_since(trade) is None


def test_a_closing_writes_one_entry(trade: Trade, deal: Opportunity) -> None:
    close(trade, deal, on=date(2026, 3, 4))
    [created, won] = entries_of(deal)
    assert (created.is_current, won.is_current) == (False, True)
    assert parts(won, "move", "status", "on", "value") == ("won", "won", date(2026, 3, 4), 1000)


def test_closed_is_read_only(trade: Trade, deal: Opportunity) -> None:
    close(trade, deal)
    tick = next(step for step in trade.sales.stages[0].steps if step.what == "tick")
    for command in (
        lambda: actions.edit(trade.alice, deal.pk, {"subject": "Three pumps"}),
        lambda: actions.move(trade.alice, deal.pk, wish="next"),
        lambda: actions.assign(trade.alice, deal.pk, owner_id=id_of(trade.company.bob)),
        lambda: actions.mark_step(trade.alice, deal.pk, tick.id),
        lambda: actions.use_process_chance(trade.alice, deal.pk),
    ):
        with pytest.raises(Conflict) as conflict:
            command()
        assert conflict.value.code == "closed"


def test_an_administrator_hands_a_closed_deal_over(trade: Trade, deal: Opportunity) -> None:
    close(trade, deal)
    handed = actions.assign(trade.company.ada, deal.pk, owner_id=id_of(trade.company.bob))
    assert handed.owner_id == trade.company.bob.person_id
    assert entries_of(deal)[-1].owner_id == trade.company.bob.person_id


def test_a_closing_meets_another_persons_move(trade: Trade, deal: Opportunity) -> None:
    actions.move(trade.company.carol, deal.pk, wish="next")
    with pytest.raises(Conflict):
        close(trade, deal, version=1)
    assert close(trade, deal, version=2).status == "won"


def test_a_closing_and_another_persons_edit_of_something_else_merge(trade: Trade, deal: Opportunity) -> None:
    actions.edit(trade.company.carol, deal.pk, {"description": "Urgent"})
    assert close(trade, deal, version=1).status == "won"


def test_a_reason_may_ask_which_competitor_won(trade: Trade, deal: Opportunity) -> None:
    lost: dict[str, Any] = {"outcome": "lost", "reason": "COMPETITOR_L"}
    assert wrong(trade, deal, **lost) == {"lost_to"}
    assert wrong(trade, deal, **lost, lost_to=10**9) == {"lost_to"}
    closed = close(trade, deal, **lost, lost_to="  Globex ")
    assert closed.lost_to is not None
    assert closed.lost_to.name == "Globex"
    second = close(trade, trade.deal(), **lost, lost_to="GLOBEX")
    assert second.lost_to_id == closed.lost_to_id
    third = close(trade, trade.deal(), outcome="lost", reason="PRICE_L", lost_to=closed.lost_to_id)
    assert third.lost_to_id == closed.lost_to_id


def test_a_won_deal_was_lost_to_nobody(trade: Trade, deal: Opportunity) -> None:
    assert wrong(trade, deal, lost_to="Globex") == {"lost_to"}
    assert close(trade, deal).lost_to_id is None


def test_closing_clears_the_reminder_and_undoing_it_brings_it_back(trade: Trade, deal: Opportunity) -> None:
    Opportunity.objects.filter(pk=deal.pk).update(reminder_at=NOON)
    closed = last_change_set(close, trade, deal)
    assert Opportunity.objects.get(pk=deal.pk).reminder_at is None
    undo(trade.alice, closed)
    assert Opportunity.objects.get(pk=deal.pk).reminder_at == NOON


def test_a_closing_is_offered_with_its_only_reason(trade: Trade, deal: Opportunity) -> None:
    offered = offered_closing(trade.alice, deal.pk, "won")
    assert (offered.reason, offered.on, offered.actual_value) == ("", TODAY, Decimal(1000))
    CloseReason.objects.filter(outcome="lost").exclude(code="PRICE_L").update(is_offered=False)
    lost = offered_closing(trade.alice, deal.pk, "lost")
    assert (lost.reason, lost.actual_value) == ("PRICE_L", None)
    with pytest.raises(NotPermitted):
        offered_closing(trade.company.bob, deal.pk, "won")
    with pytest.raises(Invalid):
        offered_closing(trade.alice, deal.pk, "drawn")
    close(trade, deal)
    with pytest.raises(Conflict):
        offered_closing(trade.alice, deal.pk, "won")


def test_a_closed_deal_is_forecast_by_how_it_ended(trade: Trade, deal: Opportunity) -> None:
    close(trade, deal)
    won = OpportunityFilter.read({"forecast_category": "won"}, trade.alice)
    assert [row.forecast for row in opportunities(trade.alice, won).rows] == ["won"]
    pipeline = OpportunityFilter.read({"forecast_category": "pipeline"}, trade.alice)
    assert opportunities(trade.alice, pipeline).rows == []
    again = actions.reopen(trade.alice, deal.pk)
    with pytest.raises(Invalid):
        actions.edit(trade.alice, again.pk, {"forecast_category": "won"})
