"""Chance (C), completed (K) and probability (P) of a deal: the one table of domain.md §2, calculated.

All three are percentages from 0 to 100, or none for blank. The source says whether the process or a person
decided the chance.
"""

from collections.abc import Callable
from dataclasses import dataclass, replace
from decimal import Decimal

from opportune.kernel.money import rounded

PROCESS, TYPED = "process", "typed"
HUNDRED, ZERO = Decimal(100), Decimal(0)


@dataclass(frozen=True, slots=True)
class Likelihood:
    """C, K, P and who decided C."""

    chance: Decimal | None = None
    completed: Decimal | None = None
    probability: Decimal | None = None
    source: str = PROCESS


WON = Likelihood(HUNDRED, HUNDRED, HUNDRED)
LOST = Likelihood(ZERO, HUNDRED, ZERO)


def _add(chance: Decimal, completed: Decimal) -> Decimal:
    return (chance + completed) / 2


def _multiply(chance: Decimal, completed: Decimal) -> Decimal:
    return chance * completed / HUNDRED


_METHODS: dict[str, Callable[[Decimal, Decimal], Decimal]] = {"add": _add, "multiply": _multiply}


def with_probability(likelihood: Likelihood, method: str) -> Likelihood:
    """P as the process's method derives it from C and K; a *typed* P stays (B §2.8)."""
    chance, completed = likelihood.chance, likelihood.completed
    if method == "typed":
        return likelihood
    if method == "stage":
        return replace(likelihood, probability=chance)
    if method == "completed":
        return replace(likelihood, probability=completed)
    if chance is None and completed is None:
        return replace(likelihood, probability=None)
    value = _METHODS[method](chance or ZERO, completed or ZERO)
    return replace(likelihood, probability=rounded(value, 4))


def after_move(
    now: Likelihood,
    *,
    move: str,
    method: str,
    stage_chance: Decimal | None,
    stage_completed: Decimal,
    given: Decimal | None = None,
) -> Likelihood:
    """C, K and P after a move into a stage (or an update within it). `given` is a chance typed with the move."""
    typed = None if given is None else rounded(given, 2)
    if move in ("skip", "jump_back"):
        chance = stage_chance or (now.chance if typed is None else typed)
        source = PROCESS
    elif move in ("update", "finish"):
        chance = now.chance if typed is None else typed
        source = now.source if typed is None else _source_of(typed, stage_chance)
    elif typed:
        chance, source = typed, _source_of(typed, stage_chance)
    elif now.source == TYPED:
        chance, source = now.chance, TYPED
    else:
        chance, source = (now.chance if stage_chance is None else stage_chance), PROCESS
    return with_probability(Likelihood(chance, stage_completed, now.probability, source), method)


def after_switch(now: Likelihood, *, method: str, stage: tuple[Decimal | None, Decimal] | None) -> Likelihood:
    """C, K and P in another process: those of the stage it stands in there, chance and completed; a typed C stays.

    Without a stage C and P stay, and nothing is completed yet.
    """
    if stage is None:
        return replace(now, completed=None)
    return after_move(now, move="switch", method=method, stage_chance=stage[0], stage_completed=stage[1])


def _source_of(given: Decimal, stage_chance: Decimal | None) -> str:
    return PROCESS if given == stage_chance else TYPED


def typed_chance(now: Likelihood, chance: Decimal | None, method: str) -> Likelihood:
    """C typed on the record."""
    exact = None if chance is None else rounded(chance, 2)
    return with_probability(replace(now, chance=exact, source=TYPED), method)


def accepts_probability(method: str) -> bool:
    """Whether P itself may be typed; where it follows from others, only C may."""
    return method in ("stage", "typed")


def typed_field(method: str) -> str:
    """Which of the two a person types: P where it may be, else C."""
    return "probability" if accepts_probability(method) else "chance"


def typed_probability(now: Likelihood, probability: Decimal | None, method: str) -> Likelihood:
    """P typed on the record: in *stage* it is the chance, in *typed* itself. Call only if accepted."""
    if method == "stage":
        return typed_chance(now, probability, method)
    exact = None if probability is None else rounded(probability, 4)
    return replace(now, probability=exact, source=TYPED)


def back_to_process(now: Likelihood, stage_chance: Decimal | None, method: str) -> Likelihood:
    """Let the process decide again: the stage's chance replaces the typed one."""
    chance = now.chance if stage_chance is None else stage_chance
    return with_probability(replace(now, chance=chance, source=PROCESS), method)
