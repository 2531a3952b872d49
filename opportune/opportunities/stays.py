"""Stays: how long a deal stood where, read from its entries (domain.md §3.4, §9).

Consecutive entries in one stage are one stay. An undo and what it took back are passed over, as if neither
had happened; "as of" reads the entries themselves and sees both.
"""

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from itertools import pairwise, takewhile
from typing import Generic, Protocol, TypeVar

from opportune.opportunities.moves import MOVES, RESTAGED, SWITCH

CREATED, REOPENED = "created", "reopened"
State = TypeVar("State")


class Interval(Protocol):
    """What is read of an entry. `undoes_id` is the change set that its own took back, if it is an undo."""

    @property
    def stage_id(self) -> int | None: ...
    @property
    def status(self) -> str: ...
    @property
    def on(self) -> date: ...
    @property
    def move(self) -> str: ...
    @property
    def change_set_id(self) -> int: ...
    @property
    def undoes_id(self) -> int | None: ...


@dataclass(frozen=True, slots=True)
class Turn(Generic[State]):
    """Something became `state` on a business date, by a change set."""

    state: State
    on: date
    change_set_id: int


def turns(entries: Iterable[Interval], state: Callable[[Interval], State]) -> Sequence[Turn[State]]:
    """The changes of a state that stand, in order: an undo takes the last one back, a redo brings it again."""
    standing: list[Turn[State]] = []
    taken_back: dict[int, Turn[State]] = {}
    for entry in entries:
        now, undone = state(entry), entry.undoes_id
        if standing and standing[-1].state == now:
            continue
        # a change set may have turned it twice: into another process, and to a stage there
        by_it = _last_turns_of(undone, standing)
        if by_it and len(standing) > by_it and standing[-1 - by_it].state == now:
            taken_back[entry.change_set_id] = standing[-1]
            del standing[-by_it:]
            continue
        again = taken_back.get(undone or 0)
        since = again.on if again is not None and again.state == now else entry.on
        standing.append(Turn(now, since, entry.change_set_id))
    return standing


def _last_turns_of(change_set_id: int | None, standing: Sequence[Turn[State]]) -> int:
    return len(list(takewhile(lambda turn: turn.change_set_id == change_set_id, reversed(standing))))


def stage_since(entries: Iterable[Interval]) -> date | None:
    """The day the present stay in a stage began, none without a stage."""
    stood = turns(entries, lambda entry: entry.stage_id)
    return stood[-1].on if stood and stood[-1].state is not None else None


def days_in_stages(entries: Iterable[Interval], today: date) -> dict[int, int]:
    """Days spent in each stage while in progress; a closed deal's clock has stopped.

    A deal that was reopened may be closed with a date before that: such a stay has lasted no day.
    """
    stood = turns(entries, lambda entry: entry.stage_id if entry.status == "in_progress" else None)
    spent: dict[int, int] = {}
    for turn, following in zip(stood, [*stood[1:], None], strict=True):
        if turn.state is not None:
            until = following.on if following else today
            spent[turn.state] = spent.get(turn.state, 0) + max(0, (until - turn.on).days)
    return spent


def ended_stays(entries: Iterable[Interval]) -> Iterator[tuple[int, int]]:
    """Each stay in a stage that has ended, as the stage and the days it lasted (BC E12); undone ones never were."""
    stood = turns(entries, lambda entry: entry.stage_id if entry.status == "in_progress" else None)
    for turn, following in pairwise(stood):
        if turn.state is not None:
            yield turn.state, max(0, (following.on - turn.on).days)


def last_move_on(entries: Sequence[Interval], *, with_reopening: bool = False) -> date | None:
    """The business date of the last move, switch or creation, what was undone left out (E-19)."""
    undone_by = {entry.undoes_id: entry.change_set_id for entry in entries if entry.undoes_id}

    def stands(change_set_id: int) -> bool:
        undo = undone_by.get(change_set_id)
        return undo is None or not stands(undo)

    counted = {CREATED, SWITCH, RESTAGED, *MOVES, *([REOPENED] if with_reopening else [])}
    days = [entry.on for entry in entries if entry.move in counted and stands(entry.change_set_id)]
    return days[-1] if days else None
