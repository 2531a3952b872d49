"""Commands on whole processes. Only administrators customise (domain.md §7, C-072)."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any
from zoneinfo import ZoneInfo

from opportune.identity.actor import Actor
from opportune.kernel import clock
from opportune.kernel.checking import text as text_of
from opportune.kernel.errors import Invalid, NotFound
from opportune.kernel.sentences import sentence
from opportune.ledger.merging import check_version
from opportune.ledger.ordering import number
from opportune.ledger.recording import action, recording
from opportune.process import values
from opportune.process.holding import relied_upon
from opportune.process.models import Process, Stage
from opportune.process.naming import demand_free_names
from opportune.process.obtaining import (
    all_processes,
    in_order,
    last_position,
    obtain_process,
    shifted,
)
from opportune.process.standing import demand_not_default
from opportune.reference.queries import organisation_settings


@dataclass(frozen=True, slots=True)
class StageInput:
    """A stage to make along with its process: see `Stage` for what each field means."""

    key: str
    name_en: str
    name_fr: str
    chance: Decimal | None = None
    completed: Decimal = Decimal(0)
    allow_skip: bool = False
    quote_required: bool = False
    is_default: bool = False
    expected_days: int | None = None
    stale_days: int | None = None
    close_date_formula: str = ""


@action("create_process")
def create_process(
    actor: Actor,
    *,
    name_en: str,
    name_fr: str,
    key: str = "",
    method: str = Process.Method.STAGE,
    estimates_required: bool = False,
    comments: str = "",
    stages: Sequence[StageInput] = (),
) -> Process:
    """Add a process with its stages in order (B-046, B-047); its key is made from its name if not given.

    Raises Invalid, NotPermitted.
    """
    actor.demand_right("customise")
    given = values.checked(
        {**values.PROCESS, **values.KEY},
        {
            "key": key,
            "name_en": name_en,
            "name_fr": name_fr,
            "method": method,
            "estimates_required": estimates_required,
            "comments": comments,
        },
    )
    siblings = all_processes()
    taken = {sibling.key for sibling in siblings}
    if given["key"] in taken:
        raise Invalid({"key": sentence("There is already a process “{key}”.", key=given["key"])})
    given["key"] = given["key"] or values.free_key(given["name_en"], taken, "process")
    made = _stages(stages)
    process = Process(**given, position=last_position(siblings))
    recording().create(process)
    for stage in made:
        stage.process = process
    recording().create_many(made)
    return process


def _stages(wanted: Sequence[StageInput]) -> list[Stage]:
    if sum(stage.is_default for stage in wanted) > 1:
        raise Invalid({"stages": sentence("Only one stage can be the default stage.")})
    made: list[Stage] = []
    for order, stage in enumerate(wanted):
        fields = {name: getattr(stage, name) for name in StageInput.__slots__ if name != "is_default"}
        kept = values.checked({**values.STAGE, **values.KEY}, fields)
        taken = {other.key for other in made}
        if kept["key"] in taken:
            raise Invalid({"stages": sentence("Every stage of a process needs a key of its own.")})
        demand_free_names(made, kept)
        kept["key"] = kept["key"] or values.free_key(kept["name_en"], taken, "stage")
        made.append(Stage(**kept, position=order, is_default=stage.is_default))
    return made


@action("change_process")
def change_process(
    actor: Actor, process_id: int, changes: Mapping[str, Any], *, version: int | None = None
) -> Process:
    """Rename a process, or change its method, `estimates_required` or comments; deals in it stay as they are.

    Raises NotFound, NotPermitted, Invalid, Conflict.
    """
    process = obtain_process(actor, process_id, alone=relied_upon(Process.kind, changes))
    check_version(process, version, changes)
    recording().update(process, values.checked(values.PROCESS, changes))
    return process


@action("order_processes")
def order_processes(actor: Actor, process_ids: Sequence[int]) -> None:
    """Put all processes into an order. Raises NotPermitted, Invalid unless each is named once."""
    actor.demand_right("customise")
    number(in_order(all_processes(), process_ids))


@action("order_processes")
def shift_process(actor: Actor, process_id: int, by: int) -> None:
    """Move a process some places later, or earlier below zero; nothing happens at the edge."""
    actor.demand_right("customise")
    siblings = all_processes()
    if all(sibling.pk != process_id for sibling in siblings):
        raise NotFound(Process.kind)
    number(shifted(siblings, process_id, by))


@action("retire_process")
def retire_process(actor: Actor, process_id: int, *, is_retired: bool = True) -> Process:
    """Take a process out of use, or back into it: its deals go on, new ones cannot have it (E-14, E-38).

    Raises NotFound, NotPermitted, or Refused `process_is_default`.
    """
    process = obtain_process(actor, process_id)
    if is_retired:
        demand_not_default(process)
    recording().update(process, {"is_retired": is_retired})
    return process


@action("comment_process")
def comment_process(actor: Actor, process_id: int, text: str) -> Process:
    """Add a comment below the others, with the time and the name of who wrote it. Raises Invalid for a blank one."""
    process = obtain_process(actor, process_id, alone=False)
    recording().update(process, {"comments": with_stamp(actor, process.comments, text)})
    return process


def with_stamp(actor: Actor, comments: str, text: str) -> str:
    """Comments with one more: the organisation's day and time, who wrote it, and what. Raises Invalid."""
    said = values.checked({"text": text_of(values.LONGEST_TEXT, required=True)}, {"text": text})["text"]
    zone = organisation_settings().time_zone
    line = f"{clock.now().astimezone(ZoneInfo(zone)):%Y-%m-%d %H:%M}, {actor.label}: {said}"
    kept: str = values.checked(values.PROCESS, {"comments": f"{comments}\n{line}"})["comments"]
    return kept
