"""The two gates in front of a later stage: required steps, and a quote (domain.md §3.3)."""

from decimal import Decimal
from typing import Any

import pytest

from opportune.kernel.errors import Refused
from opportune.opportunities.gates import StepsDone, demand_quote, demand_steps, missing_steps
from opportune.process.queries import StagePicture, StepPicture

NOTHING = StepsDone({}, frozenset(), frozenset())


def step(number: int, what: str = "tick", *, field: str = "", required: bool = True) -> StepPicture:
    """A step named after its number."""
    return StepPicture(number, what, f"Step {number}", f"Point {number}", field, required, None, None)


def stage(*steps: StepPicture, number: int = 1, quote: bool = False) -> StagePicture:
    """A stage with these steps."""
    names = ("Propose", "Proposition")
    return StagePicture(
        number, "propose", 0, *names, None, Decimal(0), False, quote, False, None, None, "", "", "", steps
    )


def filled(**fields: Any) -> StepsDone:
    """A deal with these fields."""
    return StepsDone(fields, frozenset(), frozenset())


@pytest.mark.parametrize("value", ["900", Decimal(0), Decimal("900.5"), True, 7])
def test_a_field_step_is_done_when_its_field_has_a_value(value: Any) -> None:
    assert filled(budget=value).has(step(1, "field", field="budget"))


@pytest.mark.parametrize("value", [None, "", "unknown", False])
def test_a_field_step_is_not_done_while_its_field_says_nothing(value: Any) -> None:
    assert not filled(budget=value).has(step(1, "field", field="budget"))


def test_a_field_step_is_not_done_by_a_tick() -> None:
    assert not StepsDone({}, frozenset({1}), frozenset({1})).has(step(1, "field", field="budget"))


def test_a_tick_is_done_when_it_is_ticked() -> None:
    assert StepsDone({}, frozenset({1}), frozenset()).has(step(1))
    assert not StepsDone({}, frozenset({2}), frozenset({1})).has(step(1))


def test_a_task_step_is_done_when_its_task_is_completed() -> None:
    assert StepsDone({}, frozenset(), frozenset({1})).has(step(1, "task"))
    assert not StepsDone({}, frozenset({1}), frozenset()).has(step(1, "task"))


def test_only_required_steps_are_missed() -> None:
    assert missing_steps([stage(step(1, required=False), step(2))], NOTHING)[0][1].id == 2


def test_nothing_is_refused_when_all_required_steps_are_done() -> None:
    demand_steps([stage(step(1), step(2, required=False))], StepsDone({}, frozenset({1}), frozenset()))


def test_a_refusal_names_exactly_what_is_missing_in_every_stage_left() -> None:
    stages = [stage(step(1), step(2), number=7), stage(step(3, "field", field="budget"), number=8)]
    with pytest.raises(Refused) as refusal:
        demand_steps(stages, StepsDone({}, frozenset({1}), frozenset()))
    assert refusal.value.code == "steps_missing"
    assert refusal.value.data["missing"] == [
        {"step": 2, "stage": 7, "what": "tick", "field": "", "name": {"en": "Step 2", "fr": "Point 2"}},
        {
            "step": 3,
            "stage": 8,
            "what": "field",
            "field": "budget",
            "name": {"en": "Step 3", "fr": "Point 3"},
        },
    ]


def test_the_sentence_of_a_refusal_has_the_names_in_the_language_of_the_reader() -> None:
    with pytest.raises(Refused) as refusal:
        demand_steps([stage(step(1), step(2))], NOTHING)
    said = refusal.value.message.in_language(lambda pattern, plural, count: "Il manque : {steps}.", "fr")
    assert said == "Il manque : Point 1, Point 2."


def test_a_stage_without_quote_requirement_asks_for_none() -> None:
    demand_quote(stage(), has_quote=False)


def test_a_stage_that_requires_a_quote_admits_a_deal_with_one() -> None:
    demand_quote(stage(quote=True), has_quote=True)


def test_a_stage_that_requires_a_quote_refuses_a_deal_without() -> None:
    with pytest.raises(Refused) as refusal:
        demand_quote(stage(number=9, quote=True), has_quote=False)
    assert (refusal.value.code, refusal.value.data["stage"]) == ("quote_missing", 9)
