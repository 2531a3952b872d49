"""Moving a deal: the gates on every path, dates, estimates, chances, and what is written down (domain.md §3.3)."""

from datetime import date
from decimal import Decimal
from typing import Any

import pytest

from opportune.activities.actions import complete_task
from opportune.activities.queries import tasks_of_deal
from opportune.identity.actor import Actor
from opportune.kernel import clock
from opportune.kernel.errors import Conflict, Invalid, NotFound, NotPermitted, Refused
from opportune.kernel.registries import facts
from opportune.opportunities import actions
from opportune.opportunities.models import Opportunity
from opportune.process.actions import add_step, require_step
from opportune.process.queries import ProcessPicture
from opportune.reference.actions import set_rate
from tests.deals import NOON, SYSTEM, TODAY, Trade, days, entries_of, process_with, stage

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("march")]


@pytest.fixture
def process(trade: Trade) -> ProcessPicture:
    """Four stages; the second and third may be skipped."""
    return process_with(
        stage("a", 10, 5),
        stage("b", 30, 20, skip=True),
        stage("c", None, 50, skip=True),
        stage("d", 90, 80),
    )


@pytest.fixture
def deal(trade: Trade, process: ProcessPicture) -> Opportunity:
    """A deal in the first stage."""
    return trade.deal(
        process_id=process.id, stage_id=process.stages[0].id, estimated_value="1000", chance=None
    )


def move(trade: Trade, deal: Opportunity, to: ProcessPicture | None = None, at: int = 0, **how: Any) -> Any:
    """Alice moves a deal: as wished, or to a stage of a process by its place."""
    if to is not None:
        how["stage_id"] = to.stages[at].id
    return actions.move(trade.alice, deal.pk, **how)


def refusal(trade: Trade, deal: Opportunity, *args: Any, **how: Any) -> Refused:
    """What a move is refused with."""
    with pytest.raises(Refused) as refused:
        move(trade, deal, *args, **how)
    return refused.value


def wrong(trade: Trade, deal: Opportunity, **how: Any) -> set[str]:
    """The fields a move finds fault with."""
    with pytest.raises(Invalid) as invalid:
        move(trade, deal, **how)
    return set(invalid.value.fields)


def test_next_takes_the_chance_of_the_stage_and_weighs_the_value(trade: Trade, deal: Opportunity) -> None:
    moved = move(trade, deal, wish="next")
    assert (moved.status, moved.chance, moved.completed, moved.expected) == ("in_progress", 30, 20, 300)


def test_a_typed_chance_goes_along(trade: Trade, deal: Opportunity) -> None:
    moved = move(trade, deal, wish="next", chance="16.5")
    assert (moved.probability, moved.probability_source) == (Decimal("16.5"), "typed")
    assert move(trade, deal, wish="next").probability == Decimal("16.5")


def test_a_deal_without_stage_is_started(trade: Trade, process: ProcessPicture) -> None:
    deal = trade.deal(process_id=process.id)
    assert (deal.status, deal.stage_id) == ("not_started", None)
    started = move(trade, deal)
    assert (started.status, started.stage_id) == ("in_progress", process.stages[0].id)
    assert entries_of(deal)[-1].move == "start"


def test_a_stage_that_does_not_exist_is_refused(trade: Trade, deal: Opportunity) -> None:
    assert refusal(trade, deal, stage_id=10**9).code == "unknown_stage"


def test_a_move_nobody_knows_is_refused(trade: Trade, deal: Opportunity) -> None:
    assert wrong(trade, deal, wish="leap") == {"move"}


def test_a_closed_deal_does_not_move(trade: Trade, deal: Opportunity) -> None:
    trade.won(deal)
    with pytest.raises(Conflict) as conflict:
        move(trade, deal, wish="next")
    assert conflict.value.code == "closed"


def test_only_those_who_may_change_a_deal_move_it(trade: Trade, deal: Opportunity) -> None:
    actions.move(trade.company.carol, deal.pk, wish="next")
    with pytest.raises(NotPermitted):
        actions.move(trade.company.bob, deal.pk, wish="next")
    with pytest.raises(NotFound):
        actions.move(trade.company.dan, deal.pk, wish="next")


FORWARD = [{"wish": "next"}, {"at": 1}, {"at": 3}, {"wish": "skip", "at": 2}]


def with_step(process: ProcessPicture, at: int = 0, what: str = "tick", field: str = "") -> int:
    """A required step in a stage; its id."""
    made = add_step(
        SYSTEM,
        process.stages[at].id,
        what=what,
        name_en="Step",
        name_fr="Point",
        field=field,
        is_required=True,
    )
    return made.pk


@pytest.mark.parametrize("how", FORWARD)
def test_a_required_step_holds_on_every_path_forward(
    trade: Trade, deal: Opportunity, process: ProcessPicture, how: dict[str, Any]
) -> None:
    step = with_step(process)
    refused = refusal(trade, deal, process if "at" in how else None, **how)
    assert refused.code == "steps_missing"
    assert [missing["step"] for missing in refused.data["missing"]] == [step]
    actions.mark_step(trade.alice, deal.pk, step)
    assert move(trade, deal, process if "at" in how else None, **how).status == "in_progress"


def test_a_required_step_of_a_stage_skipped_over_holds(
    trade: Trade, deal: Opportunity, process: ProcessPicture
) -> None:
    with_step(process, 1)
    assert refusal(trade, deal, process, 2).code == "steps_missing"


def test_a_required_step_of_the_stage_entered_does_not_hold(
    trade: Trade, deal: Opportunity, process: ProcessPicture
) -> None:
    with_step(process, 1)
    assert move(trade, deal, process, 1).stage_id == process.stages[1].id


def test_starting_beyond_the_first_stage_asks_for_the_steps_before(
    trade: Trade, process: ProcessPicture
) -> None:
    begun = process_with(stage("x", skip=True), stage("y"), key="other")
    with_step(begun)
    deal = trade.deal(process_id=begun.id)
    assert refusal(trade, deal, begun, 1).code == "steps_missing"
    assert move(trade, deal, begun, 0).stage_id == begun.stages[0].id


def test_a_field_step_holds_until_its_field_is_filled_in(
    trade: Trade, deal: Opportunity, process: ProcessPicture
) -> None:
    with_step(process, what="field", field="customer_need")
    assert refusal(trade, deal, wish="next").data["missing"][0]["field"] == "customer_need"
    actions.edit(trade.alice, deal.pk, {"customer_need": "Water"})
    assert move(trade, deal, wish="next")


def test_the_step_on_the_customer_is_always_done(
    trade: Trade, deal: Opportunity, process: ProcessPicture
) -> None:
    with_step(process, what="field", field="customer")
    assert move(trade, deal, wish="next")


def test_a_task_step_holds_until_its_task_is_completed(trade: Trade, process: ProcessPicture) -> None:
    with_step(process, what="task")
    deal = trade.deal(process_id=process.id, stage_id=process.stages[0].id)
    assert refusal(trade, deal, wish="next").code == "steps_missing"
    complete_task(trade.alice, tasks_of_deal(deal.pk)[0].id)
    assert move(trade, deal, wish="next")


def test_a_step_that_is_not_required_does_not_hold(
    trade: Trade, deal: Opportunity, process: ProcessPicture
) -> None:
    require_step(SYSTEM, with_step(process), is_required=False)
    assert move(trade, deal, wish="next")


def test_a_tick_taken_away_holds_again(trade: Trade, deal: Opportunity, process: ProcessPicture) -> None:
    step = with_step(process)
    actions.mark_step(trade.alice, deal.pk, step)
    actions.mark_step(trade.alice, deal.pk, step, is_done=False)
    assert refusal(trade, deal, wish="next").code == "steps_missing"


def test_a_refused_move_changes_nothing(trade: Trade, deal: Opportunity, process: ProcessPicture) -> None:
    with_step(process)
    refusal(trade, deal, wish="next", estimated_value="5")
    assert Opportunity.objects.get(pk=deal.pk).version == 1
    assert len(entries_of(deal)) == 1


def test_going_back_and_updating_are_never_gated(
    trade: Trade, deal: Opportunity, process: ProcessPicture
) -> None:
    move(trade, deal, process, 3)
    for at in (1, 2, 3):
        with_step(process, at)
    assert move(trade, deal, wish="update")
    assert move(trade, deal, wish="previous")
    assert move(trade, deal, process, 0)


@pytest.fixture
def quoting(trade: Trade) -> ProcessPicture:
    """Three stages of which the last asks for a quote."""
    return process_with(
        stage("a", skip=True), stage("b", skip=True), stage("c", quote_required=True), key="q"
    )


def test_without_anybody_who_knows_of_quotes_the_gate_stays_shut(
    trade: Trade, quoting: ProcessPicture
) -> None:
    deal = trade.deal(process_id=quoting.id, stage_id=quoting.stages[1].id)
    refused = refusal(trade, deal, wish="next")
    assert (refused.code, refused.data["stage"]) == ("quote_missing", quoting.stages[2].id)


@pytest.mark.parametrize("begin", [None, 0, 1])
def test_the_quote_is_asked_for_on_every_path_into_the_stage(
    trade: Trade, quoting: ProcessPicture, begin: int | None, monkeypatch: pytest.MonkeyPatch
) -> None:
    deal = trade.deal(process_id=quoting.id, stage_id=None if begin is None else quoting.stages[begin].id)
    monkeypatch.setitem(facts, "has_open_or_won_quote", lambda _: False)
    assert refusal(trade, deal, quoting, 2).code == "quote_missing"
    monkeypatch.setitem(facts, "has_open_or_won_quote", lambda asked: asked == deal.pk)
    assert move(trade, deal, quoting, 2).stage_id == quoting.stages[2].id


def test_the_quote_is_not_asked_for_on_the_way_out(
    trade: Trade, quoting: ProcessPicture, monkeypatch: pytest.MonkeyPatch
) -> None:
    deal = trade.deal(process_id=quoting.id, stage_id=quoting.stages[1].id)
    monkeypatch.setitem(facts, "has_open_or_won_quote", lambda _: True)
    move(trade, deal, wish="next")
    monkeypatch.setitem(facts, "has_open_or_won_quote", lambda _: False)
    assert move(trade, deal, wish="update")
    assert move(trade, deal, wish="previous")


def test_the_date_of_change_may_be_any_day_from_the_last_move_to_today(
    trade: Trade, process: ProcessPicture
) -> None:
    with clock.stopped_at(NOON - days(9)):
        deal = trade.deal(process_id=process.id, stage_id=process.stages[0].id)
    assert wrong(trade, deal, wish="next", on=date(2026, 2, 28)) == {"on"}
    assert wrong(trade, deal, wish="next", on=date(2026, 3, 11)) == {"on"}
    move(trade, deal, wish="next", on=date(2026, 3, 1))
    move(trade, deal, wish="next", on=date(2026, 3, 5))
    assert wrong(trade, deal, wish="next", on=date(2026, 3, 4)) == {"on"}
    assert [entry.on.day for entry in entries_of(deal)] == [1, 1, 5]
    assert Opportunity.objects.get(pk=deal.pk).stage_since == date(2026, 3, 5)


def test_an_edit_does_not_keep_a_move_from_an_earlier_day(trade: Trade, process: ProcessPicture) -> None:
    with clock.stopped_at(NOON - days(9)):
        deal = trade.deal(process_id=process.id, stage_id=process.stages[0].id)
    actions.edit(trade.alice, deal.pk, {"estimated_value": "7"})
    assert move(trade, deal, wish="next", on=date(2026, 3, 5)).stage_since == date(2026, 3, 5)


def test_a_reopened_deal_does_not_move_before_its_reopening(trade: Trade, process: ProcessPicture) -> None:
    with clock.stopped_at(NOON - days(9)):
        deal = trade.deal(process_id=process.id, stage_id=process.stages[0].id)
        trade.lost(deal)
    actions.reopen(trade.alice, deal.pk)
    assert wrong(trade, deal, wish="next", on=date(2026, 3, 5)) == {"on"}


def test_the_clock_of_the_organisation_says_what_today_is(trade: Trade, deal: Opportunity) -> None:
    with clock.stopped_at(NOON.replace(hour=23, minute=30)):
        assert move(trade, deal, wish="next").stage_since == date(2026, 3, 11)


def test_a_value_and_a_close_date_may_be_typed_with_a_move(trade: Trade, deal: Opportunity) -> None:
    moved = move(trade, deal, wish="next", estimated_value="2000", estimated_close_on=date(2026, 6, 1))
    assert (moved.expected, moved.estimated_close_on) == (600, date(2026, 6, 1))


def test_a_negative_value_is_refused(trade: Trade, deal: Opportunity) -> None:
    assert wrong(trade, deal, wish="next", estimated_value="-1") == {"estimated_value"}


def test_a_value_typed_with_a_move_takes_the_rate_of_its_date(trade: Trade, process: ProcessPicture) -> None:
    set_rate(SYSTEM, code="USD", rate=Decimal(2), valid_from=date(2026, 1, 1))
    set_rate(SYSTEM, code="USD", rate=Decimal(4), valid_from=date(2026, 3, 8))
    with clock.stopped_at(NOON - days(9)):
        deal = trade.deal(
            process_id=process.id, stage_id=process.stages[0].id, currency="USD", estimated_value="100"
        )
    assert move(trade, deal, wish="next", estimated_value="200", on=date(2026, 3, 7)).value_base == 100
    assert move(trade, deal, wish="next", estimated_value="400").value_base == 100


def test_the_value_typed_anew_as_it_is_keeps_its_rate(trade: Trade, process: ProcessPicture) -> None:
    set_rate(SYSTEM, code="USD", rate=Decimal(2), valid_from=date(2026, 1, 1))
    deal = trade.deal(
        process_id=process.id, stage_id=process.stages[0].id, currency="USD", estimated_value="100"
    )
    set_rate(SYSTEM, code="USD", rate=Decimal(4), valid_from=date(2026, 1, 2))
    assert move(trade, deal, wish="next", estimated_value="100").value_base == 50


def test_every_move_writes_an_entry_even_an_update_of_nothing(trade: Trade, deal: Opportunity) -> None:
    move(trade, deal, wish="update")
    assert [entry.move for entry in entries_of(deal)] == ["created", "update"]


def test_an_update_keeps_the_stay(trade: Trade, process: ProcessPicture) -> None:
    with clock.stopped_at(NOON - days(9)):
        deal = trade.deal(process_id=process.id, stage_id=process.stages[0].id)
    assert move(trade, deal, wish="update").stage_since == date(2026, 3, 1)


@pytest.fixture
def demanding(trade: Trade) -> ProcessPicture:
    """Two stages of a process that insists on estimates."""
    return process_with(stage("a"), stage("b"), stage("c"), key="demanding", estimates_required=True)


def started(trade: Trade, demanding: ProcessPicture, **fields: Any) -> Opportunity:
    """A deal that was started in a demanding process, which asks nothing of it yet."""
    deal = trade.deal(process_id=demanding.id, **fields)
    move(trade, deal, wish="start")
    return deal


def test_a_demanding_process_asks_for_value_chance_and_close_date(
    trade: Trade, demanding: ProcessPicture
) -> None:
    deal = started(trade, demanding)
    assert wrong(trade, deal, wish="next") == {"estimated_value", "chance", "estimated_close_on"}
    assert move(trade, deal, wish="next", estimated_value=1, chance=1, estimated_close_on=TODAY)
    assert move(trade, deal, wish="next"), "what was given before counts"


def test_a_demanding_process_asks_for_more_than_zero(trade: Trade, demanding: ProcessPicture) -> None:
    deal = started(trade, demanding, estimated_close_on=TODAY)
    assert wrong(trade, deal, wish="update", estimated_value=0, chance=0) == {"estimated_value", "chance"}


def test_zero_typed_over_a_value_is_refused_by_a_demanding_process(
    trade: Trade, demanding: ProcessPicture
) -> None:
    deal = trade.deal(
        process_id=demanding.id,
        stage_id=demanding.stages[0].id,
        estimated_value=5,
        chance=5,
        estimated_close_on=TODAY,
    )
    assert wrong(trade, deal, wish="next", estimated_value=0) == {"estimated_value"}


def test_a_demanding_process_refuses_a_close_date_before_the_move(
    trade: Trade, demanding: ProcessPicture
) -> None:
    deal = started(trade, demanding, estimated_value=5, chance=5)
    earlier = date(2026, 3, 9)
    assert wrong(trade, deal, wish="next", estimated_close_on=earlier) == {"estimated_close_on"}


def test_starting_asks_for_no_estimates(trade: Trade, demanding: ProcessPicture) -> None:
    assert move(trade, trade.deal(process_id=demanding.id)).status == "in_progress"


def test_other_processes_ask_for_no_estimates(trade: Trade, process: ProcessPicture) -> None:
    deal = trade.deal(process_id=process.id, stage_id=process.stages[1].id)
    assert move(trade, deal, wish="next", estimated_value=0).estimated_value == 0


def test_two_moves_from_the_same_state_are_a_conflict(trade: Trade, deal: Opportunity) -> None:
    actions.move(trade.company.carol, deal.pk, wish="next")
    with pytest.raises(Conflict) as conflict:
        move(trade, deal, wish="next", version=1)
    assert (conflict.value.data["by"], conflict.value.data["version"]) == ("Carol", 2)


def test_a_move_and_another_persons_edit_of_something_else_merge(trade: Trade, deal: Opportunity) -> None:
    edited(trade.company.carol, deal, description="Urgent")
    assert move(trade, deal, wish="next", version=1).version == 3


def test_a_value_typed_with_a_move_meets_another_persons_value(trade: Trade, deal: Opportunity) -> None:
    edited(trade.company.carol, deal, estimated_value="5000")
    with pytest.raises(Conflict):
        move(trade, deal, wish="next", estimated_value="2000", version=1)
    assert move(trade, deal, wish="next", version=1).estimated_value == 5000


def edited(actor: Actor, deal: Opportunity, **fields: Any) -> None:
    """Somebody changes fields of a deal."""
    actions.edit(actor, deal.pk, fields)
