"""The estimated close that entering a stage proposes (domain.md §3.1, BC §2.8)."""

from datetime import date
from typing import Any

import pytest

from opportune.ledger.lasting import new_edition
from opportune.opportunities import actions
from opportune.opportunities.models import Opportunity
from opportune.process.models import Stage
from opportune.process.queries import ProcessPicture, process_by_id
from tests.deals import TODAY, Trade, process_with, stage

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("march")]
LATER = date(2026, 6, 1)


@pytest.fixture
def process(trade: Trade) -> ProcessPicture:
    """Three stages: a week, a month, and no formula."""
    made = process_with(stage("a", skip=True), stage("b", skip=True), stage("c"), key="timed")
    for one, formula in zip(made.stages, ("1W", "1M", ""), strict=True):
        Stage.objects.filter(pk=one.id).update(close_date_formula=formula)
        new_edition()
    return process_by_id(made.id)


def moved(trade: Trade, deal: Opportunity, **how: Any) -> date | None:
    """The estimated close after a move."""
    return actions.move(trade.alice, deal.pk, **how).estimated_close_on


def test_a_blank_close_takes_the_formula_of_the_stage_entered(trade: Trade, process: ProcessPicture) -> None:
    deal = trade.deal(process_id=process.id)
    assert moved(trade, deal, wish="start") == date(2026, 3, 17)
    assert moved(trade, deal, wish="next") == date(2026, 3, 17), "it is filled in now"


def test_a_close_on_the_date_of_change_takes_the_formula(trade: Trade, process: ProcessPicture) -> None:
    deal = trade.deal(process_id=process.id, stage_id=process.stages[0].id, estimated_close_on=LATER)
    assert moved(trade, deal, wish="next", estimated_close_on=TODAY) == date(2026, 4, 10)


def test_another_close_stays(trade: Trade, process: ProcessPicture) -> None:
    deal = trade.deal(process_id=process.id, stage_id=process.stages[0].id, estimated_close_on=LATER)
    assert moved(trade, deal, wish="next") == LATER
    assert moved(trade, deal, wish="previous", estimated_close_on=date(2026, 7, 1)) == date(2026, 7, 1)


def test_going_back_takes_the_formula_too(trade: Trade, process: ProcessPicture) -> None:
    deal = trade.deal(process_id=process.id, stage_id=process.stages[2].id)
    assert deal.estimated_close_on is None
    assert moved(trade, deal, stage_id=process.stages[0].id) == date(2026, 3, 17)


def test_updating_in_the_stage_leaves_it_blank(trade: Trade, process: ProcessPicture) -> None:
    deal = trade.deal(process_id=process.id, stage_id=process.stages[1].id, estimated_close_on=LATER)
    actions.edit(trade.alice, deal.pk, {"estimated_close_on": None})
    assert moved(trade, deal, wish="update") is None


def test_creating_in_a_stage_takes_the_formula(trade: Trade, process: ProcessPicture) -> None:
    deal = trade.deal(process_id=process.id, stage_id=process.stages[1].id)
    assert deal.estimated_close_on == date(2026, 4, 10)
    assert trade.deal(process_id=process.id, stage_id=None).estimated_close_on is None


def test_a_demanding_process_is_content_with_the_formula(trade: Trade) -> None:
    process = process_with(stage("a", 10), key="demanding", estimates_required=True)
    Stage.objects.filter(pk=process.stages[0].id).update(close_date_formula="1W")
    new_edition()
    deal = trade.deal(process_id=process.id, stage_id=process.stages[0].id, estimated_value=5)
    assert deal.estimated_close_on == date(2026, 3, 17)
