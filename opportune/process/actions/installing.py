"""Making the processes that ship."""

from decimal import Decimal

from opportune.identity.actor import Actor
from opportune.ledger.recording import action, recording
from opportune.process.defaults import PROCESSES, ProcessToMake, StageToMake
from opportune.process.models import Process, Stage, Step


@action("install_processes")
def install_processes(actor: Actor) -> None:
    """Make the processes that ship and were never there; one that was deleted stays deleted."""
    actor.demand_right("customise")
    known = set(Process.objects.values_list("key", flat=True))
    for position, shipped in enumerate(PROCESSES):
        if shipped.key not in known:
            _make_process(shipped, position)


def _make_process(shipped: ProcessToMake, position: int) -> None:
    process = Process(
        key=shipped.key,
        name_en=shipped.name_en,
        name_fr=shipped.name_fr,
        method=shipped.method,
        estimates_required=shipped.estimates_required,
        position=position,
    )
    recording().create(process)
    for order, stage in enumerate(shipped.stages):
        _make_stage(process, stage, order)


def _make_stage(process: Process, shipped: StageToMake, order: int) -> None:
    stage = Stage(
        process=process,
        key=shipped.key,
        position=order,
        name_en=shipped.name_en,
        name_fr=shipped.name_fr,
        chance=Decimal(shipped.chance),
        completed=Decimal(shipped.completed),
        expected_days=shipped.days,
        allow_skip=shipped.skip,
        quote_required=shipped.quote,
        is_default=shipped.is_default,
    )
    recording().create(stage)
    recording().create_many(
        [
            Step(
                stage=stage,
                position=number,
                what=step.what,
                name_en=step.name_en,
                name_fr=step.name_fr,
                field=step.field,
                delay_days=step.delay_days,
            )
            for number, step in enumerate(shipped.steps)
        ]
    )
