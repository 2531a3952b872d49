"""Where a deal could be moved, and why not: what the move itself then says."""

from collections.abc import Mapping
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from opportune.kernel.errors import Conflict, NotFound, OpportuneError
from opportune.kernel.sentences import Sentence
from opportune.opportunities import actions
from opportune.opportunities.destinations import Destination, destinations
from opportune.opportunities.models import Opportunity
from opportune.process.actions import add_step
from opportune.process.queries import ProcessPicture, process_by_id
from tests.deals import SYSTEM, Trade, process_with, stage

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("march")]

BUDGET: dict[str, Any] = {
    "what": "field",
    "name_en": "Budget",
    "name_fr": "Budget",
    "field": "budget",
    "is_required": True,
}


@pytest.fixture
def process(trade: Trade) -> ProcessPicture:
    """Five stages, of which the third may be skipped and the last asks for a quote."""
    return process_with(
        stage("a", 10),
        stage("b", 20),
        stage("c", 30, skip=True),
        stage("d", 40),
        stage("e", quote_required=True),
    )


def found(trade: Trade, deal: Opportunity, process: ProcessPicture) -> Mapping[str, Destination]:
    """What Alice is told, by the key of the stage; `-` before the first."""
    told = destinations(trade.alice, deal.pk, process_by_id(process.id))
    return {one.stage.key if one.stage else "-": one for one in told}


def moved(trade: Trade, deal: Opportunity, stage_id: int) -> tuple[str, Sentence | None]:
    """What the move itself says."""
    try:
        actions.move(trade.alice, deal.pk, stage_id=stage_id)
    except OpportuneError as refusal:
        return refusal.code, refusal.message
    return "", None


def test_each_stage_says_what_the_move_there_would_say(trade: Trade, process: ProcessPicture) -> None:
    for here in process.stages:
        for there in process.stages:
            deal = trade.deal(process_id=process.id, stage_id=here.id)
            told = found(trade, deal, process)[there.key]
            assert (told.code, told.reason) == moved(trade, deal, there.id), (here.key, there.key)


def test_stages_that_cannot_be_skipped_are_named(trade: Trade, process: ProcessPicture) -> None:
    deal = trade.deal(process_id=process.id, stage_id=process.stages[0].id)
    told = found(trade, deal, process)
    assert {key: one.code for key, one in told.items()} == {
        "-": "already_started",
        "a": "",
        "b": "",
        "c": "not_skippable",
        "d": "not_skippable",
        "e": "not_skippable",
    }
    assert "B" in str(told["c"].reason)


def test_a_required_step_may_be_filled_in_on_the_way_a_task_may_not(
    trade: Trade, process: ProcessPicture
) -> None:
    first = process.stages[0]
    add_step(SYSTEM, first.id, **BUDGET)
    deal = trade.deal(process_id=process.id, stage_id=first.id)
    told = found(trade, deal, process)["b"]
    assert (told.code, told.asks) == ("steps_missing", True)
    add_step(SYSTEM, first.id, what="task", name_en="Call", name_fr="Appeler", is_required=True)
    told = found(trade, deal, process)["b"]
    assert (told.code, told.asks) == ("steps_missing", False)


def test_a_quote_that_is_asked_for_is_named(trade: Trade, process: ProcessPicture) -> None:
    deal = trade.deal(process_id=process.id, stage_id=process.stages[3].id)
    assert found(trade, deal, process)["e"].code == "quote_missing"


def test_whoever_may_only_read_is_refused_everywhere(trade: Trade, process: ProcessPicture) -> None:
    deal = trade.deal(process_id=process.id, stage_id=process.stages[0].id)
    told = destinations(trade.company.rita, deal.pk, process)
    assert {one.code for one in told} == {"not_permitted"}


def test_a_closed_deal_goes_nowhere(trade: Trade, process: ProcessPicture) -> None:
    deal = trade.deal(process_id=process.id, stage_id=process.stages[0].id)
    trade.won(deal)
    assert {one.code for one in destinations(trade.alice, deal.pk, process)} == {"closed"}
    with pytest.raises(Conflict):
        actions.move(trade.alice, deal.pk, stage_id=process.stages[1].id)


def test_a_stranger_is_told_nothing(trade: Trade, process: ProcessPicture) -> None:
    deal = trade.deal(process_id=process.id)
    with pytest.raises(NotFound):
        destinations(trade.company.dan, deal.pk, process)


def test_an_unstarted_deal_may_stay_or_start(trade: Trade, process: ProcessPicture) -> None:
    told = found(trade, trade.deal(process_id=process.id), process)
    assert (told["-"].code, told["a"].code, told["b"].code) == ("", "", "not_skippable")


def test_more_stages_need_no_more_queries(trade: Trade) -> None:
    def asked(*keys: str) -> int:
        made = process_with(
            *(stage(key, 10, skip=True, quote_required=True) for key in keys), key="p" + "".join(keys)
        )
        for one in made.stages:
            add_step(SYSTEM, one.id, **BUDGET)
        deal = trade.deal(process_id=made.id, stage_id=made.stages[0].id)
        picture = process_by_id(made.id)
        with CaptureQueriesContext(connection) as queries:
            destinations(trade.alice, deal.pk, picture)
        return len(queries)

    assert asked("a", "b") == asked("k", "l", "m", "n", "o", "p")
