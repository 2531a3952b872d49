"""The board: exact sums whoever looks, cards by pages, and how it stood on a past day."""

from datetime import UTC, date, datetime, timedelta
from decimal import Decimal

import pytest

from opportune.kernel import clock
from opportune.opportunities import actions
from opportune.opportunities.filters import OpportunityFilter
from opportune.opportunities.queries import Board, board, board_column
from tests.deals import Trade
from tests.people import again

NOON = datetime(2026, 3, 10, 12, tzinfo=UTC)
EVERYTHING = OpportunityFilter()


def told(shown: Board) -> dict[str | None, tuple[int, Decimal, list[str]]]:
    """Each column that has deals: how many, their value, and the subjects of the cards."""
    return {
        column.stage.key if column.stage else None: (
            column.sum.count,
            column.sum.value,
            [card.deal.subject for card in column.cards],
        )
        for column in shown.columns
        if column.sum.count
    }


def test_cards_are_sorted_by_close_and_those_without_one_come_last(trade: Trade) -> None:
    for subject, close in (("Never", None), ("Late", date(2027, 5, 1)), ("Soon", date(2027, 1, 1))):
        trade.deal(subject, estimated_close_on=close, estimated_value="10.50")
    shown = board(trade.alice, trade.sales, EVERYTHING)
    assert told(shown) == {"qualify": (3, Decimal("31.5000"), ["Soon", "Late", "Never"])}
    assert shown.sum.count == 3


def test_a_column_goes_on_where_its_first_page_ended(trade: Trade) -> None:
    for number in range(5):
        trade.deal(f"Deal {number}", estimated_close_on=date(2027, 1, 1) if number < 3 else None)
    [first] = [
        column for column in board(trade.alice, trade.sales, EVERYTHING, limit=2).columns if column.sum.count
    ]
    stage = first.stage.id if first.stage else None
    seen = [card.deal.subject for card in first.cards]
    following = first.next
    while following:
        page = board_column(trade.alice, trade.sales, stage, EVERYTHING, after=following, limit=2)
        seen += [card.deal.subject for card in page.cards]
        following = page.next
    assert seen == [f"Deal {number}" for number in range(5)]


def test_the_past_is_what_the_entries_say_and_the_present_is_not(trade: Trade) -> None:
    first, second = trade.sales.stages[:2]
    with clock.stopped_at(NOON):
        moved = trade.deal("Moved", stage_id=first.id, estimated_value=1000)
        won = trade.deal("Won", stage_id=first.id, estimated_value=500, estimated_close_on=date(2026, 6, 1))
    with clock.stopped_at(NOON + timedelta(days=10)):
        actions.edit(trade.alice, moved.pk, {"estimated_value": 3000})
        actions.move(trade.alice, moved.pk, stage_id=second.id)
        trade.won(won, on=date(2026, 3, 20))
    with clock.stopped_at(NOON + timedelta(days=20)):
        before, between, after = (
            told(board(trade.alice, trade.sales, EVERYTHING, as_of=day))
            for day in (date(2026, 3, 9), date(2026, 3, 19), date(2026, 3, 20))
        )
    assert before == {}
    assert between == {first.key: (2, Decimal("1500.0000"), ["Won", "Moved"])}
    assert after == {second.key: (1, Decimal("3000.0000"), ["Moved"])}
    assert told(board(trade.alice, trade.sales, EVERYTHING)) == after


@pytest.mark.parametrize("who", ["bob", "carol", "dan", "rita", "ada"])
def test_the_past_shows_each_what_they_may_see_today(trade: Trade, who: str) -> None:
    reader = again(getattr(trade.company, who))
    with clock.stopped_at(NOON):
        trade.deal("Hers", estimated_value=100)
        trade.deal("His", owner=trade.company.dan, estimated_value=7)
        binned = trade.deal("Gone", estimated_value=1)
        trade.lost(binned, on=NOON.date())
    actions.delete_opportunity(trade.alice, binned.pk)
    then, now = (board(reader, trade.sales, EVERYTHING, as_of=day) for day in (date(2026, 3, 10), None))
    assert told(then) == told(now)
    visible = {"dan": ["His"], "ada": ["Hers", "His"]}.get(who, ["Hers"])
    assert told(then)["qualify"][2] == visible


def test_a_column_of_the_past_has_pages_too(trade: Trade) -> None:
    with clock.stopped_at(NOON):
        for number in range(3):
            trade.deal(f"Deal {number}", estimated_close_on=date(2026, 9, 1 + number))
    day = date(2026, 3, 10)
    first = next(
        column
        for column in board(trade.alice, trade.sales, EVERYTHING, limit=2, as_of=day).columns
        if column.sum.count
    )
    stage = first.stage.id if first.stage else None
    rest = board_column(trade.alice, trade.sales, stage, EVERYTHING, after=first.next, limit=2, as_of=day)
    assert [card.deal.subject for card in (*first.cards, *rest.cards)] == ["Deal 0", "Deal 1", "Deal 2"]
    assert rest.next is None
