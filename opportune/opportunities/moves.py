"""Which move a wish is, and whether the process has it: start, next, previous, skip, jump back, update, finish.

Plain calculation on the picture of a process (domain.md §3); gates and rights come afterwards.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

from opportune.kernel.errors import Refused
from opportune.kernel.sentences import Named, sentence

START, NEXT, PREVIOUS, SKIP, JUMP_BACK = "start", "next", "previous", "skip", "jump_back"
UPDATE, FINISH = "update", "finish"
MOVES = (START, NEXT, PREVIOUS, SKIP, JUMP_BACK, UPDATE, FINISH)
STAYING = (UPDATE, FINISH)
SWITCH, RESTAGED = "switch", "restaged"
"""What the entries of a change of process, and of a stage that was deleted, are called; they are no moves."""


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
        """Whether required steps are asked for, and the quote of a stage it enters."""
        return self.kind in (NEXT, SKIP, FINISH) or (self.kind == START and bool(self.left))


def resolve(
    stages: Sequence[StageLike],
    current: int | None,
    *,
    wish: str | None = None,
    target: int | None = None,
    is_finished: bool = False,
) -> Move:
    """The move from the stage at index `current` (none: not started) that a wish or a target index amounts to.

    Raises Refused: `no_stages`, `not_started`, `already_started`, `no_next_stage`, `no_previous_stage`,
    `not_skippable`, `not_a_move`, `not_last_stage`, `already_finished`.
    """
    if not stages:
        raise Refused("no_stages", sentence("This process has no stages. Add one in the settings."))
    if current is None:
        return _start(stages, wish, target)
    if wish == START:
        raise Refused("already_started", sentence("This opportunity has been started already."))
    if wish == FINISH and is_finished:
        raise Refused("already_finished", sentence("This process is finished already. Win or lose the deal."))
    move = _named(stages, current, wish) or _towards(stages, current, _aimed_at(wish, current, target))
    if target not in (None, move.target):
        raise _astray()
    return move


def starting_stage(stages: Sequence[StageLike]) -> int:
    """The index of the stage that *start* goes to: the default stage, else the first."""
    return next((index for index, stage in enumerate(stages) if stage.is_default), 0)


@dataclass(frozen=True, slots=True)
class Offer:
    """A move a deal could make now, and the indexes of the stages it may lead to, the one proposed first."""

    kind: str
    targets: tuple[int, ...]


def offers(stages: Sequence[StageLike], current: int | None, *, is_finished: bool = False) -> Sequence[Offer]:
    """The moves to choose from, the one proposed first; no gate is asked (business-central.md §3.2).

    Skip and jump back need two stages to choose from; the nearest is then recorded as next or previous.
    """
    if not stages:
        return ()
    if current is None:
        first = starting_stage(stages)
        return (Offer(START, (first, *range(first), *_passing(stages, first, first + 1))),)
    last = len(stages) - 1
    skip = _passing(stages, current + 1, current + 1)
    back = tuple(range(current - 1, -1, -1))
    found = [Offer(NEXT, (current + 1,))] if current < last else []
    found += [Offer(UPDATE, (current,))]
    found += [Offer(FINISH, (current,))] if current == last and not is_finished else []
    found += [Offer(PREVIOUS, back[:1])] if back else []
    found += [Offer(SKIP, skip)] if len(skip) > 1 else []
    found += [Offer(JUMP_BACK, back)] if len(back) > 1 else []
    return found


def _passing(stages: Sequence[StageLike], passed: int, first: int) -> tuple[int, ...]:
    """The stages from `first` on that are reached by passing those from `passed` on, as far as they may be skipped."""
    reached: list[int] = []
    for index in range(first, len(stages)):
        if index > passed and not stages[index - 1].allow_skip:
            break
        reached.append(index)
    return tuple(reached)


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
    if wish == FINISH:
        return _finish(stages, current)
    return Move(UPDATE, current, ()) if wish == UPDATE else None


def _finish(stages: Sequence[StageLike], current: int) -> Move:
    if current + 1 < len(stages):
        raise Refused(
            "not_last_stage", sentence("A process is finished in its last stage. Move there first.")
        )
    return Move(FINISH, current, (current,))


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
