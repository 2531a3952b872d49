"""Any process, any sequence of commands: a deal stands where a plain model of domain.md §2.4 and §3.3 says.

The model is written from the page, in fractions, and knows nothing of the code it is held against.
"""

from collections.abc import Callable
from dataclasses import dataclass, field
from decimal import Decimal
from fractions import Fraction
from typing import Any

import pytest
from hypothesis import event, given
from hypothesis import strategies as st

from opportune.kernel.errors import Conflict, Invalid, Refused
from opportune.kernel.registries import facts
from opportune.opportunities import actions
from opportune.opportunities.models import Entry, Opportunity
from opportune.process.actions import add_step
from opportune.process.queries import ProcessPicture, process_by_id
from tests.deals import SYSTEM, TODAY, Trade, process_with, stage
from tests.properties.profiles import few, forgotten

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("march")]

WISHES = (None, "start", "next", "previous", "skip", "jump_back", "update", "finish")
METHODS = ("stage", "multiply", "add", "completed", "typed")
PERCENTAGES = st.sampled_from([Decimal(0), Decimal(100)]) | st.decimals(0, 100, places=2)
GIVEN = st.none() | PERCENTAGES | st.decimals(0, 100, places=4)
VALUES = st.none() | st.decimals(0, 10**6, places=2)


@dataclass(frozen=True, slots=True)
class Phase:
    """A stage of a random process."""

    chance: Decimal | None
    completed: Decimal
    skip: bool
    quote: bool
    required: bool


@dataclass(frozen=True, slots=True)
class Plan:
    """A random process."""

    phases: tuple[Phase, ...]
    default: int | None
    method: str
    demanding: bool


PHASES = st.builds(
    Phase,
    chance=st.none() | PERCENTAGES,
    completed=PERCENTAGES,
    skip=st.sampled_from([True, True, False]),
    quote=st.sampled_from([False, False, False, True]),
    required=st.sampled_from([False, False, True]),
)


@st.composite
def plans(draw: st.DrawFn) -> Plan:
    """Processes of one to six stages."""
    phases = draw(st.lists(PHASES, min_size=1, max_size=6).map(tuple))
    default = draw(st.none() | st.integers(0, len(phases) - 1))
    demanding = draw(st.sampled_from([False, False, False, True]))
    return Plan(phases, default, draw(st.sampled_from(METHODS)), demanding)


Command = tuple[str, tuple[Any, ...]]
WISHED = st.tuples(st.sampled_from(WISHES), st.none() | st.integers(0, 5), GIVEN, VALUES)
AIMED = st.tuples(st.none(), st.integers(0, 5), GIVEN, VALUES)
NAMED = st.tuples(st.sampled_from(["next", "next", "previous", "update", "finish"]), st.none(), GIVEN, VALUES)
BEGIN: Command = ("move", (None, None, None, None))
COMMANDS: st.SearchStrategy[Command] = st.one_of(
    st.tuples(st.just("move"), AIMED),
    st.tuples(st.just("move"), AIMED),
    st.tuples(st.just("move"), NAMED),
    st.tuples(st.just("move"), NAMED),
    st.tuples(st.just("move"), WISHED),
    st.tuples(st.just("tick"), st.tuples(st.integers(0, 5), st.sampled_from([True, True, False]))),
    st.tuples(st.just("quote"), st.tuples(st.booleans())),
    st.tuples(st.just("type_chance"), st.tuples(GIVEN)),
    st.tuples(st.just("type_probability"), st.tuples(GIVEN)),
    st.tuples(st.just("back_to_process"), st.just(())),
    st.tuples(st.just("close"), st.tuples(st.sampled_from(["won", "lost"]), VALUES)),
    st.tuples(st.just("reopen"), st.just(())),
    st.tuples(st.just("reopen"), st.just(())),
)
ROADS = st.lists(COMMANDS, min_size=6, max_size=16) | st.lists(COMMANDS, min_size=6, max_size=16).map(
    lambda commands: [BEGIN, *commands]
)


def nearest(number: Fraction, decimals: int) -> Fraction:
    """Rounded half up; there is nothing below zero here."""
    scale = 10**decimals
    return Fraction((number * scale * 2 + 1).__floor__() // 2, scale)


def exact(number: Decimal | None, decimals: int = 4) -> Fraction | None:
    """A typed number as it is kept."""
    return None if number is None else nearest(Fraction(number), decimals)


@dataclass
class Model:
    """Where a deal stands, by the page."""

    plan: Plan
    stage: int | None = None
    status: str = "not_started"
    c: Fraction | None = None
    k: Fraction | None = None
    p: Fraction | None = None
    source: str = "process"
    value: Fraction | None = None
    actual: Fraction | None = None
    finished: bool = False
    ticked: set[int] = field(default_factory=set)
    has_quote: bool = False
    before: tuple[Any, ...] = ()

    @property
    def worth(self) -> tuple[Fraction | None, Fraction | None]:
        """Value and expected revenue."""
        value = self.actual if self.status == "won" else self.value
        return value, None if value is None else nearest(value * (self.p or 0) / 100, 4)

    def weigh(self) -> None:
        """P from C and K."""
        c, k = self.c or Fraction(0), self.k or Fraction(0)
        blank = self.c is None and self.k is None
        if self.plan.method == "stage":
            self.p = self.c
        elif self.plan.method == "completed":
            self.p = self.k
        elif self.plan.method in ("multiply", "add"):
            self.p = (
                None if blank else nearest(c * k / 100 if self.plan.method == "multiply" else (c + k) / 2, 4)
            )

    def move(self, wish: str | None, target: int | None, given: Decimal | None, value: Decimal | None) -> str:
        """The verdict on a move; if it is `ok`, the move is done."""
        if self.status in ("won", "lost"):
            return "closed"
        kind, goal, left = self.kind_of(wish, target)
        if not kind:
            return str(goal)
        assert isinstance(goal, int)
        if kind in ("next", "skip", "finish") or left:
            if any(self.plan.phases[at].required and at not in self.ticked for at in left):
                return "steps_missing"
            if kind != "finish" and self.plan.phases[goal].quote and not self.has_quote:
                return "quote_missing"
        c, source = self.chance_after(kind, goal, exact(given, 2))
        worth = self.value if value is None else exact(value)
        if self.plan.demanding and (kind != "start" or left) and not (worth and c and given != 0):
            return "invalid"
        self.finished = kind == "finish" or (kind == "update" and self.finished)
        self.stage, self.status, self.value = goal, "in_progress", worth
        self.c, self.source, self.k = c, source, exact(self.plan.phases[goal].completed)
        self.weigh()
        return "ok"

    def kind_of(self, wish: str | None, target: int | None) -> tuple[str, int | str, range]:
        """Which move it is, where to, and the stages left behind by it; or why it is none."""
        phases, here, nothing = self.plan.phases, self.stage, range(0)
        if here is None:
            first = self.plan.default or 0
            goal = first if target is None else target
            if wish not in (None, "start"):
                return "", "not_started", nothing
            if not all(phase.skip for phase in phases[first:goal]):
                return "", "not_skippable", nothing
            return "start", goal, range(first, goal)
        if wish == "start":
            return "", "already_started", nothing
        if wish == "next" and here == len(phases) - 1:
            return "", "no_next_stage", nothing
        if wish == "previous" and here == 0:
            return "", "no_previous_stage", nothing
        if wish == "finish":
            if self.finished:
                return "", "already_finished", nothing
            if here < len(phases) - 1:
                return "", "not_last_stage", nothing
            return (
                ("finish", here, range(here, here + 1))
                if target in (None, here)
                else ("", "not_a_move", nothing)
            )
        named = {"next": here + 1, "previous": here - 1, "update": here}
        goal = named.get(wish or "", -1 if target is None else target)
        wrong_way = (wish == "skip" and goal <= here) or (wish == "jump_back" and goal >= here)
        if goal < 0 or wrong_way or target not in (None, goal):
            return "", "not_a_move", nothing
        if goal > here + 1 and not all(phase.skip for phase in phases[here + 1 : goal]):
            return "", "not_skippable", nothing
        far = "skip" if goal > here else "jump_back"
        kind = {0: "update", 1: "next", -1: "previous"}.get(goal - here, far)
        return kind, goal, range(here, goal)

    def chance_after(self, kind: str, goal: int, given: Fraction | None) -> tuple[Fraction | None, str]:
        """C and its source: the first three lines of the table."""
        own = exact(self.plan.phases[goal].chance)
        by_given = "process" if given == own else "typed"
        if kind in ("skip", "jump_back"):
            return own or (self.c if given is None else given), "process"
        if kind in ("update", "finish"):
            return (self.c, self.source) if given is None else (given, by_given)
        if given:
            return given, by_given
        if self.source == "typed":
            return self.c, "typed"
        return self.c if own is None else own, "process"

    def tick(self, at: int, done: bool) -> str:
        """Tick the step of a stage, or take the tick away."""
        if self.status in ("won", "lost"):
            return "closed"
        (self.ticked.add if done else self.ticked.discard)(at)
        return "ok"

    def quote(self, there: bool) -> str:
        """Now there is a quote, or there is none."""
        self.has_quote = there
        return "ok"

    def type_chance(self, chance: Decimal | None) -> str:
        """C typed on the record; as it was, it is no change."""
        if self.status in ("won", "lost"):
            return "closed"
        if self.c != (None if chance is None else Fraction(chance)):
            self.c, self.source = exact(chance, 2), "typed"
            self.weigh()
        return "ok"

    def type_probability(self, probability: Decimal | None) -> str:
        """P typed on the record."""
        if self.status in ("won", "lost"):
            return "closed"
        if self.p == (None if probability is None else Fraction(probability)):
            return "ok"
        if self.plan.method == "stage":
            self.c, self.source = exact(probability, 2), "typed"
            self.weigh()
        elif self.plan.method == "typed":
            self.p, self.source = exact(probability), "typed"
        else:
            return "invalid"
        return "ok"

    def back_to_process(self) -> str:
        """What was typed is forgotten."""
        if self.status in ("won", "lost"):
            return "closed"
        own = None if self.stage is None else exact(self.plan.phases[self.stage].chance)
        self.c, self.source = (self.c if own is None else own), "process"
        self.weigh()
        return "ok"

    def close(self, outcome: str, actual: Decimal | None) -> str:
        """Won or lost."""
        if self.status in ("won", "lost"):
            return "closed"
        worth = (self.value or Fraction(0)) if actual is None else exact(actual)
        if outcome == "won" and self.plan.demanding and not worth:
            return "invalid"
        self.before = (self.status, self.stage, self.c, self.k, self.p, self.source)
        self.status, self.source, self.k = outcome, "process", Fraction(100)
        self.c = self.p = Fraction(100 if outcome == "won" else 0)
        self.actual = worth if outcome == "won" else None
        return "ok"

    def reopen(self) -> str:
        """All three come back, and where it stood."""
        if self.status not in ("won", "lost"):
            return "not_closed"
        self.status, self.stage, self.c, self.k, self.p, self.source = self.before
        self.actual = None
        return "ok"


class Deal:
    """The same commands, given to Opportune by Alice."""

    def __init__(self, trade: Trade, plan: Plan) -> None:
        self.actor, self.plan = trade.alice, plan
        self.process = made(plan)
        self.pk = trade.deal(process_id=self.process.id, stage_id=None, estimated_close_on=TODAY).pk

    def stage_id(self, at: int) -> int:
        """The id of the stage at a place."""
        return self.process.stages[at].id

    def move(self, wish: str | None, target: int | None, given: Any, value: Any) -> None:
        """See `Model.move`."""
        to = None if target is None else self.stage_id(target)
        actions.move(self.actor, self.pk, wish=wish, stage_id=to, chance=given, estimated_value=value)

    def tick(self, at: int, done: bool) -> None:
        """Every stage has one tick."""
        actions.mark_step(self.actor, self.pk, self.process.stages[at].steps[0].id, is_done=done)

    def quote(self, there: bool) -> None:
        """See `Model.quote`."""
        facts["has_open_or_won_quote"] = lambda _: there

    def type_chance(self, chance: Any) -> None:
        """See `Model.type_chance`."""
        actions.edit(self.actor, self.pk, {"chance": chance})

    def type_probability(self, probability: Any) -> None:
        """See `Model.type_probability`."""
        actions.edit(self.actor, self.pk, {"probability": probability})

    def back_to_process(self) -> None:
        """See `Model.back_to_process`."""
        actions.use_process_chance(self.actor, self.pk)

    def close(self, outcome: str, actual: Any) -> None:
        """See `Model.close`."""
        reason = "PRICE_W" if outcome == "won" else "PRICE_L"
        actions.close(
            self.actor,
            self.pk,
            outcome=outcome,
            reason=reason,
            on=TODAY,
            actual_value=actual,
            confirm_zero=True,
        )

    def reopen(self) -> None:
        """See `Model.reopen`."""
        actions.reopen(self.actor, self.pk)


def made(plan: Plan) -> ProcessPicture:
    """The process of a plan; every stage has one tick, required or not."""
    stages = [
        stage(
            f"s{at}",
            phase.chance,
            phase.completed,
            skip=phase.skip,
            quote_required=phase.quote,
            is_default=at == plan.default,
        )
        for at, phase in enumerate(plan.phases)
    ]
    process = process_with(*stages, method=plan.method, estimates_required=plan.demanding)
    for one, phase in zip(process.stages, plan.phases, strict=True):
        add_step(SYSTEM, one.id, what="tick", name_en="S", name_fr="S", is_required=phase.required)
    return process_by_id(process.id)


def verdict(command: Callable[..., None], *args: Any) -> str:
    """What Opportune says to a command."""
    try:
        command(*args)
    except (Refused, Conflict) as refusal:
        return refusal.code
    except Invalid:
        return "invalid"
    return "ok"


def standing(deal: Opportunity | Entry, process: ProcessPicture) -> tuple[Any, ...]:
    """Where a deal, or its entry, stands."""
    at = None if deal.stage_id is None else next(s.order for s in process.stages if s.id == deal.stage_id)
    figures = (deal.chance, deal.completed, deal.probability, deal.value, deal.expected)
    return (deal.status, at, deal.probability_source, *(None if f is None else Fraction(f) for f in figures))


@few(2)
@given(plan=plans(), commands=ROADS)
def test_a_deal_stands_where_the_page_says(
    trade: Trade, monkeypatch: pytest.MonkeyPatch, plan: Plan, commands: list[Command]
) -> None:
    monkeypatch.setitem(facts, "has_open_or_won_quote", lambda _: False)
    with forgotten():
        facts["has_open_or_won_quote"] = lambda _: False
        model, deal = Model(plan), Deal(trade, plan)
        for name, args in commands:
            if name in ("move", "tick"):
                args = tuple(
                    at % len(plan.phases) if isinstance(at, int) and not isinstance(at, bool) else at
                    for at in args
                )
            said = verdict(getattr(deal, name), *args)
            event(f"{name}: {said}")
            assert said == getattr(model, name)(*args), (name, args)
            now = Opportunity.objects.get(pk=deal.pk)
            value, expected = model.worth
            by_the_page = (
                model.status,
                model.stage,
                model.source,
                model.c,
                model.k,
                model.p,
                value,
                expected,
            )
            assert standing(now, deal.process) == by_the_page, (name, args)
            assert now.is_finished == model.finished, (name, args)
            assert standing(Entry.objects.get(opportunity=now, is_current=True), deal.process) == by_the_page
