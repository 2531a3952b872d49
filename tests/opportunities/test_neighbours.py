"""The deals beside one in a list: the same as reading the list, in every order, and never one that may not be seen."""

from datetime import date
from decimal import Decimal

import pytest

from opportune.kernel.errors import NotFound
from opportune.opportunities import actions
from opportune.opportunities.filters import SORTS, OpportunityFilter
from opportune.opportunities.queries import neighbours, opportunities
from tests.people import Company

pytestmark = pytest.mark.django_db
CLOSING = (date(2030, 3, 1), None, date(2030, 1, 1), None, date(2030, 3, 1))


@pytest.fixture
def market(company: Company) -> Company:
    """Five deals of Alice's, some with the same day and value, some without."""
    account = company.account()
    for number, day in enumerate(CLOSING):
        subject = ("Pump", "Valve", "Motor")[number % 3]
        fields = {"subject": subject, "account_id": account.pk, "estimated_close_on": day}
        actions.create(company.alice, {**fields, "estimated_value": Decimal(number // 2 * 100)})
    return company


@pytest.mark.parametrize("sign", ["", "-"])
@pytest.mark.parametrize("sort", SORTS)
def test_neighbours_are_those_of_the_list(market: Company, sort: str, sign: str) -> None:
    wanted = OpportunityFilter.read({"sort": sign + sort}, market.alice)
    listed = [row.id for row in opportunities(market.alice, wanted).rows]
    assert len(listed) == len(CLOSING)
    for place, deal_id in enumerate(listed):
        beside = neighbours(market.alice, wanted, deal_id)
        assert beside.previous == (listed[place - 1] if place else None)
        assert beside.next == (listed[place + 1] if place + 1 < len(listed) else None)
        assert (beside.place, beside.of) == (place + 1, len(listed))


def test_a_deal_that_no_longer_matches_has_neighbours_but_no_place(market: Company) -> None:
    wanted = OpportunityFilter.read({"text": "valve", "sort": "subject"}, market.alice)
    everything = OpportunityFilter.read({"sort": "subject"}, market.alice)
    first = opportunities(market.alice, everything).rows[0]
    beside = neighbours(market.alice, wanted, first.id)
    assert (beside.place, beside.of, beside.previous) == (None, None, None)
    assert beside.next in {row.id for row in opportunities(market.alice, wanted).rows}


def test_counting_ends_where_it_would_grow_with_the_list(market: Company) -> None:
    wanted = OpportunityFilter.read({"sort": "subject"}, market.alice)
    listed = [row.id for row in opportunities(market.alice, wanted).rows]
    near = neighbours(market.alice, wanted, listed[1], counted=2)
    assert (near.place, near.of) == (2, None)
    far = neighbours(market.alice, wanted, listed[4], counted=2)
    assert (far.place, far.of, far.previous) == (None, None, listed[3])


def test_nobody_walks_to_a_deal_they_may_not_see(market: Company) -> None:
    wanted = OpportunityFilter.read({}, market.dan)
    hidden = opportunities(market.alice, wanted).rows[0]
    with pytest.raises(NotFound):
        neighbours(market.dan, wanted, hidden.id)
    own = market.deal("Dan’s", owner=market.dan)
    beside = neighbours(market.dan, wanted, own.pk)
    assert (beside.previous, beside.next, beside.of) == (None, None, 1)
