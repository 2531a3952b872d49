"""A deal put into a month of the forecast: the date it gets, and what refuses it."""

from datetime import date

import pytest

from opportune.kernel.errors import Conflict, Invalid, NotFound, NotPermitted
from opportune.ledger.undo import undo
from opportune.opportunities import actions
from opportune.opportunities.destinations import month_refusals
from opportune.opportunities.models import Opportunity
from opportune.opportunities.months import close_lanes
from tests.deals import SYSTEM, TODAY, Trade, last_change_set
from tests.doors.callers import CommandLine, caller

pytestmark = pytest.mark.django_db


@pytest.fixture
def deal(march: None, trade: Trade) -> Opportunity:
    """A deal of Alice's that closes on 15 April."""
    return trade.deal(estimated_close_on=date(2026, 4, 15))


def close_of(deal: Opportunity) -> date | None:
    return Opportunity.objects.get(pk=deal.pk).estimated_close_on


def test_the_date_follows_from_the_one_the_locked_deal_has(trade: Trade, deal: Opportunity) -> None:
    actions.edit(trade.company.carol, deal.pk, {"estimated_close_on": date(2026, 5, 5)})
    put = actions.put_into_month(trade.alice, deal.pk, "2026-06")
    assert put.estimated_close_on == close_of(deal) == date(2026, 6, 5)
    assert actions.put_into_month(trade.alice, deal.pk, "none").estimated_close_on is None


def test_it_is_one_change_that_is_undone(trade: Trade, deal: Opportunity) -> None:
    undo(trade.alice, last_change_set(actions.put_into_month, trade.alice, deal.pk, "2026-06"))
    assert close_of(deal) == date(2026, 4, 15)


def test_who_saw_another_date_meets_a_conflict(trade: Trade, deal: Opportunity) -> None:
    actions.edit(trade.company.carol, deal.pk, {"estimated_close_on": date(2026, 5, 5)})
    with pytest.raises(Conflict):
        actions.put_into_month(trade.alice, deal.pk, "2026-06", version=deal.version)
    assert close_of(deal) == date(2026, 5, 5)


def test_who_may_not_write_puts_nothing(trade: Trade, deal: Opportunity) -> None:
    with pytest.raises(NotPermitted):
        actions.put_into_month(trade.company.rita, deal.pk, "2026-06")
    with pytest.raises(NotFound):
        actions.put_into_month(trade.company.dan, deal.pk, "2026-06")
    assert close_of(deal) == date(2026, 4, 15)


@pytest.mark.parametrize("close", [date(2026, 1, 5), date(2026, 4, 15), date(2028, 1, 1), None])
def test_lanes_say_of_a_held_card_what_the_action_says(trade: Trade, march: None, close: date | None) -> None:
    deal = trade.deal(estimated_close_on=close)
    said = month_refusals(trade.alice, deal.pk, TODAY)
    for lane in close_lanes(TODAY):
        actions.edit(SYSTEM, deal.pk, {"estimated_close_on": close})
        if lane.key not in said:
            actions.put_into_month(trade.alice, deal.pk, lane.key)
            continue
        with pytest.raises(Invalid) as refusal:
            actions.put_into_month(trade.alice, deal.pk, lane.key)
        assert refusal.value.message == said[lane.key]


def test_api_and_command_line_put_it_as_well(
    trade: Trade, deal: Opportunity, command_line: CommandLine
) -> None:
    answer = caller(trade.alice).ask("put", f"/opportunities/{deal.pk}/month", {"month": "2026-06"})
    assert (answer.status, answer.json["estimated_close_on"]) == (200, "2026-06-15")
    words = ("opportunities", "put-into-month", deal.pk, "2026-07", "--actor", "alice@example.com")
    assert command_line(*words).code == 0
    assert close_of(deal) == date(2026, 7, 15)
