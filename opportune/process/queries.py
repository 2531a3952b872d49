"""Reading processes: a whole process as one immutable picture, so that moves are plain calculation."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

from django.db.models import Q, QuerySet

from opportune.kernel.errors import NotFound
from opportune.kernel.registries import facts
from opportune.ledger.lasting import lasting
from opportune.ledger.models import LIVE
from opportune.process.models import Process, Stage, Step
from opportune.storage.prepared import prepared


@dataclass(frozen=True, slots=True)
class StepPicture:
    """A step of a stage."""

    id: int
    what: str
    name_en: str
    name_fr: str
    field: str
    is_required: bool
    delay_days: int | None
    reminder_days: int | None
    version: int = 1

    def name(self, language: str) -> str:
        """The name in a language, English unless French."""
        return self.name_fr if language.startswith("fr") else self.name_en


@dataclass(frozen=True, slots=True)
class StagePicture:
    """A stage with its steps; `order` is its place in the process, from 0."""

    id: int
    key: str
    order: int
    name_en: str
    name_fr: str
    chance: Decimal | None
    completed: Decimal
    allow_skip: bool
    quote_required: bool
    is_default: bool
    expected_days: int | None
    stale_days: int | None
    close_date_formula: str
    guidance_en: str
    guidance_fr: str
    steps: tuple[StepPicture, ...]
    comments: str = ""
    version: int = 1

    def name(self, language: str) -> str:
        """The name in a language, English unless French."""
        return self.name_fr if language.startswith("fr") else self.name_en

    @property
    def stale_after(self) -> int | None:
        """Days after which a deal in this stage is stuck: its own, else one and a half times those expected."""
        return stale_after(self.stale_days, self.expected_days)


@dataclass(frozen=True, slots=True)
class ProcessPicture:
    """A process with its stages in order."""

    id: int
    key: str
    name_en: str
    name_fr: str
    method: str
    estimates_required: bool
    is_retired: bool
    stages: tuple[StagePicture, ...]
    comments: str = ""
    version: int = 1
    heirs: Mapping[int, int] = field(default_factory=dict, hash=False)

    def name(self, language: str) -> str:
        """The name in a language, English unless French."""
        return self.name_fr if language.startswith("fr") else self.name_en

    def stage(self, stage_id: int | None) -> StagePicture | None:
        """The stage with an id, if it is one of this process."""
        return next((stage for stage in self.stages if stage.id == stage_id), None)

    def has_tick(self, step_id: int | None) -> bool:
        """Whether a step is one of this process that is ticked."""
        steps = (step for stage in self.stages for step in stage.steps)
        return any(step.id == step_id and step.what == "tick" for step in steps)

    def stage_left(self, stage_id: int | None) -> StagePicture | None:
        """The stage that somebody left with an id, or what replaced it when it was deleted; none if nothing did."""
        for _ in self.heirs:
            stage_id = self.heirs.get(stage_id or 0, stage_id)
        return self.stage(stage_id)

    def stage_named(self, name: int | str) -> StagePicture | None:
        """The stage with an id, or with a key such as `qualify`, if it is one of this process."""
        return next((stage for stage in self.stages if name in (stage.id, stage.key)), None)

    @property
    def default_stage(self) -> StagePicture | None:
        """The stage new opportunities begin in, if there is one (domain.md §3)."""
        return next((stage for stage in self.stages if stage.is_default), None)


def stale_after(own: int | None, expected: int | None) -> int | None:
    """The days after which a deal is stuck in a stage with an own number of them, or with days expected."""
    if own is not None:
        return own
    return None if expected is None else (expected * 3 + 1) // 2


@dataclass(frozen=True, slots=True)
class Use:
    """How many deals would feel a deletion: `open` ones, `all` of them, and how many open ones have done a step."""

    open: int
    all: int
    done: int = 0


_KINDS = frozenset({Process.kind, Stage.kind, Step.kind})
_STEP = (
    "id", "what", "name_en", "name_fr", "field", "is_required", "delay_days", "reminder_days", "version",
)  # fmt: skip
_STAGE = (
    "id", "key", "name_en", "name_fr", "chance", "completed", "allow_skip", "quote_required", "is_default",
    "expected_days", "stale_days", "close_date_formula", "guidance_en", "guidance_fr", "comments", "version",
)  # fmt: skip
_PROCESS = (
    "id", "key", "name_en", "name_fr", "method", "estimates_required", "is_retired", "comments", "version",
)  # fmt: skip


def processes(*, with_retired: bool = True) -> Sequence[ProcessPicture]:
    """All processes in their order, in three queries, once a request or command."""
    known = lasting("processes", _processes, of=_KINDS)
    return [process for process in known if with_retired or not process.is_retired]


def _processes() -> Sequence[ProcessPicture]:
    steps: dict[int, list[StepPicture]] = defaultdict(list)
    for stage_id, *step in _steps():
        steps[stage_id].append(StepPicture(*step))
    stages: dict[int, list[StagePicture]] = defaultdict(list)
    heirs: dict[int, dict[int, int]] = defaultdict(dict)
    for process_id, deleted_at, replaced_by, *stage in _stages():
        columns = dict(zip(_STAGE, stage, strict=True))
        if deleted_at is not None:
            heirs[process_id][columns["id"]] = replaced_by or 0
            continue
        siblings = stages[process_id]
        siblings.append(StagePicture(**columns, order=len(siblings), steps=tuple(steps[columns["id"]])))
    return [
        ProcessPicture(
            **dict(zip(_PROCESS, process, strict=True)),
            stages=tuple(stages[process[0]]),
            heirs=heirs[process[0]],
        )
        for process in _live_processes()
    ]


@prepared
def _steps() -> QuerySet[Step, Any]:
    return Step.objects.filter(LIVE).order_by("position", "id").values_list("stage_id", *_STEP)


@prepared
def _stages() -> QuerySet[Stage, Any]:
    rows = Stage.objects.filter(LIVE | Q(replaced_by__isnull=False)).order_by("process_id", "position", "id")
    return rows.values_list("process_id", "deleted_at", "replaced_by_id", *_STAGE)


@prepared
def _live_processes() -> QuerySet[Process, Any]:
    return Process.objects.filter(LIVE).order_by("position", "id").values_list(*_PROCESS)


def process_by_id(process_id: int) -> ProcessPicture:
    """One process. Raises NotFound."""
    found = next((process for process in processes() if process.id == process_id), None)
    if found is None:
        raise NotFound("process")
    return found


def process_by_key(key: str) -> ProcessPicture:
    """One process by its key. Raises NotFound."""
    found = next((process for process in processes() if process.key == key), None)
    if found is None:
        raise NotFound("process")
    return found


def stage_by_id(stage_id: int) -> tuple[ProcessPicture, StagePicture]:
    """A stage and its process. Raises NotFound."""
    for process in processes():
        stage = process.stage(stage_id)
        if stage is not None:
            return process, stage
    raise NotFound("stage")


def step_by_id(step_id: int) -> tuple[ProcessPicture, StagePicture, StepPicture]:
    """A step, its process and its stage. Raises NotFound."""
    for process in processes():
        for stage in process.stages:
            for step in stage.steps:
                if step.id == step_id:
                    return process, stage, step
    raise NotFound("step")


def known_fields() -> frozenset[str]:
    """The fields of a deal that a step may ask for; none are known where there are no deals."""
    ask = facts.get("step_fields")
    return frozenset(ask()) if ask else frozenset()


def process_use(process_id: int) -> Use:
    """The deals in a process, those that keep a place in it included; without any, those whose past tells of it."""
    return _use("deals_of_process", process_id)


def stage_use(stage_id: int) -> Use:
    """The deals in a stage, those that keep their place there included (C-091)."""
    return _use("deals_of_stage", stage_id)


def step_use(step_id: int) -> Use:
    """The deals that show a step, being in its stage or having done it, and how many of the open ones did (C-091)."""
    return _use("deals_of_step", step_id)


def _use(question: str, record_id: int) -> Use:
    ask = facts.get(question)
    return Use(*ask(record_id)) if ask else Use(0, 0)
