"""Scenarios of administering processes in the three products, each by the actions and through the API.

Olivia of Contact Manager is Ada here; deals are Alice's. Each test is named by its prefixed id. Where the three
products disagree, docs/requirements says how it is read.
"""

import json
from collections.abc import Callable
from datetime import UTC, date, datetime
from typing import Any, Protocol

import pytest

from opportune.activities import queries as tasks
from opportune.activities.actions import complete_task
from opportune.activities.models import Task
from opportune.identity.actor import Actor
from opportune.kernel import clock
from opportune.kernel.errors import OpportuneError
from opportune.ledger.lasting import new_edition
from opportune.opportunities import queries
from opportune.opportunities.actions import mark_step
from opportune.opportunities.models import Opportunity
from opportune.process import actions
from opportune.process.models import Process
from opportune.process.queries import ProcessPicture, process_by_id, process_by_key, stage_use, step_use
from opportune.reference.actions import change_setting
from opportune.schemas.process import figures_shown, process_shown
from tests.deals import SYSTEM, Trade, process_with, stage
from tests.doors.callers import caller
from tests.scenarios.hands import ByAction, ByApi, Hand, Said, Seen, numbers, refused, started

pytestmark = pytest.mark.django_db


class Desk(Protocol):
    """One way to administer; all answer as the API shows processes."""

    def order_stages(self, process: int, ids: list[int]) -> Seen: ...
    def set_default(self, process: int, stage: int) -> Seen: ...
    def clear_default(self, process: int) -> Seen: ...
    def retire(self, process: int) -> Seen: ...
    def require(self, step: int) -> Seen: ...
    def delete_step(self, step: int) -> Seen: ...
    def delete_stage(self, stage: int, **how: Any) -> Seen: ...
    def count_of_step(self, step: int) -> Seen: ...
    def count_of_stage(self, stage: int) -> Seen: ...
    def statistics(self, process: int) -> Seen: ...


class DeskByAction:
    """Straight to the actions."""

    def __init__(self, actor: Actor) -> None:
        self.actor = actor

    def _do(self, command: Callable[..., Any], *args: Any, **how: Any) -> Any:
        try:
            return command(self.actor, *args, **how)
        except OpportuneError as error:
            raise Said(error.code, set(getattr(error, "fields", {}))) from error

    def _see(self, process: int) -> Seen:
        seen: Seen = json.loads(process_shown(process_by_id(process), "en", "sales").model_dump_json())
        return seen

    def order_stages(self, process: int, ids: list[int]) -> Seen:
        self._do(actions.order_stages, process, ids)
        return self._see(process)

    def set_default(self, process: int, stage: int) -> Seen:
        self._do(actions.set_default_stage, stage)
        return self._see(process)

    def clear_default(self, process: int) -> Seen:
        self._do(actions.clear_default_stage, process)
        return self._see(process)

    def retire(self, process: int) -> Seen:
        self._do(actions.retire_process, process)
        return self._see(process)

    def require(self, step: int) -> Seen:
        return self._see(self._do(actions.require_step, step, is_required=True).stage.process_id)

    def delete_step(self, step: int) -> Seen:
        self._do(actions.delete_step, step)
        return {}

    def delete_stage(self, stage: int, **how: Any) -> Seen:
        named = {"replacement": "replacement_id"}
        self._do(actions.delete_stage, stage, **{named.get(name, name): value for name, value in how.items()})
        return {}

    def count_of_step(self, step: int) -> Seen:
        use = step_use(step)
        return {"open": use.open, "all": use.all, "done": use.done}

    def count_of_stage(self, stage: int) -> Seen:
        use = stage_use(stage)
        return {"open": use.open, "all": use.all, "done": use.done}

    def statistics(self, process: int) -> Seen:
        picture = process_by_id(process)
        [found] = queries.statistics(self.actor, [picture])
        seen: Seen = json.loads(figures_shown(picture, found, "en").model_dump_json())
        return seen


class DeskByApi:
    """Through the API."""

    def __init__(self, actor: Actor) -> None:
        self.caller = caller(actor)

    def _ask(self, method: str, address: str, body: Any = None) -> Seen:
        answer = self.caller.ask(method, address, body)
        if answer.status >= 400:
            raise Said(answer.json["code"], set(answer.json.get("errors", {})))
        seen: Seen = answer.json
        return seen

    def order_stages(self, process: int, ids: list[int]) -> Seen:
        return self._ask("put", f"/processes/{process}/stages/order", {"order": ids})

    def set_default(self, process: int, stage: int) -> Seen:
        return self._ask("put", f"/processes/{process}/default-stage", {"stage": stage})

    def clear_default(self, process: int) -> Seen:
        return self._ask("delete", f"/processes/{process}/default-stage")

    def retire(self, process: int) -> Seen:
        return self._ask("put", f"/processes/{process}/retirement")

    def require(self, step: int) -> Seen:
        return self._ask("patch", f"/steps/{step}", {"is_required": True})

    def delete_step(self, step: int) -> Seen:
        return self._ask("delete", f"/steps/{step}")

    def delete_stage(self, stage: int, **how: Any) -> Seen:
        query = "&".join(f"{name}={value}" for name, value in how.items())
        return self._ask("delete", f"/stages/{stage}?{query}")

    def count_of_step(self, step: int) -> Seen:
        return self._ask("get", f"/steps/{step}/deletion")

    def count_of_stage(self, stage: int) -> Seen:
        return self._ask("get", f"/stages/{stage}/deletion")

    def statistics(self, process: int) -> Seen:
        return self._ask("get", f"/processes/{process}/statistics")


@pytest.fixture
def desk(trade: Trade, way: type[ByAction] | type[ByApi]) -> Desk:
    """Ada, one way or the other."""
    return (DeskByAction if way is ByAction else DeskByApi)(trade.company.ada)


@pytest.fixture
def marc(trade: Trade, way: type[ByAction] | type[ByApi]) -> Desk:
    """Alice, who may not customise, at the same desk."""
    return (DeskByAction if way is ByAction else DeskByApi)(trade.alice)


@pytest.fixture
def bcm(trade: Trade) -> ProcessPicture:
    """The stages of Contact Manager, with the activities of the scenarios: ticks in Qualification and Proposal."""
    made = process_with(
        stage("prospecting", 10, is_default=True),
        stage("qualification", 35),
        stage("proposal", 65),
        stage("negotiation", 85),
        key="bcm",
    )
    for place, names in ((1, ("Budget", "Date")), (2, ("Prepare quote", "Send", "Follow-up", "Archive"))):
        for name in names:
            actions.add_step(SYSTEM, made.stages[place].id, what="tick", name_en=name, name_fr=name)
    return process_by_id(made.id)


def in_stage(hand: Hand, trade: Trade, process: ProcessPicture, place: int, count: int) -> list[int]:
    """Several deals in a stage."""
    where = {"process_id": process.id, "stage_id": process.stages[place].id}
    return [
        hand.create(subject=f"Deal {number}", account_id=trade.account.pk, **where) for number in range(count)
    ]


def tick(hand: Hand, deal: int, step: int) -> None:
    """Mark a step complete, the same way as everything else."""
    if isinstance(hand, ByApi):
        assert hand.caller.put(f"/opportunities/{deal}/steps/{step}").status == 200
    elif isinstance(hand, ByAction):
        mark_step(hand.actor, deal, step)


def steps_of(seen: Seen, stage_id: int) -> dict[str, bool]:
    """The steps of a stage as a record shows them: name and whether done."""
    [found] = [one for one in seen["stages"] if one["id"] == stage_id]
    return {step["name"]: step["is_done"] for step in found["steps"]}


def test_bc_b5_a_stage_is_picked_among_those_of_the_process(hand: Hand, trade: Trade) -> None:
    deal = started(hand, trade, trade.sales)
    offered = [one["id"] for move in hand.moves(deal)["items"] for one in move["stages"]]
    assert trade.sales.stages[1].id in offered
    assert set(offered) <= {one.id for one in trade.sales.stages}
    assert hand.move(deal, stage_id=trade.sales.stages[1].id)["stage"] == "develop"


def test_bc_b7_a_used_stage_asks_where_its_deals_go(hand: Hand, desk: Desk, trade: Trade) -> None:
    ex = process_with(stage("s1", 10), stage("s2", 40), stage("s3", 80), stage("s4", 100), key="ex_b7")
    deal = started(hand, trade, ex, at=1)
    assert desk.count_of_stage(ex.stages[1].id)["open"] == 1
    assert desk.count_of_stage(ex.stages[3].id)["open"] == 0
    desk.delete_stage(ex.stages[3].id)
    desk.delete_stage(ex.stages[1].id, replacement=ex.stages[2].id)
    assert hand.see(deal)["stage_id"] == ex.stages[2].id
    assert [one.key for one in process_by_id(ex.id).stages] == [ex.stages[0].key, ex.stages[2].key]


def test_bc_b9_a_retired_process_is_given_to_no_deal(hand: Hand, desk: Desk, trade: Trade) -> None:
    cm = process_by_key("contact_manager")
    deal = started(hand, trade, trade.sales)
    desk.retire(cm.id)
    subject = {"subject": "Pumps", "account_id": trade.account.pk}
    assert refused(hand.create, **subject, process_id=cm.id) == ("invalid", {"process"})
    assert refused(hand.switch, deal, cm.id) == ("invalid", {"process"})
    assert refused(desk.retire, trade.sales.id) == ("process_is_default", set())
    change_setting(SYSTEM, "default_process", "new")
    desk.retire(trade.sales.id)
    assert hand.see(hand.create(**subject))["process"] == "new"


def test_bc_c2c_a_deal_needs_a_process(hand: Hand, trade: Trade) -> None:
    subject = {"subject": "Pumps", "account_id": trade.account.pk}
    assert hand.see(hand.create(**subject))["process"] == "sales"
    # the settings refuse a default process that is retired, so none is left behind their back
    Process.objects.filter(pk=trade.sales.id).update(is_retired=True)
    new_edition()
    assert refused(hand.create, **subject) == ("invalid", {"process"})
    assert Opportunity.objects.count() == 1
    named = hand.create(**subject, process_id=process_by_key("new").id)
    assert hand.see(named)["process"] == "new"


def test_bc_e12_the_average_is_that_of_ended_stays(hand: Hand, desk: Desk, trade: Trade) -> None:
    first, second = (started(hand, trade, trade.sales) for _ in range(2))
    for deal, day in ((first, 12), (second, 6)):
        with clock.stopped_at(datetime(2026, 3, day, 12, tzinfo=UTC)):
            hand.move(deal, wish="next")
    figures = desk.statistics(trade.sales.id)["stages"]
    assert [one["average_days"] for one in figures] == ["7.0000", None, None, None]
    assert [one["count"] for one in figures] == [0, 2, 0, 0]


def test_bc_e14_an_entry_names_the_stage_it_is_in(hand: Hand, desk: Desk, trade: Trade) -> None:
    deal = started(hand, trade, trade.sales)
    hand.move(deal, wish="next")
    newest, *_, oldest = queries.opportunity(trade.alice, deal).entries
    assert (newest.stage_en, oldest.stage_en) == ("Develop", "Qualify")
    desk.delete_stage(trade.sales.stages[0].id)
    assert queries.opportunity(trade.alice, deal).entries[-1].stage_en == "Qualify"


def test_bc_f2_closed_deals_count_for_nothing(hand: Hand, desk: Desk, trade: Trade) -> None:
    process = process_with(stage("only", 60, 50), key="f2", method="multiply")
    deal = started(hand, trade, process)
    before = desk.statistics(process.id)
    assert (before["count"], before["value"], before["expected"]) == (1, "10000.0000", "3000.0000")
    hand.close(deal, outcome="won", reason="PRICE_W", on="2026-03-02", actual_value=10000)
    after = desk.statistics(process.id)
    for figures in (after, *after["stages"]):
        assert [figures["count"], *numbers(figures, "value", "expected")] == [0, 0, 0]


def test_cm_s05_a_cleared_default_leaves_the_stage_blank(
    hand: Hand, desk: Desk, trade: Trade, bcm: ProcessPicture
) -> None:
    [existing] = in_stage(hand, trade, bcm, 0, 1)
    before = hand.see(existing)
    assert not any(one["is_default"] for one in desk.clear_default(bcm.id)["stages"])
    made = hand.create(subject="Cabling", account_id=trade.account.pk, process_id=bcm.id)
    assert (hand.see(made)["stage"], hand.see(made)["status"]) == (None, "not_started")
    assert hand.see(existing) == before


def test_cm_s25_a_stage_moves_with_its_activities(desk: Desk, bcm: ProcessPicture) -> None:
    ids = [one.id for one in bcm.stages]
    seen = desk.order_stages(bcm.id, [ids[0], ids[2], ids[1], ids[3]])
    assert [one["key"] for one in seen["stages"]] == [
        "prospecting",
        "proposal",
        "qualification",
        "negotiation",
    ]
    assert [step["name"] for step in seen["stages"][1]["steps"]] == [
        "Prepare quote",
        "Send",
        "Follow-up",
        "Archive",
    ]


def test_cm_s27_activities_with_a_duration_have_reminders(hand: Hand, desk: Desk, trade: Trade) -> None:
    proposal = process_by_key("contact_manager").stages[4]
    archive = actions.add_step(SYSTEM, proposal.id, what="task", name_en="Archive", name_fr="Archiver")
    with clock.stopped_at(datetime(2026, 11, 20, 12, tzinfo=UTC)):
        deal = started(hand, trade, process_by_key("contact_manager"), at=3)
        hand.move(deal, wish="next")
    due = dict(
        Task.objects.filter(about_id=deal, step__stage_id=proposal.id).values_list("step_id", "due_on")
    )
    days = [date(2026, 11, 23), date(2026, 11, 25), date(2026, 11, 30)]
    assert [due[step.id] for step in proposal.steps] == days
    assert due[archive.pk] is None
    assert reminders_about(hand, proposal) == days
    complete_task(trade.alice, Task.objects.get(about_id=deal, step_id=proposal.steps[0].id).pk)
    actions.change_step(SYSTEM, proposal.steps[1].id, {"delay_days": 7, "reminder_days": 2})
    assert reminders_about(hand, proposal) == [date(2026, 11, 25), date(2026, 11, 30)]
    change_setting(SYSTEM, "activity_reminders", False)
    assert reminded(hand) == []
    assert Task.objects.filter(about_id=deal, due_on=days[2]).exists()


def reminded(hand: Hand) -> list[date]:
    """The days of Alice's reminders."""
    return [date.fromisoformat(one["remind_on"]) for one in reminders(hand)]


def reminders_about(hand: Hand, stage: Any) -> list[date]:
    """The days of Alice's reminders of the tasks of a stage."""
    names = {step.name_en for step in stage.steps}
    return [date.fromisoformat(one["remind_on"]) for one in reminders(hand) if one["subject"] in names]


def reminders(hand: Hand) -> list[Any]:
    """Alice's reminders of tasks."""
    if isinstance(hand, ByApi):
        return list(hand.caller.get("/tasks/reminders").json["items"])
    assert isinstance(hand, ByAction)
    found = tasks.reminders(hand.actor)
    return [{"remind_on": str(one.remind_on), "subject": one.subject} for one in found]


def test_cm_s29_a_deleted_activity_is_on_no_record(
    hand: Hand, desk: Desk, trade: Trade, bcm: ProcessPicture
) -> None:
    proposal = bcm.stages[2]
    send = proposal.steps[1]
    deals = in_stage(hand, trade, bcm, 2, 12)
    for deal in deals[:5]:
        tick(hand, deal, send.id)
    counted = desk.count_of_step(send.id)
    assert (counted["open"], counted["done"]) == (12, 5)
    desk.delete_step(send.id)
    for deal in deals:
        assert list(steps_of(hand.see(deal), proposal.id)) == ["Prepare quote", "Follow-up", "Archive"]


def test_cm_s31_a_stage_is_replaced_with_its_activities(
    hand: Hand, desk: Desk, trade: Trade, bcm: ProcessPicture
) -> None:
    qualification, proposal = bcm.stages[1:3]
    moved = in_stage(hand, trade, bcm, 1, 7)
    there = in_stage(hand, trade, bcm, 2, 12)
    for deal in moved[:3]:
        tick(hand, deal, qualification.steps[0].id)
    assert desk.count_of_stage(qualification.id)["open"] == 7
    desk.delete_stage(qualification.id, replacement=proposal.id, move_steps=True)
    assert Opportunity.objects.filter(stage_id=proposal.id).count() == 19
    budget = []
    for deal in (*moved, *there):
        steps = steps_of(hand.see(deal), proposal.id)
        assert list(steps) == ["Budget", "Date", "Prepare quote", "Send", "Follow-up", "Archive"]
        budget.append(steps["Budget"])
    assert budget == [True] * 3 + [False] * 16


def test_cm_s33_one_stage_is_the_default(
    hand: Hand, desk: Desk, marc: Desk, trade: Trade, bcm: ProcessPicture
) -> None:
    [existing] = in_stage(hand, trade, bcm, 0, 1)
    before = hand.see(existing)
    qualification = bcm.stages[1]
    seen = desk.set_default(bcm.id, qualification.id)
    assert [one["key"] for one in seen["stages"] if one["is_default"]] == ["qualification"]
    assert hand.see(existing) == before
    made = hand.create(subject="Cabling", account_id=trade.account.pk, process_id=bcm.id)
    assert hand.see(made)["stage"] == "qualification"
    assert refused(marc.clear_default, bcm.id) == ("not_permitted", set())


def test_ds_s25_an_administrator_makes_a_step_required(
    hand: Hand, desk: Desk, marc: Desk, trade: Trade
) -> None:
    develop = trade.sales.stages[1]
    need = next(step for step in develop.steps if step.field == "customer_need")
    assert refused(marc.require, need.id) == ("not_permitted", set())
    desk.require(need.id)
    deal = started(hand, trade, trade.sales, at=1)
    assert refused(hand.move, deal, wish="next") == ("steps_missing", set())
    hand.edit(deal, customer_need="Needs 40 seats")
    assert hand.move(deal, wish="next")["stage"] == "propose"


def test_cm_s25_a_record_shows_the_new_order(hand: Hand, desk: Desk, trade: Trade) -> None:
    ids = [one.id for one in trade.sales.stages]
    desk.order_stages(trade.sales.id, [ids[1], ids[0], *ids[2:]])
    deal = started(hand, trade, process_by_id(trade.sales.id))
    assert [one["key"] for one in hand.see(deal)["stages"]][:2] == ["develop", "qualify"]
