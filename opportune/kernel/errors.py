"""What a command may answer instead of doing its work. Doors turn these into their own codes."""

from collections.abc import Mapping
from typing import Any

from opportune.kernel.sentences import Sentence, sentence


class OpportuneError(Exception):
    """A machine code, data, and a sentence a salesperson understands."""

    code = "error"

    def __init__(self, message: Sentence, **data: Any) -> None:
        super().__init__(str(message))
        self.message = message
        self.data = data


class NotFound(OpportuneError):
    """No such record for this actor: absent and invisible look the same."""

    code = "not_found"

    def __init__(self, kind: str = "record", **data: Any) -> None:
        super().__init__(sentence("This record does not exist, or you cannot see it."), kind=kind, **data)


class NotPermitted(OpportuneError):
    """The record is visible, but the actor lacks the right to do this with it."""

    code = "not_permitted"

    def __init__(self, message: Sentence | None = None, **data: Any) -> None:
        super().__init__(message or sentence("You do not have the right to do this."), **data)


class Invalid(OpportuneError):
    """Some given values cannot be accepted; `fields` says which and why."""

    code = "invalid"

    def __init__(self, fields: Mapping[str, Sentence]) -> None:
        self.fields = dict(fields)
        super().__init__(next(iter(self.fields.values()), sentence("Some values are not valid.")))


class Refused(OpportuneError):
    """The values are fine, but a rule forbids the command now; `code` says which rule."""

    def __init__(self, code: str, message: Sentence, **data: Any) -> None:
        super().__init__(message, **data)
        self.code = code


class Conflict(OpportuneError):
    """Someone else changed the same thing first (`conflict`), or the record is read-only (`closed`)."""

    def __init__(self, message: Sentence | None = None, *, code: str = "conflict", **data: Any) -> None:
        default = sentence("Someone else changed this first. Look at their change, then try again.")
        super().__init__(message or default, **data)
        self.code = code
