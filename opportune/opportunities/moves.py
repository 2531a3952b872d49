"""Which move a wish is, and whether the process has it: start, next, previous, skip, jump back, update (domain.md §3).

Plain calculation on the picture of a process; gates and rights come afterwards.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

from opportune.kernel.errors import Refused
from opportune.kernel.sentences import Named, sentence

START, NEXT, PREVIOUS, SKIP, JUMP_BACK, UPDATE = "start", "next", "previous", "skip", "jump_back", "update"
MOVES = (START, NEXT, PREVIOUS, SKIP, JUMP_BACK, UPDATE)


class StageLike(Protocol):
    """What a move needs to know of a stage."""

    @property
    def id(self) -> int: ...
    @property
    def order(self) -> int: ...
    @property
    def name_en(self) -> str: ...
    @property
    def name_fr(self) -> str: ...
    @property
    def allow_skip(self) -> bool: ...
    @property
    def is_default(self) -> bool: ...


@dataclass(frozen=True, slots=True)
class Move:
    """A move that exists: its kind, the index of the stage entered, and of the stages left or skipped if gated."""

    kind: str
    target: int
    left: tuple[int, ...]

    @property
    def is_gated(self) -> bool:
        """Whether required steps and quotes are asked for."""
        return self.kind in (NEXT, SKIP) or (self.kind == START and bool(self.left))


def resolve(
    stages: Sequence[StageLike], current: int | None, *, wish: str | None = None, target: int | None = None
) -> Move:
    """The move from the stage at index `current` (none: not started) that a wish or a target index amounts to.

    Raises Refused: `no_stages`, `not_started`, `already_started`, `no_next_stage`, `no_previous_stage`,
    `not_skippable`, `not_a_move`.
    """
    if not stages:
        raise Refused("no_stages", sentence("This process has no stages. Add one in the settings."))
    if current is None:
        return _start(stages, wish, target)
    if wish == START:
        raise Refused("already_started", sentence("This opportunity has been started already."))
    move = _named(stages, current, wish) or _towards(stages, current, _aimed_at(wish, current, target))
    if target not in (None, move.target):
        raise _astray()
    return move


def starting_stage(stages: Sequence[StageLike]) -> int:
    """The index of the stage that *start* goes to: the default stage, else the first."""
    return next((index for index, stage in enumerate(stages) if stage.is_default), 0)


def kind_of(stages: Sequence[StageLike], current: int | None, target: int) -> str:
    """What a move that happened elsewhere is called: nothing is asked of it."""
    if current is None:
        return START
    if target == current:
        return UPDATE
    if abs(target - current) == 1:
        return NEXT if target > current else PREVIOUS
    return SKIP if target > current else JUMP_BACK


def _start(stages: Sequence[StageLike], wish: str | None, target: int | None) -> Move:
    if wish not in (None, START):
        raise Refused("not_started", sentence("This opportunity has not been started. Start it first."))
    first = starting_stage(stages)
    if target is None or target <= first:
        return Move(START, first if target is None else target, ())
    _demand_skippable(stages[first:target])
    return Move(START, target, tuple(range(first, target)))


def _named(stages: Sequence[StageLike], current: int, wish: str | None) -> Move | None:
    if wish == NEXT:
        return _next(stages, current)
    if wish == PREVIOUS:
        return _previous(current)
    return Move(UPDATE, current, ()) if wish == UPDATE else None


def _aimed_at(wish: str | None, current: int, target: int | None) -> int:
    if target is None:
        raise Refused("not_a_move", sentence("Say which stage to move to."))
    if (wish == SKIP and target <= current) or (wish == JUMP_BACK and target >= current):
        raise _astray()
    return target


def _astray() -> Refused:
    return Refused("not_a_move", sentence("This move does not lead to that stage."))


def _next(stages: Sequence[StageLike], current: int) -> Move:
    if current + 1 >= len(stages):
        raise Refused(
            "no_next_stage", sentence("This is the last stage. Close the opportunity as won or lost.")
        )
    return Move(NEXT, current + 1, (current,))


def _previous(current: int) -> Move:
    if current == 0:
        raise Refused("no_previous_stage", sentence("This is the first stage."))
    return Move(PREVIOUS, current - 1, ())


def _towards(stages: Sequence[StageLike], current: int, target: int) -> Move:
    if target == current:
        return Move(UPDATE, current, ())
    if target == current + 1:
        return _next(stages, current)
    if target == current - 1:
        return _previous(current)
    if target < current:
        return Move(JUMP_BACK, target, ())
    _demand_skippable(stages[current + 1 : target])
    return Move(SKIP, target, tuple(range(current, target)))


def _demand_skippable(between: Sequence[StageLike]) -> None:
    firm = tuple(Named(stage.name_en, stage.name_fr) for stage in between if not stage.allow_skip)
    if firm:
        raise Refused(
            "not_skippable",
            sentence("These stages cannot be skipped: {stages}.", stages=firm),
            stages=[stage.id for stage in between if not stage.allow_skip],
        )
