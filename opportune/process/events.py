"""What happens to processes that others react to, in the same transaction."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class StageRemoved:
    """A stage is being deleted: what stands on it goes to the replacement, a stage of the same process, or to none."""

    process_id: int
    stage_id: int
    replacement_id: int | None


@dataclass(frozen=True, slots=True)
class StepsRemoved:
    """Steps are being deleted, from every record (C-092)."""

    step_ids: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class StepDelayed:
    """The task of a step has another delay, in days from entering its stage; none for no due date."""

    step_id: int
    before: int | None
    after: int | None
