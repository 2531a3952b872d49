"""Reminders of deals: when they are due, for whom, and putting them off (C-048, C-049)."""

from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest

from opportune.identity.actions import change_preferences
from opportune.identity.actor import Actor
from opportune.kernel import clock
from opportune.kernel.errors import Conflict, Invalid, NotPermitted, Refused
from opportune.ledger.undo import undo
from opportune.opportunities import actions
from opportune.opportunities.models import Opportunity
from opportune.opportunities.queries import due, due_count
from opportune.reference.actions import change_setting
from tests.deals import NOON, SYSTEM, Trade, last_change_set
from tests.people import again

pytestmark = pytest.mark.usefixtures("march")


def reminded(actor: Actor, at: datetime) -> list[str]:
    """What somebody is reminded of at an instant."""
    found = [reminder.subject for reminder in due(actor, at)]
    assert due_count(actor, at) == len(found)
    return found


@pytest.mark.parametrize(
    ("typed", "instant"),
    [
        ("2026-11-23", datetime(2026, 11, 23, 8, tzinfo=UTC)),
        ("2026-07-01", datetime(2026, 7, 1, 7, tzinfo=UTC)),
        ("2026-11-23T17:30", datetime(2026, 11, 23, 16, 30, tzinfo=UTC)),
        ("2026-11-23 17:30", datetime(2026, 11, 23, 16, 30, tzinfo=UTC)),
        ("2026-11-23T17:30:00Z", datetime(2026, 11, 23, 17, 30, tzinfo=UTC)),
        ("2026-11-23T17:30+02:00", datetime(2026, 11, 23, 15, 30, tzinfo=UTC)),
        (date(2026, 11, 23), datetime(2026, 11, 23, 8, tzinfo=UTC)),
        ("", None),
        (None, None),
    ],
)
def test_a_reminder_is_an_instant_of_the_persons_day(trade: Trade, typed: Any, instant: Any) -> None:
    deal = trade.deal(reminder_at=typed)
    deal.refresh_from_db()
    assert deal.reminder_at == instant


@pytest.mark.parametrize("typed", ["soon", "2026-13-01", "2026-11-23T25:00", "9999-12-31", "T09:00", 7, True])
def test_what_is_no_moment_is_refused(trade: Trade, typed: Any) -> None:
    with pytest.raises(Invalid) as refusal:
        trade.deal(reminder_at=typed)
    assert set(refusal.value.fields) == {"reminder_at"}


def test_the_persons_own_zone_counts_and_the_time_of_the_settings(trade: Trade) -> None:
    change_setting(SYSTEM, "reminder_time", "07:30")
    change_preferences(trade.alice, time_zone="America/New_York")
    deal = trade.deal()
    actions.edit(again(trade.alice), deal.pk, {"reminder_at": "2026-11-23"})
    deal.refresh_from_db()
    assert deal.reminder_at == datetime(2026, 11, 23, 12, 30, tzinfo=UTC)
    with pytest.raises(Invalid):
        change_setting(SYSTEM, "reminder_time", "25:00")


def test_it_reminds_the_owner_once_the_time_has_come(trade: Trade) -> None:
    trade.deal(reminder_at="2026-03-11T09:00")
    early, late = datetime(2026, 3, 11, 7, 59, tzinfo=UTC), datetime(2026, 3, 11, 8, tzinfo=UTC)
    assert (reminded(trade.alice, early), reminded(trade.alice, late)) == ([], ["Two pumps"])
    assert reminded(trade.company.ada, late) == []


def test_a_time_that_has_passed_reminds_at_once_the_oldest_first(trade: Trade) -> None:
    trade.deal(reminder_at="2026-03-09")
    trade.deal("Valves", reminder_at="2026-01-01")
    assert reminded(trade.alice, NOON) == ["Valves", "Two pumps"]


def test_a_closed_deal_reminds_nobody(trade: Trade) -> None:
    trade.won(trade.deal(reminder_at="2026-03-09"))
    assert reminded(trade.alice, NOON) == []


def test_a_new_owner_is_the_one_to_remind(trade: Trade) -> None:
    deal = trade.deal(reminder_at="2026-03-09")
    actions.assign(trade.alice, deal.pk, owner_id=trade.company.bob.person_id or 0)
    assert (reminded(trade.alice, NOON), reminded(trade.company.bob, NOON)) == ([], ["Two pumps"])


@pytest.mark.parametrize(
    ("until", "at"),
    [
        ("15m", NOON + timedelta(minutes=15)),
        ("1h", NOON + timedelta(hours=1)),
        ("tomorrow", datetime(2026, 3, 11, 8, tzinfo=UTC)),
    ],
)
def test_a_reminder_is_put_off_and_that_undone(trade: Trade, until: str, at: datetime) -> None:
    deal = trade.deal(reminder_at="2026-03-09")
    snoozed = last_change_set(actions.snooze, trade.alice, deal.pk, until=until)
    assert Opportunity.objects.get().reminder_at == at
    assert reminded(trade.alice, NOON) == []
    undo(trade.alice, snoozed)
    assert reminded(trade.alice, NOON) == ["Two pumps"]


def test_a_reminder_is_dismissed_and_that_undone(trade: Trade) -> None:
    deal = trade.deal(reminder_at="2026-03-09")
    dismissed = last_change_set(actions.dismiss, trade.alice, deal.pk)
    assert reminded(trade.alice, NOON) == []
    with pytest.raises(Refused) as refusal:
        actions.snooze(trade.alice, deal.pk, until="1h")
    assert refusal.value.code == "no_reminder"
    undo(trade.alice, dismissed)
    assert reminded(trade.alice, NOON) == ["Two pumps"]


def test_a_reminder_is_put_off_for_one_of_three_times_by_who_may_change_the_deal(trade: Trade) -> None:
    deal = trade.deal(reminder_at="2026-03-09")
    with pytest.raises(Invalid) as refusal:
        actions.snooze(trade.alice, deal.pk, until="next year")
    assert set(refusal.value.fields) == {"until"}
    with pytest.raises(NotPermitted):
        actions.dismiss(trade.company.bob, deal.pk)
    trade.won(deal)
    with pytest.raises(Conflict):
        actions.dismiss(trade.alice, deal.pk)


def test_reminders_ask_the_clock_they_are_given(trade: Trade) -> None:
    trade.deal(reminder_at=clock.now() + timedelta(seconds=1))
    assert reminded(trade.alice, NOON) == []
    assert reminded(trade.alice, NOON + timedelta(seconds=1)) == ["Two pumps"]
