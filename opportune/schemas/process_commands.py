"""Processes: what comes in. Which values are right is for the actions to say."""

from typing import Any

from opportune.kernel.errors import NotFound
from opportune.process.queries import ProcessPicture, StagePicture, processes
from opportune.schemas.shapes import Given, Id, Name, Number, Text, Whole


class ProcessFields(Given):
    """What may be written on a process; `method` is stage, multiply, add, completed or typed."""

    method: Text = "stage"
    estimates_required: bool = False
    comments: Text | None = None


class ProcessGiven(ProcessFields):
    """A process to create; its key is made from the English name unless given."""

    name_en: Text
    name_fr: Text
    key: Text | None = None


class ProcessChanges(ProcessFields):
    """Fields of a process to change; what is left out stays. `version` is the one that was looked at."""

    name_en: Text | None = None
    name_fr: Text | None = None
    version: Id | None = None


class StageFields(Given):
    """What may be written on a stage; none empties a field. Percentages lie between 0 and 100.

    `close_date_formula` is a row of parts such as 3D, 2W+1D, 1M, 1Q, 1Y or CM, the end of the month.
    """

    chance: Number | None = None
    completed: Number | None = None
    allow_skip: bool = False
    quote_required: bool = False
    expected_days: Whole | None = None
    stale_days: Whole | None = None
    close_date_formula: Text | None = None
    guidance_en: Text | None = None
    guidance_fr: Text | None = None
    comments: Text | None = None


class StageGiven(StageFields):
    """A stage to add behind the others; its key is made from the English name unless given."""

    name_en: Text
    name_fr: Text
    key: Text | None = None


class StageChanges(StageFields):
    """Fields of a stage to change; what is left out stays. `version` is the one that was looked at."""

    name_en: Text | None = None
    name_fr: Text | None = None
    version: Id | None = None


class StepFields(Given):
    """What may be written on a step. Only a field step has a `field`, only a task a delay and a reminder, in days."""

    field: Text | None = None
    is_required: bool = False
    delay_days: Whole | None = None
    reminder_days: Whole | None = None


class StepGiven(StepFields):
    """A step to add at the end of a stage; `what` is field, tick or task."""

    what: Text
    name_en: Text
    name_fr: Text


class StepChanges(StepFields):
    """Fields of a step to change; what is left out stays. `version` is the one that was looked at."""

    name_en: Text | None = None
    name_fr: Text | None = None
    version: Id | None = None


class OrderGiven(Given):
    """All of them by their ids, in the order wanted."""

    order: list[Id]


class StageChosen(Given):
    """A stage, by its id or its key, and the place in it, from 0; without one it is the end."""

    stage: Name
    position: Whole | None = None


class StageDeletion(Given):
    """What becomes of the opportunities of a stage: they go to another stage of the process, or to none.

    With `move_steps` the steps go along, to the top of the replacement's.
    """

    replacement: Name | None = None
    move_steps: bool = False


class NoteGiven(Given):
    """A comment; time and name are put before it."""

    text: Text


def process_named(name: int | str) -> ProcessPicture:
    """A process by its id or its key. Raises NotFound."""
    found = next((process for process in processes() if name in (process.id, process.key)), None)
    if found is None:
        raise NotFound("process")
    return found


def stage_in(process: ProcessPicture, name: int | str) -> StagePicture:
    """A stage of a process by its id or its key. Raises NotFound."""
    found = process.stage_named(name)
    if found is None:
        raise NotFound("stage")
    return found


def deletion_of(process: ProcessPicture, given: StageDeletion) -> dict[str, Any]:
    """The arguments of `delete_stage`; a replacement that is none of the process is refused there."""
    found = process.stage_named(given.replacement) if given.replacement is not None else None
    unknown = given.replacement is not None and found is None
    return {"replacement_id": found.id if found else 0 if unknown else None, "move_steps": given.move_steps}
