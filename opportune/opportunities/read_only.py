"""Closed is read-only (C-045): what every door says then."""

from opportune.kernel.errors import Conflict
from opportune.kernel.sentences import sentence

_CLOSED = sentence("This opportunity is closed. Reopen it to change it.")


def closed(version: int | None = None) -> Conflict:
    """The refusal of a change to a closed deal; `version` the one it has."""
    if version is None:
        return Conflict(_CLOSED, code="closed")
    return Conflict(_CLOSED, code="closed", version=version)
