"""Closed is read-only (C-045): what every door says then."""

from opportune.kernel.errors import Conflict
from opportune.kernel.sentences import sentence


def closed(version: int | None = None) -> Conflict:
    """The refusal of a change to a closed deal; `version` the one it has."""
    known = {} if version is None else {"version": version}
    return Conflict(sentence("This opportunity is closed. Reopen it to change it."), code="closed", **known)
