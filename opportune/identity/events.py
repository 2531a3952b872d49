"""What happens to people that others react to, in the same transaction."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class LeavingBegins:
    """Somebody may be about to be kept out: what comes before all records is taken now."""

    user_id: int


@dataclass(frozen=True, slots=True)
class PersonLeaving:
    """Somebody is about to be kept out, and another one follows: what is still open becomes theirs."""

    user_id: int
    successor_id: int
