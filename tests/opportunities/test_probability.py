"""The table of chances, completed and probability, row by row (domain.md §2.4)."""

from decimal import Decimal
from typing import Any

import pytest

from opportune.opportunities.probability import (
    LOST,
    PROCESS,
    TYPED,
    WON,
    Likelihood,
    accepts_probability,
    after_move,
    back_to_process,
    typed_chance,
    typed_probability,
    with_probability,
)

FORWARD_AND_BACK = ("start", "next", "previous")
LEAPS = ("skip", "jump_back")


def number(value: Any) -> Decimal | None:
    """A percentage, or none."""
    return None if value is None else Decimal(str(value))


def likelihood(
    chance: Any = None, completed: Any = None, probability: Any = None, source: str = PROCESS
) -> Likelihood:
    """C, K, P and their source."""
    return Likelihood(number(chance), number(completed), number(probability), source)


def moved(
    now: Likelihood, move: str, *, to: Any = 45, given: Any = None, method: str = "stage"
) -> Likelihood:
    """What a move into a stage with chance `to`, 40 % completed, makes of the likelihood."""
    return after_move(
        now,
        move=move,
        method=method,
        stage_chance=number(to),
        stage_completed=Decimal(40),
        given=number(given),
    )


@pytest.mark.parametrize(
    ("method", "expected"), [("stage", 30), ("multiply", 12), ("add", 35), ("completed", 40), ("typed", 77)]
)
def test_probability_follows_the_method(method: str, expected: int) -> None:
    assert with_probability(likelihood(30, 40, 77), method).probability == expected


def test_multiplying_keeps_four_decimals() -> None:
    assert with_probability(likelihood("33.33", "66.67"), "multiply").probability == Decimal("22.2211")


@pytest.mark.parametrize(("method", "expected"), [("multiply", 0), ("add", 20)])
def test_a_blank_chance_counts_as_zero(method: str, expected: int) -> None:
    assert with_probability(likelihood(None, 40), method).probability == expected


@pytest.mark.parametrize("method", ["stage", "multiply", "add", "completed", "typed"])
def test_nothing_known_leaves_the_probability_blank(method: str) -> None:
    assert with_probability(Likelihood(), method).probability is None


@pytest.mark.parametrize("move", FORWARD_AND_BACK)
def test_a_move_takes_the_chance_given_with_it(move: str) -> None:
    assert moved(likelihood(20, 10, 20), move, given=33) == likelihood(33, 40, 33, TYPED)


@pytest.mark.parametrize("move", FORWARD_AND_BACK)
def test_giving_the_chance_of_the_stage_is_leaving_it_to_the_process(move: str) -> None:
    assert moved(likelihood(20, 10, 20, TYPED), move, given=45) == likelihood(45, 40, 45, PROCESS)


@pytest.mark.parametrize("move", FORWARD_AND_BACK)
def test_a_given_zero_is_not_given_in_a_move(move: str) -> None:
    assert moved(likelihood(20, 10, 20), move, given=0) == likelihood(45, 40, 45)


@pytest.mark.parametrize("move", FORWARD_AND_BACK)
def test_a_given_chance_that_rounds_to_zero_is_not_given(move: str) -> None:
    assert moved(likelihood(20, 10, 20), move, given="0.004") == likelihood(45, 40, 45)


@pytest.mark.parametrize("move", FORWARD_AND_BACK)
def test_a_move_keeps_a_typed_chance(move: str) -> None:
    assert moved(likelihood(33, 10, 33, TYPED), move) == likelihood(33, 40, 33, TYPED)


@pytest.mark.parametrize("move", FORWARD_AND_BACK)
@pytest.mark.parametrize("to", [45, 0])
def test_a_move_takes_the_chance_of_the_stage(move: str, to: int) -> None:
    assert moved(likelihood(20, 10, 20), move, to=to) == likelihood(to, 40, to)


@pytest.mark.parametrize("move", FORWARD_AND_BACK)
def test_a_stage_without_a_chance_leaves_it(move: str) -> None:
    assert moved(likelihood(20, 10, 20), move, to=None) == likelihood(20, 40, 20)


@pytest.mark.parametrize("move", LEAPS)
def test_a_leap_takes_the_chance_of_the_stage_over_a_typed_and_a_given_one(move: str) -> None:
    assert moved(likelihood(33, 10, 33, TYPED), move, given=12) == likelihood(45, 40, 45, PROCESS)


@pytest.mark.parametrize("move", LEAPS)
@pytest.mark.parametrize("to", [0, None])
def test_a_leap_to_a_stage_without_chance_takes_the_given_one(move: str, to: int | None) -> None:
    assert moved(likelihood(33, 10, 33, TYPED), move, to=to, given=12) == likelihood(12, 40, 12, PROCESS)


@pytest.mark.parametrize("move", LEAPS)
@pytest.mark.parametrize("to", [0, None])
def test_a_leap_to_a_stage_without_chance_keeps_the_old_one(move: str, to: int | None) -> None:
    assert moved(likelihood(33, 10, 33, TYPED), move, to=to) == likelihood(33, 40, 33, PROCESS)


def test_an_update_takes_the_chance_given() -> None:
    assert moved(likelihood(45, 40, 45), "update", given=50) == likelihood(50, 40, 50, TYPED)


def test_an_update_takes_a_given_zero() -> None:
    assert moved(likelihood(45, 40, 45), "update", given=0) == likelihood(0, 40, 0, TYPED)


def test_an_update_with_the_chance_of_the_stage_is_back_to_the_process() -> None:
    assert moved(likelihood(50, 40, 50, TYPED), "update", given=45) == likelihood(45, 40, 45, PROCESS)


@pytest.mark.parametrize("source", [PROCESS, TYPED])
def test_an_update_without_a_chance_keeps_it_and_its_source(source: str) -> None:
    assert moved(likelihood(50, 40, 50, source), "update") == likelihood(50, 40, 50, source)


def test_an_update_takes_what_the_stage_has_completed_now() -> None:
    assert moved(likelihood(50, 35, 50), "update").completed == 40


@pytest.mark.parametrize("move", [*FORWARD_AND_BACK, *LEAPS, "update"])
def test_no_move_touches_a_probability_that_people_type(move: str) -> None:
    assert moved(likelihood(20, 10, 77), move, given=33, method="typed").probability == 77


def test_a_given_chance_has_two_decimals() -> None:
    assert moved(Likelihood(), "next", given="16.555").chance == Decimal("16.56")


def test_typing_the_probability_types_the_chance_where_it_is_one() -> None:
    assert typed_probability(likelihood(20, 10, 20), Decimal("16.5"), "stage") == likelihood(
        "16.5", 10, "16.5", TYPED
    )


def test_typing_the_probability_leaves_the_chance_where_people_type_it() -> None:
    assert typed_probability(likelihood(20, 10, 20), Decimal("16.1234"), "typed") == likelihood(
        20, 10, "16.1234", TYPED
    )


@pytest.mark.parametrize(
    ("method", "accepted"),
    [("stage", True), ("typed", True), ("multiply", False), ("add", False), ("completed", False)],
)
def test_a_probability_that_is_calculated_cannot_be_typed(method: str, accepted: bool) -> None:
    assert accepts_probability(method) is accepted


def test_typing_the_chance_recalculates() -> None:
    assert typed_chance(likelihood(20, 40, 8), Decimal(50), "multiply") == likelihood(50, 40, 20, TYPED)


def test_the_chance_can_be_emptied() -> None:
    assert typed_chance(likelihood(20, 40, 20), None, "stage") == likelihood(None, 40, None, TYPED)


def test_back_to_the_process_takes_the_chance_of_the_stage() -> None:
    assert back_to_process(likelihood(33, 40, 33, TYPED), Decimal(45), "stage") == likelihood(45, 40, 45)


def test_back_to_the_process_without_a_stage_only_clears_the_mark() -> None:
    assert back_to_process(likelihood(33, 40, 33, TYPED), None, "stage") == likelihood(33, 40, 33)


def test_won_is_certain_and_lost_is_not() -> None:
    assert (likelihood(100, 100, 100), likelihood(0, 100, 0)) == (WON, LOST)
