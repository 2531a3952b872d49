"""What is said of each machine code."""

from dataclasses import dataclass
from enum import StrEnum

from opportune.kernel.sentences import Sentence


class Cause(StrEnum):
    """Why a command could not be used: the first three are those a person can be told apart (D-025)."""

    RIGHT = "no_right"
    OFF = "switched_off"
    STATE = "wrong_state"
    VALUES = "values"
    CONFLICT = "conflict"
    FOUND = "not_found"
    DOOR = "door"


@dataclass(frozen=True, slots=True)
class Refusal:
    """A machine code: its cause, what it means, and the names of the data that may come with it."""

    code: str
    cause: Cause
    meaning: Sentence
    data: tuple[str, ...] = ()
