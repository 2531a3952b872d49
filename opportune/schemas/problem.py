"""What went wrong, told to people and machines alike by every door."""

from collections.abc import Iterable, Mapping
from typing import Any

from pydantic import ValidationError

from opportune.kernel.errors import Invalid, OpportuneError
from opportune.kernel.sentences import Sentence, sentence
from opportune.schemas.language import spoken
from opportune.schemas.refusals import REFUSALS
from opportune.schemas.shapes import Shown

Fault = Mapping[str, Any]
WHOLE = "body"


class Problem(Shown):
    """A machine code, its cause, a sentence, one for each field that is wrong, and what belongs to the code.

    The cause says whether a right is missing (`no_right`), a setting is off (`switched_off`), the record is not in the
    state for it (`wrong_state`), or what else is wrong: `values`, `conflict`, `not_found`, `door`.
    """

    code: str
    cause: str
    detail: str
    errors: dict[str, str] | None = None
    data: dict[str, Any] | None = None


def problem_of(error: OpportuneError, language: str) -> Problem:
    """An error in a reader's language."""
    fields = error.fields if isinstance(error, Invalid) else {}
    return Problem(
        code=error.code,
        cause=REFUSALS[error.code].cause.value,
        detail=spoken(error.message, language),
        errors={name: spoken(message, language) for name, message in fields.items()} or None,
        data=error.data or None,
    )


def invalid_of(faults: Iterable[Fault]) -> Invalid:
    """The same error an action would raise, from the faults that a shape found (`ValidationError.errors()`).

    A fault's `loc` begins with the field's name; without one the whole is at fault.
    """
    wrong: dict[str, Sentence] = {}
    for fault in faults:
        name = str(fault["loc"][0]) if fault["loc"] else WHOLE
        wrong.setdefault(name, _sentence_for(str(fault["type"]), name))
    return Invalid(wrong)


def shape_refusal(error: ValidationError) -> Invalid:
    """What `pydantic` refused, as an action would say it."""
    return invalid_of(error.errors(include_url=False, include_context=False, include_input=False))


def _sentence_for(fault: str, name: str) -> Sentence:
    if fault == "extra_forbidden":
        return sentence("There is no field “{field}” to write here.", field=name)
    kind = fault.partition("_")[0]
    return _SENTENCES.get(kind, sentence("This value cannot be used here."))


_SENTENCES: Mapping[str, Sentence] = {
    "missing": sentence("This field is required."),
    "string": sentence("Enter text."),
    "text": sentence("Enter text."),
    "int": sentence("Enter a whole number."),
    "number": sentence("This is not a number."),
    "decimal": sentence("This is not a number."),
    "finite": sentence("This is not a number."),
    "day": sentence("This is not a date. Write it as 2026-12-31."),
    "bool": sentence("Enter true or false."),
    "greater": sentence("This number is too small."),
    "less": sentence("This number is too large."),
    "model": sentence("Send the fields as one JSON object."),
    "dict": sentence("Send the fields as one JSON object."),
}
