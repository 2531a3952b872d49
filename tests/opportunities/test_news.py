"""What has changed on a screen of deals since it was read, for those who may see it and nobody else."""

from collections.abc import Iterator
from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from opportune.identity.actor import Actor
from opportune.kernel import clock
from opportune.opportunities import actions
from opportune.opportunities.filters import OpportunityFilter
from opportune.opportunities.models import Opportunity
from opportune.opportunities.queries import News, arrived, colleagues, news, places
from opportune.opportunities.queries.news import MUCH
from tests.deals import NOON, SYSTEM, Trade

pytestmark = pytest.mark.django_db

NONE: frozenset[str] = frozenset()
LATER = NOON + timedelta(hours=1)


@pytest.fixture
def deal(march: None, trade: Trade) -> Opportunity:
    """A deal of Alice's that nobody has touched for an hour."""
    return trade.deal()


@pytest.fixture
def later(deal: Opportunity) -> Iterator[None]:
    """An hour later."""
    with clock.stopped_at(LATER):
        yield


def told(actor: Actor, *shown: Opportunity) -> News:
    """What is new to somebody who has had these deals on the screen since an hour later."""
    return news(actor, {one.pk: one.version for one in shown}, LATER)


@pytest.mark.usefixtures("later")
def test_nothing_is_new_while_nobody_changes_anything(trade: Trade, deal: Opportunity) -> None:
    assert not told(trade.alice, deal).is_new(NONE)


@pytest.mark.usefixtures("later")
def test_a_change_is_new_until_it_is_shown(trade: Trade, deal: Opportunity) -> None:
    actions.edit(trade.company.carol, deal.pk, {"priority": "high"})
    found = told(trade.alice, deal)
    assert found.changed == found.touched == {deal.pk}
    assert not found.gone
    assert found.is_new(NONE)
    deal.refresh_from_db()
    assert not told(trade.alice, deal).is_new(found.marks)


@pytest.mark.usefixtures("later")
def test_what_hangs_on_a_deal_is_noticed_though_its_version_stays(trade: Trade, deal: Opportunity) -> None:
    actions.add_rival(trade.company.carol, deal.pk, name="Borealis")
    found = told(trade.alice, deal)
    assert not found.changed
    assert found.touched == {deal.pk}
    assert found.is_new(NONE)


@pytest.mark.usefixtures("later")
def test_a_new_deal_is_noticed_by_those_who_see_it(trade: Trade, deal: Opportunity) -> None:
    made = trade.deal("Spare parts")
    assert told(trade.company.carol, deal).touched == {made.pk}
    assert told(trade.company.dan) == News(frozenset(), frozenset(), frozenset(), NONE)


@pytest.mark.usefixtures("later")
def test_to_a_stranger_nothing_tells_that_a_deal_was_touched(trade: Trade, deal: Opportunity) -> None:
    before = told(trade.company.dan, deal)
    actions.edit(trade.alice, deal.pk, {"priority": "high"})
    assert told(trade.company.dan, deal) == before
    assert before.gone == {deal.pk}


@pytest.mark.usefixtures("later")
def test_a_deal_given_out_of_sight_is_gone(trade: Trade, deal: Opportunity) -> None:
    actions.edit(trade.company.ada, deal.pk, {"owner_id": trade.company.dan.person_id})
    found = told(trade.alice, deal)
    assert found.gone == {deal.pk}
    assert not found.touched


@pytest.mark.usefixtures("later")
def test_a_deal_in_the_bin_is_gone(trade: Trade, deal: Opportunity) -> None:
    trade.won(deal)
    actions.delete_opportunity(trade.company.ada, deal.pk)
    assert told(trade.alice, deal).gone == {deal.pk}


@pytest.mark.usefixtures("later")
def test_what_was_committed_late_is_not_missed(trade: Trade, deal: Opportunity) -> None:
    with clock.stopped_at(LATER - timedelta(seconds=20)):
        late = trade.deal("Begun before the page was read")
    assert told(trade.alice, deal).touched == {late.pk}


@pytest.mark.usefixtures("later")
def test_very_many_changes_are_much_to_those_who_see_them(trade: Trade, deal: Opportunity) -> None:
    made = {trade.deal(f"Pump {number}").pk for number in range(4)}
    assert news(trade.alice, {}, LATER, few=4).touched == made
    assert news(trade.alice, {deal.pk: 7}, LATER, few=3) == MUCH
    assert news(trade.company.dan, {}, LATER, few=3) == News(frozenset(), frozenset(), frozenset(), NONE)
    assert MUCH.is_new(NONE)
    assert not MUCH.is_new(MUCH.marks)


def test_no_more_than_a_few_of_those_touched_are_read(trade: Trade, deal: Opportunity) -> None:
    with clock.stopped_at(LATER):
        for number in range(3):
            trade.deal(f"Pump {number}")
        with CaptureQueriesContext(connection) as queries:
            news(trade.alice, {}, LATER, few=2)
    assert all("LIMIT 3" in query["sql"] for query in queries)


def test_what_was_read_more_than_a_day_ago_is_old(trade: Trade, deal: Opportunity) -> None:
    with clock.stopped_at(NOON + timedelta(days=1)):
        assert news(trade.alice, {}, NOON) != MUCH
    with clock.stopped_at(NOON + timedelta(days=1, seconds=1)):
        assert news(trade.alice, {}, NOON) == MUCH


@pytest.mark.usefixtures("later")
def test_colleagues_are_named_and_oneself_is_not(trade: Trade, deal: Opportunity) -> None:
    other = trade.deal("Spare parts")
    actions.edit(trade.company.carol, deal.pk, {"priority": "high"})
    assert colleagues(trade.alice, [deal.pk, other.pk], LATER) == {deal.pk: "Carol"}


@pytest.mark.usefixtures("later")
def test_only_what_a_board_or_a_list_has_counts_there(trade: Trade, deal: Opportunity) -> None:
    high = trade.deal("Spare parts", priority="high", stage_id=trade.sales.stages[1].id)
    wanted = OpportunityFilter.read({"priority": "high"}, trade.alice)
    ids = [deal.pk, high.pk]
    assert arrived(trade.alice, wanted, LATER, []) == 1
    assert arrived(trade.alice, wanted, LATER, [high.pk]) == 0
    assert places(trade.alice, trade.sales, wanted, ids) == {high.pk: trade.sales.stages[1].id}
    trade.won(high)
    assert places(trade.alice, trade.sales, wanted, ids) == {}
    assert arrived(trade.company.dan, wanted, LATER, []) == 0


@pytest.mark.usefixtures("later")
def test_more_deals_need_no_more_queries(trade: Trade, deal: Opportunity) -> None:
    def asked(shown: list[Opportunity]) -> int:
        with CaptureQueriesContext(connection) as queries:
            told(trade.alice, *shown)
        return len(queries)

    with clock.stopped_at(NOON + timedelta(minutes=1)):
        more = [trade.deal(f"Pump {number}") for number in range(5)]
    assert asked([deal]) == asked(more) == 2
    actions.edit(SYSTEM, deal.pk, {"priority": "high"})
    assert asked([deal]) == 2
