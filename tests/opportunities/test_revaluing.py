"""Revaluing open deals: at today's rates, by administrators, with the past as it was, and undone as one."""

from datetime import date
from decimal import Decimal
from typing import Any

import pytest

from opportune.identity.tasks import work_through
from opportune.kernel import clock
from opportune.kernel.errors import NotPermitted
from opportune.ledger.models import Change
from opportune.ledger.undo import undo
from opportune.ledger.working import begin_undo
from opportune.opportunities import actions
from opportune.opportunities.actions import many
from opportune.opportunities.entries import rebuilt
from opportune.opportunities.filters import OpportunityFilter
from opportune.opportunities.models import Opportunity
from opportune.opportunities.queries import totals
from opportune.reference.actions import add_currency, remove_rate, set_rate
from tests.deals import NOON, SYSTEM, Trade, days, entries_of, last_change_set, parts

pytestmark = pytest.mark.usefixtures("march")
LATER = NOON + days(30)


@pytest.fixture
def foreign(trade: Trade) -> Opportunity:
    """A deal in dollars at 2 for a euro; a month later they are at 4."""
    set_rate(SYSTEM, code="USD", rate=Decimal(2), valid_from=date(2026, 3, 1))
    set_rate(SYSTEM, code="USD", rate=Decimal(4), valid_from=date(2026, 4, 1))
    return trade.deal("Pump", currency="USD", estimated_value=100)


def value(deal: Opportunity) -> tuple[Any, Any]:
    """Its rate, and its value in base currency."""
    now = Opportunity.objects.get(pk=deal.pk)
    return now.rate, now.value_base


def test_an_open_deal_counts_at_todays_rate_and_the_past_as_it_was(
    trade: Trade, foreign: Opportunity
) -> None:
    at_home = trade.deal("Valve", estimated_value=100)
    assert value(foreign) == (2, 50)
    with clock.stopped_at(LATER):
        assert actions.revalue(trade.company.ada).done == (foreign.pk,)
        assert value(foreign) == (4, 25)
        assert value(at_home) == (1, 100)
        then = totals(trade.company.ada, OpportunityFilter(), as_of=date(2026, 3, 20))
    assert then.all.value == 150
    entry = entries_of(foreign)[-1]
    assert parts(entry, "move", "rate", "value_base") == ("revalued", 4, 25)
    changes = Change.objects.filter(kind="opportunity", record_id=foreign.pk).order_by("version")
    assert [(one.move, one.rate) for one in rebuilt(foreign.pk, changes)] == [
        (one.move, one.rate) for one in entries_of(foreign)
    ]


def test_what_was_closed_keeps_the_rate_of_its_closing(trade: Trade, foreign: Opportunity) -> None:
    trade.won(foreign)
    with clock.stopped_at(LATER):
        assert actions.revalue(trade.company.ada).done == ()
    assert value(foreign) == (2, 50)


def test_revaluing_twice_makes_one_entry(trade: Trade, foreign: Opportunity) -> None:
    with clock.stopped_at(LATER):
        actions.revalue(trade.company.ada)
        count = len(entries_of(foreign))
        actions.revalue(trade.company.ada)
    assert len(entries_of(foreign)) == count


def test_only_one_currency_is_revalued_if_asked(trade: Trade, foreign: Opportunity) -> None:
    add_currency(SYSTEM, code="JPY", digits=0)
    set_rate(SYSTEM, code="JPY", rate=Decimal(100), valid_from=date(2026, 3, 1))
    set_rate(SYSTEM, code="JPY", rate=Decimal(200), valid_from=date(2026, 4, 1))
    yen = trade.deal("Bolt", currency="JPY", estimated_value=1000)
    with clock.stopped_at(LATER):
        assert actions.revalue(trade.company.ada, currency="JPY").done == (yen.pk,)
    assert (value(foreign), value(yen)) == ((2, 50), (200, 5))


def test_a_currency_without_a_rate_leaves_its_deals(trade: Trade, foreign: Opportunity) -> None:
    for day in (date(2026, 3, 1), date(2026, 4, 1)):
        remove_rate(SYSTEM, code="USD", valid_from=day)
    with clock.stopped_at(LATER):
        left = actions.revalue(trade.company.ada)
    assert [(one.id, one.error.code) for one in left.skipped] == [(foreign.pk, "missing_rate")]
    assert value(foreign) == (2, 50)


def test_only_administrators_revalue(trade: Trade, foreign: Opportunity) -> None:
    for actor in (trade.alice, trade.company.carol):
        with pytest.raises(NotPermitted):
            actions.revalue(actor)
        with pytest.raises(NotPermitted):
            actions.revalue_many(actor, ids=[foreign.pk])


def test_it_is_undone_as_one(trade: Trade, foreign: Opportunity) -> None:
    with clock.stopped_at(LATER):
        undo(trade.company.ada, last_change_set(actions.revalue, trade.company.ada))
    assert value(foreign) == (2, 50)


def test_very_many_are_a_job(trade: Trade, foreign: Opportunity, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(many, "MOST", 1)
    other = trade.deal("Bolt", currency="USD", estimated_value=8)
    with clock.stopped_at(LATER):
        job_id = actions.revalue(trade.company.ada).job_id or 0
        assert work_through(job_id).done == 2
        assert (value(foreign), value(other)) == ((4, 25), (4, 2))
        work_through(begin_undo(trade.company.ada, job_id).pk)
    assert (value(foreign), value(other)) == ((2, 50), (2, 4))
