"""Undo and redo where two people work on a deal and its tasks: as a plain model of domain.md §9 says.

Where something later stands in the way an undo is refused, and names it.
"""

from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import event, given
from hypothesis import strategies as st

from opportune.activities.actions import cancel_task, complete_task, create_task, reopen_task
from opportune.activities.models import Task
from opportune.identity.actor import Actor
from opportune.kernel.errors import Refused
from opportune.ledger.models import plain
from opportune.opportunities import actions
from opportune.process.actions import add_step
from opportune.process.queries import process_by_key
from tests.deals import NOON, SYSTEM, Trade
from tests.properties import test_undo
from tests.properties.life import ON_ONE_DEAL, Command, Life
from tests.properties.profiles import few, forgotten
from tests.properties.test_undo import (
    ALONE,
    BIN,
    Facts,
    Model,
    Step,
    Verdict,
    asked,
    assert_it_weighs_right,
    said,
)

pytestmark = pytest.mark.django_db

PEOPLE = ("ada", "carol")
WHICH = st.fixed_dictionaries({"which": st.integers(0, 5)})
ON_TASKS: st.SearchStrategy[Command] = st.one_of(
    st.tuples(st.just("plan"), st.just({})),
    st.tuples(st.just("complete"), WHICH),
    st.tuples(st.just("cancel"), WHICH),
    st.tuples(st.just("take_up"), WHICH),
    st.tuples(st.just("go_on"), st.fixed_dictionaries({"cancel": st.booleans()})),
    st.tuples(st.just("go_back"), st.fixed_dictionaries({"cancel": st.booleans()})),
)
COMMANDS = st.lists(
    st.tuples(st.sampled_from(PEOPLE), st.one_of(ON_TASKS, ON_ONE_DEAL, ON_TASKS)), min_size=5, max_size=20
)


@dataclass
class Shared(Life):
    """A deal two people work on, in turn; its first stages make tasks."""

    who: str = "ada"

    @property
    def actor(self) -> Actor:
        """Whoever has the turn."""
        actor: Actor = getattr(self.trade.company, self.who)
        return actor

    def _plan(self) -> None:
        create_task(self.actor, self.deal_id, subject="Call")

    def _complete(self, which: int) -> None:
        complete_task(self.actor, self._task(which))

    def _cancel(self, which: int) -> None:
        cancel_task(self.actor, self._task(which))

    def _take_up(self, which: int) -> None:
        reopen_task(self.actor, self._task(which))

    def _go_on(self, cancel: bool) -> None:
        actions.move(self.actor, self.deal_id, wish="next", cancel_open_tasks=cancel)

    def _go_back(self, cancel: bool) -> None:
        actions.move(self.actor, self.deal_id, wish="previous", cancel_open_tasks=cancel)

    def _task(self, which: int) -> int:
        tasks = list(Task.objects.order_by("-id").values_list("id", flat=True))
        return tasks[which % len(tasks)]


@dataclass(slots=True)
class WithTasks(Model):
    """The model, with tasks: made ones are given up when that is undone; their state is one facet."""

    at: datetime = field(default=NOON)

    def undo(self, change_set: int) -> Verdict:
        """What is to be done about a deal goes to the bin with it."""
        was = self.now["opportunity"]
        verdict = Model.undo(self, change_set)
        deal = self.now["opportunity"]
        if was and deal and deal[BIN] and not was[BIN]:
            for kind, task in self.now.items():
                if is_task(kind) and task and task["state"] == "open":
                    self.now[kind] = {**task, **self.gone(kind)}
        return verdict

    def gone(self, kind: str) -> Facts:
        """A task is not binned."""
        return {"state": "cancelled", "ended_at": plain(self.at)} if is_task(kind) else Model.gone(self, kind)


def is_task(kind: str) -> bool:
    """Whether a record of the model is a task."""
    return kind.startswith("task:")


def records(life: Life) -> dict[str, Facts | None]:
    """The deal, its tick, its customers and its tasks as they are stored."""
    tasks: dict[str, Facts | None] = {str(task.ref): task.facts() for task in Task.objects.all()}
    return {**test_undo.records(life), **tasks}


def at_work(trade: Trade) -> Trade:
    """The trade, where the first two stages make tasks."""
    for stage, delay in ((0, 2), (0, None), (1, 0)):
        stage_id = trade.sales.stages[stage].id
        add_step(SYSTEM, stage_id, what="task", name_en="Ask", name_fr="Demander", delay_days=delay)
    return Trade(trade.company, trade.account, process_by_key("sales"))


@few(3)
@given(commands=COMMANDS)
def test_undo_leaves_a_deal_and_its_tasks_as_the_page_says(
    trade: Trade, commands: list[tuple[str, Command]]
) -> None:
    with forgotten():
        life = Shared(at_work(trade))
        life.begin(estimated_value=Decimal(100))
        model = WithTasks(records(life))
        made = {kind: None for kind in model.now if kind == "opportunity" or is_task(kind)}
        model.steps[life.change_sets[0]] = Step({**model.now, **made}, model.now)
        for who, (name, given) in commands:
            life.who, model.administers, model.at = who, who == "ada", life.now
            follow(life, model, name, given)
        assert_it_weighs_right(life)


def follow(life: Shared, model: WithTasks, name: str, given: dict[str, Any]) -> None:
    """Give a command; what an undo answers and leaves is what the model says."""
    before, count, about = model.now, len(life.change_sets), asked(life, name, given)
    expected = None if about is None else model.undo(about)
    answer = life.do(name, given)
    if about is None:
        model.now = records(life)
    else:
        assert said(answer) == expected, (name, given)
        assert records(life) == model.now, (name, given)
        if expected == "nothing_to_undo":
            assert isinstance(answer, Refused)
            assert named(answer) == model.in_the_way
        event(f"undo: {expected if isinstance(expected, str) else 'ok'}")
    if len(life.change_sets) > count:
        known = {**dict.fromkeys(model.now), **before}
        model.steps[life.change_sets[-1]] = Step(known, model.now)


def named(refusal: Refused) -> set[tuple[str, str]]:
    """What a refusal says stands in the way, as the model names it."""
    kept = {(record.partition(":")[0], record, facet) for record, facet in refusal.data["kept"]}
    return {(kind if kind in ALONE else record, facet) for kind, record, facet in kept}


def test_what_another_person_changed_since_stands_in_the_way_and_is_named(trade: Trade) -> None:
    life = Shared(at_work(trade))
    life.begin(estimated_value=Decimal(100))
    life.do("edit", {"estimated_value": Decimal(250), "subject": "Three pumps"})
    mine = life.change_sets[-1]
    life.who = "carol"
    life.do("edit", {"estimated_value": Decimal(300)})
    theirs = life.change_sets[-1]
    life.who = "ada"
    half = life.do("undo", {"back": 1})
    assert said(half) == ({("opportunity", "subject")}, {("opportunity", "money")})
    assert life.deal.estimated_value == 300
    life.do("edit", {"estimated_value": Decimal(1)})
    assert life.change_sets[1:3] == [mine, theirs]
    refused = life.do("undo", {"back": len(life.change_sets) - 3})
    assert isinstance(refused, Refused)
    assert (refused.code, named(refused)) == ("nothing_to_undo", {("opportunity", "money")})
    assert life.deal.estimated_value == 1
