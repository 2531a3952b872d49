"""Two connections on PostgreSQL: a tick that somebody counts on is not taken away before they are through."""

import pytest

from opportune.ledger.undo import undo
from opportune.opportunities.actions import complete_and_move, mark_step
from opportune.process.actions import add_step, require_step
from tests.deals import SYSTEM, last_change_set, process_with, stage
from tests.meanwhile import committed_trade, meanwhile

pytestmark = [pytest.mark.postgres, pytest.mark.django_db(transaction=True)]


def test_undoing_a_tick_waits_for_who_goes_on_by_it() -> None:
    trade = committed_trade()
    road = process_with(stage("a", 10, is_default=True), stage("b", 30))
    step = add_step(SYSTEM, road.stages[0].id, what="tick", name_en="Ask", name_fr="Demander")
    require_step(SYSTEM, step.pk, is_required=True)
    deal = trade.deal(process_id=road.id)
    ticked = last_change_set(mark_step, trade.alice, deal.pk, step.pk)
    with meanwhile(lambda: undo(trade.company.ada, ticked)) as ended:
        complete_and_move(trade.alice, deal.pk, fields={}, ticked=[step.pk], wish="next")
    deal.refresh_from_db()
    assert (ended, deal.stage_id) == (["done"], road.stages[1].id)
