"""Undo and redo by facets: whatever happened, a deal is left as a plain model of domain.md §9 says.

The model knows the record before and after each command, and nothing of how commands work.
"""

from dataclasses import dataclass, field
from decimal import ROUND_HALF_UP, Decimal
from typing import Any

import pytest
from hypothesis import event, given
from hypothesis import strategies as st

from opportune.customers.models import Account, Contact
from opportune.kernel.errors import OpportuneError
from opportune.ledger.undo import Undone
from opportune.opportunities.models import StepMark
from tests.deals import Trade
from tests.properties.life import ON_ONE_DEAL, Command, Life
from tests.properties.profiles import few, forgotten

pytestmark = pytest.mark.django_db

Facts = dict[str, Any]
Verdict = str | tuple[set[tuple[str, str]], set[tuple[str, str]]]

FACETS = {
    "customer": {"account_id", "contact_id"},
    "money": {"currency", "rate", "base_digits", "estimated_value"},
    "progress": {
        "process_id",
        "stage_id",
        "pipeline_phase_id",
        "is_finished",
        "status",
        "close_reason_id",
        "closed_on",
        "actual_value",
        "close_description",
        "lost_to_id",
        "chance",
        "completed",
        "probability",
        "probability_source",
    },
    "state": {"state", "ended_at"},
}
BIN = "deleted_at"
CLOSED = ("won", "lost")
ALONE = ("opportunity", "step_mark")


def facet_of(name: str) -> str:
    """The facet of a field: a field of none is one by itself."""
    return next((facet for facet, fields in FACETS.items() if name in fields), name)


def fields_of(facet: str) -> set[str]:
    """The fields of a facet."""
    return FACETS.get(facet, {facet})


@dataclass(slots=True)
class Step:
    """What one change set did: the records before and after, by kind; none before it was made."""

    before: dict[str, Facts | None]
    after: dict[str, Facts | None]
    undone: bool = False

    @property
    def touched(self) -> list[str]:
        """The kinds of records it changed."""
        return [kind for kind in self.after if self.before[kind] != self.after[kind]]


@dataclass(slots=True)
class Model:
    """The records now, and every change set so far by its id."""

    now: dict[str, Facts | None]
    steps: dict[int, Step] = field(default_factory=dict)
    administers: bool = True
    in_the_way: set[tuple[str, str]] = field(default_factory=set)

    def undo(self, change_set: int) -> Verdict:
        """What undoing it answers: a refusal's code, or what goes back and what stays. The records follow."""
        step = self.steps[change_set]
        if step.undone:
            return "already_undone"
        now = dict(self.now)
        restored: set[tuple[str, str]] = set()
        kept: set[tuple[str, str]] = set()
        for kind in step.touched:
            before, after, present = step.before[kind], step.after[kind], self.now[kind]
            assert after is not None
            assert present is not None
            if before is None:
                taken_back = present == after
                (restored if taken_back else kept).add((kind, "record"))
                if taken_back:
                    now[kind] = {**present, **self.gone(kind)}
                continue
            if before.get(BIN) != after.get(BIN):
                restored.add((kind, "record"))
                now[kind] = {**present, BIN: before[BIN]}
                continue
            values = self.goes_back(kind, before, after, present, restored, kept)
            if kind == "opportunity" and self.is_locked(present, values):
                return "closed"
            now[kind] = {**present, **values}
        deal = self.now["opportunity"]
        if deal and deal["status"] in CLOSED and any(kind == "step_mark" for kind, _ in restored):
            return "closed"
        if not restored:
            self.in_the_way = kept
            return "nothing_to_undo"
        step.undone = True
        self.now = now
        return restored, kept

    def gone(self, kind: str) -> Facts:
        """What taking back the making of a record leaves in it."""
        return {"is_done": False} if kind == "step_mark" else {BIN: True}

    def goes_back(
        self,
        kind: str,
        before: Facts,
        after: Facts,
        present: Facts,
        restored: set[tuple[str, str]],
        kept: set[tuple[str, str]],
    ) -> Facts:
        """The values of the facets that did not change since."""
        values: Facts = {}
        for facet in {facet_of(name) for name in after if before[name] != after[name]}:
            whole = fields_of(facet)
            if any(present[name] != after[name] for name in whole):
                kept.add((kind, facet))
                continue
            restored.add((kind, facet))
            values |= {name: before[name] for name in whole if before[name] != after[name]}
        return values

    def is_locked(self, deal: Facts, values: Facts) -> bool:
        """A closed deal changes only by the undo of its closing, or an administrator's of a hand-over."""
        return (
            deal["status"] in CLOSED
            and bool(values)
            and "status" not in values
            and not (set(values) == {"owner_id"} and self.administers)
        )


def records(life: Life) -> dict[str, Facts | None]:
    """The deal, its tick, its customers as they are stored; when it went to the bin does not matter."""
    deal = life.deal.facts()
    mark = StepMark.objects.filter(opportunity_id=life.deal_id).first()
    customers = [*Account.objects.all(), *Contact.objects.all()]
    return {
        **{str(one.ref): {"customer_since": one.customer_since} for one in customers},
        "opportunity": {**deal, BIN: deal[BIN] is not None},
        "step_mark": None if mark is None else {"is_done": mark.is_done},
    }


def said(answer: OpportuneError | Undone | None) -> Verdict:
    """An answer as the model gives it."""
    if isinstance(answer, OpportuneError):
        return answer.code
    assert isinstance(answer, Undone)
    restored, kept = (
        {(ref.kind if ref.kind in ALONE else str(ref), facet) for ref, facet in facets}
        for facets in (answer.restored, answer.kept)
    )
    return restored, kept


def asked(life: Life, name: str, given: Facts) -> int | None:
    """The change set an undo is about, or none if the command is no undo."""
    if name == "undo_creation":
        return life.change_sets[0]
    later = life.change_sets[1:] or life.change_sets
    return later[-1 - given["back"] % len(later)] if name == "undo" else None


@few(2)
@given(commands=st.lists(ON_ONE_DEAL, min_size=5, max_size=25))
def test_undo_leaves_a_deal_as_the_page_says(trade: Trade, commands: list[Command]) -> None:
    with forgotten():
        life = Life(trade)
        life.begin(estimated_value=Decimal(100))
        model = Model(records(life))
        model.steps[life.change_sets[0]] = Step({**model.now, "opportunity": None}, model.now)
        for name, given in commands:
            before, count, about = model.now, len(life.change_sets), asked(life, name, given)
            expected = None if about is None else model.undo(about)
            answer = life.do(name, given)
            if about is None:
                model.now = records(life)
            else:
                assert said(answer) == expected, (name, given)
                assert records(life) == model.now, (name, given)
                event("undo: " + (expected if isinstance(expected, str) else "ok"))
            if len(life.change_sets) > count:
                model.steps[life.change_sets[-1]] = Step(before, model.now)
            assert_it_weighs_right(life)


def assert_it_weighs_right(life: Life) -> None:
    """Value and expected revenue follow from the fields, whoever put them back."""
    deal = life.deal
    value = deal.actual_value if deal.status == "won" else deal.estimated_value
    assert deal.value == value
    weighed = None if value is None else value * (deal.probability or 0) / 100
    assert deal.expected == (None if weighed is None else weighed.quantize(Decimal("0.0001"), ROUND_HALF_UP))
    in_base = ((value or Decimal(0)) / deal.rate).quantize(Decimal("0.01"), ROUND_HALF_UP)
    assert deal.value_base == in_base
    assert (deal.rate == 1) == (deal.currency == "EUR")
