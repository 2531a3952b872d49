"""Commands on processes. Only administrators customise (domain.md §7)."""

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal

from opportune.identity.actor import Actor
from opportune.kernel.errors import Invalid, NotFound
from opportune.kernel.money import rounded
from opportune.kernel.sentences import Sentence, sentence
from opportune.ledger.recording import action, recording
from opportune.process.defaults import PROCESSES, ProcessToMake, StageToMake
from opportune.process.models import Process, Stage, Step

KEY_LENGTH, NAME_LENGTH, FIELD_LENGTH = 30, 100, 40
LONGEST_DAYS = 3650


@action("install_processes")
def install_processes(actor: Actor) -> None:
    """Make the processes that ship and do not exist yet."""
    actor.demand_right("customise")
    known = set(Process.objects.values_list("key", flat=True))
    for position, shipped in enumerate(PROCESSES):
        if shipped.key not in known:
            _make_process(shipped, position)


def _make_process(shipped: ProcessToMake, position: int) -> None:
    process = Process(key=shipped.key, name_en=shipped.name_en, name_fr=shipped.name_fr, position=position)
    recording().create(process)
    for order, stage in enumerate(shipped.stages):
        _make_stage(process, stage, order, skip=shipped.skip)


def _make_stage(process: Process, shipped: StageToMake, order: int, *, skip: bool) -> None:
    stage = Stage(
        process=process,
        key=shipped.key,
        position=order,
        name_en=shipped.name_en,
        name_fr=shipped.name_fr,
        chance=Decimal(shipped.chance),
        completed=Decimal(shipped.completed),
        expected_days=shipped.days,
        allow_skip=skip,
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


@dataclass(frozen=True, slots=True)
class StageInput:
    """A stage to add: see `Stage` for what each field means."""

    key: str
    name_en: str
    name_fr: str
    chance: Decimal | None = None
    completed: Decimal = Decimal(0)
    allow_skip: bool = False
    quote_required: bool = False
    is_default: bool = False
    expected_days: int | None = None


@action("create_process")
def create_process(
    actor: Actor,
    *,
    key: str,
    name_en: str,
    name_fr: str,
    method: str = Process.Method.STAGE,
    estimates_required: bool = False,
    stages: Sequence[StageInput] = (),
) -> Process:
    """Add a process with its stages in order (B-046, B-047). Raises Invalid."""
    actor.demand_right("customise")
    _demand_filled(key=key, name_en=name_en, name_fr=name_fr)
    if method not in Process.Method.values:
        raise Invalid({"method": sentence("There is no method “{method}”.", method=method)})
    if Process.objects.filter(key=key.strip()).exists():
        raise Invalid({"key": sentence("There is already a process “{key}”.", key=key)})
    _demand_stages(stages)
    process = Process(
        key=key.strip(),
        name_en=name_en.strip(),
        name_fr=name_fr.strip(),
        method=method,
        estimates_required=estimates_required,
        position=Process.objects.count(),
    )
    recording().create(process)
    recording().create_many(
        [
            Stage(
                process=process,
                position=order,
                key=stage.key.strip(),
                name_en=stage.name_en.strip(),
                name_fr=stage.name_fr.strip(),
                chance=_percentage(stage.chance, "chance"),
                completed=_percentage(stage.completed, "completed") or Decimal(0),
                allow_skip=stage.allow_skip,
                quote_required=stage.quote_required,
                is_default=stage.is_default,
                expected_days=stage.expected_days,
            )
            for order, stage in enumerate(stages)
        ]
    )
    return process


def _demand_filled(**texts: str) -> None:
    wrong: dict[str, Sentence] = {}
    for name, text in texts.items():
        longest = KEY_LENGTH if name == "key" else NAME_LENGTH
        if not text.strip():
            wrong[name] = sentence("This field is required.")
        elif len(text.strip()) > longest:
            wrong[name] = sentence("At most {longest} characters fit here.", longest=longest)
    if wrong:
        raise Invalid(wrong)


def _demand_days(days: int | None, field: str) -> None:
    if days is not None and days > LONGEST_DAYS:
        raise Invalid({field: sentence("This number is too large.")})
    if days is not None and days < 0:
        raise Invalid({field: sentence("This number is too small.")})


def _demand_stages(stages: Sequence[StageInput]) -> None:
    if sum(stage.is_default for stage in stages) > 1:
        raise Invalid({"stages": sentence("Only one stage can be the default stage.")})
    if len({stage.key.strip() for stage in stages}) < len(stages):
        raise Invalid({"stages": sentence("Every stage of a process needs a key of its own.")})
    for stage in stages:
        _demand_filled(key=stage.key, name_en=stage.name_en, name_fr=stage.name_fr)
        _demand_days(stage.expected_days, "expected_days")


@action("add_step")
def add_step(
    actor: Actor,
    stage_id: int,
    *,
    what: str,
    name_en: str,
    name_fr: str,
    field: str = "",
    is_required: bool = False,
    delay_days: int | None = None,
) -> Step:
    """Add a step at the end of a stage. Raises NotFound, Invalid."""
    actor.demand_right("customise")
    _demand_filled(name_en=name_en, name_fr=name_fr)
    if delay_days is not None and delay_days < 0:
        raise Invalid({"delay_days": sentence("A task is due on the day of entry at the earliest.")})
    _demand_days(delay_days, "delay_days")
    if not Stage.objects.filter(pk=stage_id).exists():
        raise NotFound("stage")
    if what not in Step.What.values:
        raise Invalid({"what": sentence("A step is a field, a tick or a task.")})
    if what == Step.What.FIELD and not field:
        raise Invalid({"field": sentence("Choose the field this step asks for.")})
    if len(field) > FIELD_LENGTH:
        raise Invalid({"field": sentence("At most {longest} characters fit here.", longest=FIELD_LENGTH)})
    step = Step(
        stage_id=stage_id,
        position=Step.objects.filter(stage_id=stage_id).count(),
        what=what,
        name_en=name_en.strip(),
        name_fr=name_fr.strip(),
        field=field,
        is_required=is_required,
        delay_days=delay_days,
    )
    recording().create(step)
    return step


@action("require_step")
def require_step(actor: Actor, step_id: int, *, is_required: bool) -> Step:
    """Say whether a step must be done before its stage is left. Raises NotFound."""
    actor.demand_right("customise")
    step = Step.objects.select_for_update().filter(pk=step_id).first()
    if step is None:
        raise NotFound("step")
    recording().update(step, {"is_required": is_required})
    return step


def _percentage(value: Decimal | None, field: str) -> Decimal | None:
    if value is not None and not 0 <= value <= 100:
        raise Invalid({field: sentence("A percentage lies between 0 and 100.")})
    return None if value is None else rounded(value, 2)
