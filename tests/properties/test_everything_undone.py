"""Two people at work on deals, one of them on their processes too, undoing and redoing what they like (decision 19).

Whatever came of it: each deal stands where it can stand, and entries, ledger and totals agree.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import Any

import pytest
from hypothesis import event, given
from hypothesis import strategies as st

from opportune.activities.actions import create_task
from opportune.activities.models import Task
from opportune.identity.actor import Actor
from opportune.kernel import clock
from opportune.kernel.errors import OpportuneError
from opportune.ledger.models import ChangeSet
from opportune.ledger.recording import noting_change_sets
from opportune.ledger.undo import undo
from opportune.opportunities import actions
from opportune.opportunities.models import CLOSED, Opportunity
from opportune.process import actions as administering
from opportune.process.models import Process, Stage, Step
from opportune.process.queries import processes
from opportune.process.standing import hold_for_default
from opportune.reference.actions import change_setting
from opportune.reference.queries import organisation_settings
from tests.deals import NOON, Trade, process_with, stage
from tests.properties.profiles import few, forgotten
from tests.properties.writers import assert_all_is_well

pytestmark = pytest.mark.django_db

Doing = Callable[["Work", Actor, int], object]


@dataclass
class Work:
    """What there is to work on: two deals, in the processes there are; `made` are the change sets so far."""

    trade: Trade
    deals: list[int]
    made: list[int] = field(default_factory=list)

    def deal(self, which: int) -> int:
        """One of the deals."""
        return self.deals[which % len(self.deals)]

    def stage(self, which: int) -> int:
        """A stage that is there."""
        return self._one(Stage, which, process__key__in=("x", "y"))

    def stage_after(self, which: int) -> int | None:
        """Another one of the same process, or none."""
        stage = Stage.objects.get(pk=self.stage(which))
        others = Stage.objects.filter(deleted_at=None, process_id=stage.process_id).exclude(pk=stage.pk)
        ids = [None, *others.order_by("id").values_list("id", flat=True)]
        return ids[which // 5 % len(ids)]

    def step(self, which: int) -> int:
        """A step that is there."""
        return self._one(Step, which, stage__process__key__in=("x", "y"))

    def process(self, which: int) -> int:
        """A process that is there."""
        return self._one(Process, which, key__in=("x", "y", "z"))

    def _one(self, model: Any, which: int, **wanted: Any) -> int:
        ids = list(
            model.objects.filter(deleted_at=None, **wanted).order_by("id").values_list("id", flat=True)
        )
        return ids[which % len(ids)] if ids else 0


def today() -> date:
    """By the stopped clock."""
    return clock.today("Europe/Paris")


def close(work: Work, who: Actor, n: int) -> object:
    """Win or lose a deal."""
    outcome = "won" if n % 4 > 1 else "lost"
    reason = "PRICE_W" if outcome == "won" else "PRICE_L"
    return actions.close(who, work.deal(n), outcome=outcome, reason=reason, on=today(), confirm_zero=True)


def take(work: Work, who: Actor, change_sets: list[int], n: int) -> object:
    """Undo one of some change sets."""
    return undo(who, change_sets[-1 - n % len(change_sets)]) if change_sets else None


def standing(work: Work, *, undos: bool) -> list[int]:
    """The change sets that stand, or the undos that do."""
    undoes: dict[int, int | None] = dict(
        ChangeSet.objects.filter(pk__in=work.made).values_list("id", "undoes_id")
    )

    def is_undo(one: int) -> bool:
        about = undoes[one]
        return about is not None and not is_undo(about)

    return [one for one in sorted(undoes) if one not in undoes.values() and is_undo(one) == undos]


DEALS: Mapping[str, Doing] = {
    "create": lambda w, who, n: actions.create(
        who,
        {"subject": "More", "account_id": w.trade.account.pk, "estimated_value": n},
        process_id=w.process(n),
        stage_id=None if n % 3 else -1,
    ),
    "edit": lambda w, who, n: actions.edit(who, w.deal(n), {"estimated_value": 100 + n % 3}),
    "type a chance": lambda w, who, n: actions.edit(who, w.deal(n), {"chance": 33}),
    "move": lambda w, who, n: actions.move(who, w.deal(n), stage_id=w.stage(n // 2)),
    "go on": lambda w, who, n: actions.move(who, w.deal(n), wish=("next", "previous", "finish")[n % 3]),
    "switch": lambda w, who, n: actions.switch_process(who, w.deal(n), w.process(n // 2)),
    "close": close,
    "reopen": lambda w, who, n: actions.reopen(who, w.deal(n)),
    "delete": lambda w, who, n: actions.delete_opportunity(who, w.deal(n)),
    "restore": lambda w, who, n: actions.restore_opportunity(who, w.deal(n)),
    "plan": lambda w, who, n: create_task(who, w.deal(n), subject="Call"),
    "tick": lambda w, who, n: actions.mark_step(who, w.deal(n), w.step(n // 2)),
}
PROCESSES: Mapping[str, Doing] = {
    "add a stage": lambda w, who, n: administering.add_stage(
        who, w.process(n % 2), {"name_en": f"S{n}", "name_fr": f"S{n}", "chance": n, "allow_skip": True}
    ),
    "delete a stage": lambda w, who, n: administering.delete_stage(
        who, w.stage(n), replacement_id=w.stage_after(n), move_steps=bool(n % 2 and w.stage_after(n))
    ),
    "default stage": lambda w, who, n: administering.set_default_stage(who, w.stage(n)),
    "add a step": lambda w, who, n: administering.add_step(
        who, w.stage(n), what=("tick", "task")[n % 2], name_en="Ask", name_fr="Demander"
    ),
    "move a step": lambda w, who, n: administering.move_step(who, w.step(n), w.stage(n // 3)),
    "delete a step": lambda w, who, n: administering.delete_step(who, w.step(n)),
    "retire": lambda w, who, n: administering.retire_process(who, w.process(n), is_retired=n % 3 > 0),
    "delete a process": lambda w, who, n: administering.delete_process(who, w.process(n)),
    "default process": lambda w, who, n: change_setting(who, "default_process", ("x", "z", "sales")[n % 3]),
    "let open ones go": lambda w, who, n: change_setting(who, "allow_deleting_open", bool(n % 2)),
}
UNDOING: Mapping[str, Doing] = {
    "undo": lambda w, who, n: take(w, who, w.made, n),
    "back": lambda w, who, n: take(w, who, standing(w, undos=False), n % 2),
    "forth": lambda w, who, n: take(w, who, standing(w, undos=True), n % 2),
}
ALL = {**DEALS, **PROCESSES, **UNDOING}
NUMBERS = st.integers(0, 29)
COMMANDS = st.lists(
    st.tuples(
        st.booleans(),
        st.one_of(
            st.sampled_from(sorted(DEALS)),
            st.sampled_from(["move", "switch", "go on", "close", "reopen"]),
            st.sampled_from(sorted(PROCESSES)),
            st.sampled_from(["delete a stage", "add a stage", "delete a step"]),
            st.sampled_from(sorted(UNDOING)),
            st.sampled_from(["back", "forth", "undo"]),
        ),
        NUMBERS,
    ),
    min_size=5,
    max_size=30,
)


def at_work(trade: Trade) -> Work:
    """Two processes with stages, steps and tasks, one without any, and a deal in each of the two."""
    x = process_with(
        stage("a", 10, 5, skip=True, is_default=True),
        stage("b", 30, 20, skip=True),
        stage("c", 60, skip=True),
        key="x",
    )
    y = process_with(
        stage("d", None, 50, skip=True), stage("e", 80, 70, skip=True), key="y", method="multiply"
    )
    process_with(stage("f"), key="z")
    administrator = trade.company.ada
    for at in (x.stages[0], x.stages[1], y.stages[0]):
        for what in ("task", "tick"):
            administering.add_step(administrator, at.id, what=what, name_en="Ask", name_fr="Demander")
    return Work(trade, [trade.deal(process_id=each.id, estimated_value=100).pk for each in (x, y)])


def live(trade: Trade, commands: list[tuple[bool, str, int]]) -> None:
    """Give the commands, those refused passed over; after each, all deals stand where they can."""
    work, at = at_work(trade), NOON
    for administers, name, number in commands:
        who = trade.company.ada if administers or name in PROCESSES else trade.alice
        at += timedelta(minutes=number)
        with clock.stopped_at(at):
            with noting_change_sets() as noted:
                try:
                    ALL[name](work, who, number)
                    event(f"{name}: ok")
                except OpportuneError as refusal:
                    event(f"{name}: {refusal.code}")
            work.made += noted
            work.deals = list(Opportunity.objects.order_by("id").values_list("id", flat=True))
            assert_all_stand_where_they_can()
    with clock.stopped_at(at):
        assert_all_is_well()


def assert_all_stand_where_they_can() -> None:
    """Open deals on live stages of their own process, closed ones on any of it; nothing to do about what is gone."""
    known = {process.id: process for process in processes()}
    stages = {stage.id for process in known.values() for stage in process.stages}
    of_process = dict(Stage.objects.values_list("id", "process_id"))
    for deal in Opportunity.objects.all():
        assert deal.process_id in known
        assert deal.stage_id is None or of_process[deal.stage_id] == deal.process_id
        if deal.status not in CLOSED:
            assert deal.stage_id is None or deal.stage_id in stages, deal
            assert deal.pipeline_phase_id is None or deal.pipeline_phase_id in stages, deal
            assert (deal.status == "in_progress") == (deal.stage_id is not None), deal
            assert deal.stage_id is not None or not deal.is_finished, deal
        assert deal.entries.filter(is_current=True).count() == 1
    binned = Opportunity.objects.exclude(deleted_at=None).values("pk")
    assert not Task.objects.filter(state="open", about_id__in=binned).exists()
    assert not Task.objects.filter(state="open", step__deleted_at__isnull=False).exists()
    assert not Step.objects.filter(deleted_at=None, stage__deleted_at__isnull=False).exists()
    assert hold_for_default(organisation_settings().default_process)


@few(10)
@given(commands=COMMANDS)
def test_whatever_is_undone_all_stand_where_they_can(
    trade: Trade, commands: list[tuple[bool, str, int]]
) -> None:
    with forgotten():
        live(trade, commands)


@pytest.mark.long
@few(1)
@given(commands=COMMANDS)
def test_whatever_is_undone_all_stand_where_they_can_for_long(
    trade: Trade, commands: list[tuple[bool, str, int]]
) -> None:
    with forgotten():
        live(trade, commands)
