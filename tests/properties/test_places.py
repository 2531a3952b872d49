"""Places kept in other processes: whatever was switched, moved, undone and redone, each is what it was (decision 19).

The model knows where a deal stood before and after each command, and nothing of how places are kept.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

import pytest
from hypothesis import event, given
from hypothesis import strategies as st

from opportune.kernel.errors import OpportuneError, Refused
from opportune.ledger.models import ChangeSet
from opportune.ledger.recording import noting_change_sets
from opportune.ledger.undo import undo
from opportune.opportunities import actions
from opportune.opportunities.models import Opportunity, ProcessRun
from opportune.process.queries import ProcessPicture
from tests.deals import Trade, last_change_set, process_with, stage
from tests.properties.profiles import few, forgotten

pytestmark = pytest.mark.django_db

Place = tuple[int | None, bool]
NOWHERE: Place = (None, False)
UNDOS = ("undo", "back", "forth")
COMMANDS = st.lists(
    st.one_of(
        st.tuples(st.just("switch"), st.integers(0, 2)),
        st.tuples(st.just("switch"), st.integers(0, 2)),
        st.tuples(st.just("move"), st.integers(0, 8)),
        st.tuples(st.just("move within"), st.integers(0, 2)),
        st.tuples(st.just("finish"), st.just(0)),
        st.tuples(st.just("undo"), st.integers(0, 3)),
        st.tuples(st.just("back"), st.just(0)),
        st.tuples(st.just("back"), st.just(0)),
        st.tuples(st.just("back"), st.just(0)),
        st.tuples(st.just("forth"), st.just(0)),
    ),
    min_size=4,
    max_size=30,
)


@dataclass(frozen=True, slots=True)
class Standing:
    """The process a deal is in, and its places in all of them, that one included."""

    process: int
    places: dict[int, Place] = field(default_factory=dict)

    def place(self, process: int) -> Place:
        """Where it stands, or would stand."""
        return self.places.get(process, NOWHERE)

    def undone(self, before: "Standing") -> "Standing":
        """As it is when a command is taken back that had begun at `before` and led to where it stands."""
        touched = {self.process: before.place(self.process), before.process: before.place(before.process)}
        return Standing(before.process, {**self.places, **touched})


def seen(deal_id: int) -> Standing:
    """Where the deal stands, and the places it keeps, as stored."""
    deal = Opportunity.objects.get(pk=deal_id)
    kept = ProcessRun.objects.filter(opportunity=deal).exclude(process_id=deal.process_id)
    places = {run.process_id: (run.stage_id, run.is_finished) for run in kept}
    return Standing(deal.process_id, {**places, deal.process_id: (deal.stage_id, deal.is_finished)})


def processes(trade: Trade) -> list[ProcessPicture]:
    """Three processes of three stages each that set no chance, so that deals come back to where they were."""
    return [
        process_with(*(stage(f"{key}{at}", skip=True) for at in range(3)), key=key) for key in ("x", "y", "z")
    ]


def give(trade: Trade, deal: int, known: list[ProcessPicture], name: str, at: int) -> None:
    """Give one command that is no undo."""
    if name == "switch":
        actions.switch_process(trade.alice, deal, known[at].id)
        return
    if name == "finish":
        actions.move(trade.alice, deal, wish="finish")
        return
    stages = [stage for process in known for stage in process.stages]
    if name == "move within":
        process_id = Opportunity.objects.values_list("process_id", flat=True).get(pk=deal)
        [own] = [process for process in known if process.id == process_id]
        stages = list(own.stages)
    actions.move(trade.alice, deal, stage_id=stages[at].id)


@few(5)
@given(commands=COMMANDS)
def test_every_place_is_what_it_was(trade: Trade, commands: list[tuple[str, int]]) -> None:
    with forgotten():
        known = processes(trade)
        deal = trade.deal(process_id=known[0].id, stage_id=known[0].stages[0].id).pk
        standing, befores = seen(deal), dict[int, Standing]()
        for name, at in commands:
            before = standing
            with noting_change_sets() as noted:
                about = asked(name, at, befores)
                if name not in UNDOS:
                    try:
                        give(trade, deal, known, name, at)
                    except OpportuneError as refusal:
                        event(f"{name}: {refusal.code}")
                    standing = changed(before, seen(deal)) if noted else before
                elif about:
                    try:
                        undo(trade.alice, about)
                        standing = before.undone(befores[about])
                        event("undo: done")
                    except Refused as refusal:
                        event(f"undo: {refusal.code}")
            for change_set in noted:
                befores[change_set] = before
            stored = seen(deal)
            assert stored.process == standing.process, (name, at)
            assert all(stored.place(each.id) == standing.place(each.id) for each in known), (name, at)


def asked(name: str, at: int, known: Iterable[int]) -> int:
    """The change set an undo is about: any, or what Ctrl Z and its opposite take; none is zero."""
    undoes = dict(ChangeSet.objects.filter(pk__in=list(known)).values_list("id", "undoes_id"))
    latest_first = sorted(undoes, reverse=True)
    if name == "undo":
        return latest_first[at % len(undoes)] if undoes else 0
    standing = [one for one in latest_first if one not in undoes.values()]
    wanted = [one for one in standing if is_undo(one, undoes) == (name == "forth")]
    return next(iter(wanted), 0)


def is_undo(change_set: int, undoes: Mapping[int, int | None]) -> bool:
    """Whether a change set takes something back; a redo does not."""
    about = undoes[change_set]
    return about is not None and not is_undo(about, undoes)


def changed(before: Standing, after: Standing) -> Standing:
    """As it is after a command: only where it stands is taken from the record, what it left is what it was."""
    return Standing(after.process, {**before.places, after.process: after.place(after.process)})


def test_a_place_that_was_taken_back_is_none_again(trade: Trade) -> None:
    x, y, _ = processes(trade)
    deal = trade.deal(process_id=x.id, stage_id=x.stages[1].id).pk
    there = last_change_set(actions.switch_process, trade.alice, deal, y.id)
    moved = last_change_set(actions.move, trade.alice, deal, stage_id=y.stages[2].id)
    back = last_change_set(actions.switch_process, trade.alice, deal, x.id)
    for change_set in (back, moved, there):
        undo(trade.alice, change_set)
    again = actions.switch_process(trade.alice, deal, y.id)
    assert (again.stage_id, again.status) == (None, "not_started")


def test_a_place_is_the_older_one_when_the_moves_since_were_taken_back(trade: Trade) -> None:
    x, y, _ = processes(trade)
    deal = trade.deal(process_id=x.id, stage_id=x.stages[0].id).pk
    actions.switch_process(trade.alice, deal, y.id)
    back = last_change_set(actions.switch_process, trade.alice, deal, x.id)
    moved = last_change_set(actions.move, trade.alice, deal, stage_id=x.stages[2].id)
    there = last_change_set(actions.switch_process, trade.alice, deal, y.id)
    for change_set in (there, moved, back):
        undo(trade.alice, change_set)
    assert actions.switch_process(trade.alice, deal, x.id).stage_id == x.stages[0].id


def test_a_move_that_switched_leaves_the_place_before_it_however_often_it_is_redone(trade: Trade) -> None:
    x, y, _ = processes(trade)
    deal = trade.deal(process_id=x.id, stage_id=x.stages[0].id).pk
    actions.move(trade.alice, deal, stage_id=y.stages[1].id)
    actions.switch_process(trade.alice, deal, x.id)
    change_set = last_change_set(actions.move, trade.alice, deal, stage_id=y.stages[2].id)
    for _ in range(3):
        change_set = undo(trade.alice, change_set).change_set_id or 0
    assert actions.switch_process(trade.alice, deal, y.id).stage_id == y.stages[1].id
