"""Processes, stages and steps as commands take hold of them: locked from the process down, by who customises.

Who changes what commands on deals go by takes the processes alone. Who does not is in nobody's way: rows are locked
so that deals may still name them, several of a kind in the order of their ids.
"""

from collections.abc import Sequence
from typing import TypeVar

from django.db.models import QuerySet

from opportune.identity.actor import Actor
from opportune.kernel.errors import Invalid, NotFound
from opportune.kernel.sentences import sentence
from opportune.ledger.models import LIVE
from opportune.ledger.ordering import placed
from opportune.process.holding import take_processes
from opportune.process.models import Process, Stage, Step

R = TypeVar("R", Process, Stage, Step)


def obtain_process(actor: Actor, process_id: int, *, alone: bool = True) -> Process:
    """A process, locked. Raises NotPermitted, NotFound, Refused `processes_busy`."""
    actor.demand_right("customise")
    if alone:
        take_processes()
    process = Process.objects.filter(LIVE, pk=process_id).select_for_update(no_key=True).first()
    if process is None:
        raise NotFound("process")
    return process


def obtain_stage(actor: Actor, stage_id: int, *, alone: bool = True) -> Stage:
    """A stage, locked after its process. Raises NotPermitted, NotFound, Refused `processes_busy`."""
    actor.demand_right("customise")
    if alone:
        take_processes()
    process_id = Stage.objects.filter(LIVE, pk=stage_id).values_list("process_id", flat=True).first()
    if process_id is None:
        raise NotFound("stage")
    obtain_process(actor, process_id, alone=alone)
    stage = Stage.objects.filter(LIVE, pk=stage_id).select_for_update(no_key=True).first()
    if stage is None:
        raise NotFound("stage")
    return stage


def obtain_step(actor: Actor, step_id: int, *, alone: bool = True) -> Step:
    """A step, locked after its stage and process. Raises NotPermitted, NotFound, Refused `processes_busy`."""
    actor.demand_right("customise")
    if alone:
        take_processes()
    stage_id = Step.objects.filter(LIVE, pk=step_id).values_list("stage_id", flat=True).first()
    if stage_id is None:
        raise NotFound("step")
    obtain_stage(actor, stage_id, alone=alone)
    step = Step.objects.filter(LIVE, pk=step_id).select_for_update(no_key=True).first()
    if step is None:
        raise NotFound("step")
    return step


def all_processes() -> list[Process]:
    """The processes in their order, locked."""
    return _in_place(Process.objects.filter(LIVE))


def stages_of(process_id: int) -> list[Stage]:
    """A process's stages in their order, locked; their process is locked by then."""
    return _in_place(Stage.objects.filter(LIVE, process_id=process_id))


def steps_of(stage_id: int) -> list[Step]:
    """A stage's steps in their order, locked; their stage is locked by then."""
    return _in_place(Step.objects.filter(LIVE, stage_id=stage_id))


def _in_place(rows: QuerySet[R]) -> list[R]:
    locked = rows.order_by("pk").select_for_update(no_key=True)
    return sorted(locked, key=lambda record: (record.position, record.pk))


def in_order(records: Sequence[R], ids: Sequence[int]) -> list[R]:
    """The records in the order of the ids. Raises Invalid unless each of them is named once."""
    known = {record.pk: record for record in records}
    if len(ids) != len(known) or set(ids) != set(known):
        raise Invalid({"order": sentence("Name each of them once, in the order wanted.")})
    return [known[each] for each in ids]


def shifted(records: Sequence[R], record_id: int, by: int) -> list[R]:
    """The records with one of them some places later (below zero: earlier), no further than the end (C-081)."""
    index = next(place for place, record in enumerate(records) if record.pk == record_id)
    return placed(records, records[index], index + by)


def last_position(records: Sequence[R]) -> int:
    """The position behind the last of these records."""
    return records[-1].position + 1 if records else 0
