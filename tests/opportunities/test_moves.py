"""Which move a wish or a target stage amounts to, and which is none (domain.md §3.3)."""

from dataclasses import dataclass
from typing import Any

import pytest

from opportune.kernel.errors import Refused
from opportune.opportunities.moves import Move, offers, resolve, starting_stage


@dataclass(frozen=True, slots=True)
class Place:
    """A stage as moves see one."""

    id: int
    order: int
    allow_skip: bool = False
    is_default: bool = False
    name_en: str = "Stage"
    name_fr: str = "Étape"


def places(skippable: str = "----", default: int | None = None) -> list[Place]:
    """Stages in a row: `s` can be skipped, `-` cannot."""
    return [Place(100 + order, order, mark == "s", order == default) for order, mark in enumerate(skippable)]


def refused(*args: Any, **kwargs: Any) -> Refused:
    """The refusal that `resolve` answers with."""
    with pytest.raises(Refused) as refusal:
        resolve(*args, **kwargs)
    return refusal.value


def test_a_process_without_stages_has_no_moves() -> None:
    assert refused([], None).code == "no_stages"


def test_start_goes_to_the_default_stage() -> None:
    assert resolve(places(default=1), None, wish="start") == Move("start", 1, ())


def test_start_goes_to_the_first_stage_without_a_default_one() -> None:
    assert resolve(places(), None) == Move("start", 0, ())
    assert starting_stage(places()) == 0


def test_start_before_the_default_stage_is_free() -> None:
    move = resolve(places(default=2), None, target=0)
    assert (move, move.is_gated) == (Move("start", 0, ()), False)


def test_start_at_a_later_stage_passes_skippable_ones_under_the_gates_of_a_skip() -> None:
    move = resolve(places("ss--"), None, target=2)
    assert (move, move.is_gated) == (Move("start", 2, (0, 1)), True)


def test_start_beyond_a_stage_that_cannot_be_skipped_is_refused() -> None:
    refusal = refused(places("s---"), None, target=2)
    assert (refusal.code, refusal.data["stages"]) == ("not_skippable", [101])


@pytest.mark.parametrize("wish", ["next", "previous", "skip", "jump_back", "update"])
def test_a_deal_not_started_can_only_be_started(wish: str) -> None:
    assert refused(places("ssss"), None, wish=wish, target=2).code == "not_started"


def test_a_deal_is_started_once() -> None:
    assert refused(places(), 1, wish="start").code == "already_started"


@pytest.mark.parametrize("asked", [{"wish": "next"}, {"target": 2}, {"wish": "skip", "target": 2}])
def test_one_stage_forward_is_next(asked: dict[str, Any]) -> None:
    assert resolve(places(), 1, **asked) == Move("next", 2, (1,))


@pytest.mark.parametrize("asked", [{"wish": "previous"}, {"target": 0}, {"wish": "jump_back", "target": 0}])
def test_one_stage_back_is_previous_and_free(asked: dict[str, Any]) -> None:
    move = resolve(places(), 1, **asked)
    assert (move, move.is_gated) == (Move("previous", 0, ()), False)


def test_there_is_no_next_stage_after_the_last() -> None:
    assert refused(places(), 3, wish="next").code == "no_next_stage"


def test_there_is_no_previous_stage_before_the_first() -> None:
    assert refused(places(), 0, wish="previous").code == "no_previous_stage"


def test_skip_passes_only_stages_that_may_be_skipped() -> None:
    assert resolve(places("--s-"), 1, target=3) == Move("skip", 3, (1, 2))
    assert refused(places("s---"), 0, target=2).code == "not_skippable"


def test_whether_the_stage_left_and_the_one_entered_may_be_skipped_does_not_matter() -> None:
    assert resolve(places("-ss-"), 0, wish="skip", target=3).kind == "skip"


def test_a_refused_skip_names_every_stage_that_cannot_be_skipped() -> None:
    assert refused(places("--s--"), 0, target=4).data["stages"] == [101, 103]


def test_several_stages_back_is_jumping_back_and_free() -> None:
    move = resolve(places(), 3, target=0)
    assert (move, move.is_gated) == (Move("jump_back", 0, ()), False)


@pytest.mark.parametrize("asked", [{"wish": "update"}, {"target": 1}, {"wish": "update", "target": 1}])
def test_staying_is_an_update(asked: dict[str, Any]) -> None:
    assert resolve(places(), 1, **asked) == Move("update", 1, ())


@pytest.mark.parametrize(
    ("wish", "target"),
    [
        ("skip", 0),
        ("skip", 1),
        ("skip", None),
        ("jump_back", 1),
        ("jump_back", 2),
        ("jump_back", None),
        ("next", 0),
        ("next", 3),
        ("previous", 2),
        ("update", 2),
        (None, None),
    ],
)
def test_a_move_that_does_not_lead_to_the_stage_aimed_at_is_none(
    wish: str | None, target: int | None
) -> None:
    assert refused(places("ssss"), 1, wish=wish, target=target).code == "not_a_move"


def offered(*args: Any, **kwargs: Any) -> list[tuple[str, tuple[int, ...]]]:
    """The moves that are offered, by name and places."""
    return [(offer.kind, offer.targets) for offer in offers(*args, **kwargs)]


def test_a_deal_not_started_is_offered_only_the_start() -> None:
    assert offered(places("-s--", default=1), None) == [("start", (1, 0, 2))]
    assert offered([], None) == []


def test_the_offers_in_their_order() -> None:
    assert offered(places("----"), 0) == [("next", (1,)), ("update", (0,))]
    assert offered(places("----"), 3) == [
        ("update", (3,)),
        ("finish", (3,)),
        ("previous", (2,)),
        ("jump_back", (2, 1, 0)),
    ]
    assert offered(places("----"), 3, is_finished=True)[0:2] == [("update", (3,)), ("previous", (2,))]


def test_skip_is_offered_as_far_as_stages_may_be_skipped() -> None:
    assert ("skip", (1, 2, 3)) in offered(places("-ss--"), 0)
    assert "skip" not in dict(offered(places("--ss"), 0)), "the first one after it cannot be skipped"
    assert "skip" not in dict(offered(places("-s"), 0)), "there is only the next one"


def test_every_offer_is_a_move() -> None:
    stages = places("ss-s-", default=1)
    for current in (None, *range(5)):
        for offer in offers(stages, current):
            for target in offer.targets:
                assert resolve(stages, current, wish=offer.kind, target=target).target == target


def test_finishing_is_possible_once_in_the_last_stage() -> None:
    move = resolve(places(), 3, wish="finish")
    assert (move, move.is_gated) == (Move("finish", 3, (3,)), True)
    assert refused(places(), 2, wish="finish").code == "not_last_stage"
    assert refused(places(), 3, wish="finish", is_finished=True).code == "already_finished"
    assert refused(places(), None, wish="finish").code == "not_started"
