"""The pipeline phase: how far a deal is, in whichever of its processes it moved last (D-030, D-033)."""

from collections.abc import Iterable

from opportune.process.queries import ProcessPicture, StagePicture


def stages_of(processes: Iterable[ProcessPicture]) -> dict[int, StagePicture]:
    """The stages of all processes by their ids."""
    return {stage.id: stage for process in processes for stage in process.stages}


def phase_name(stage: StagePicture | None, language: str) -> str:
    """A phase as people read it, its place and its name: `2-Develop`; nothing for none."""
    return "" if stage is None else f"{stage.order + 1}-{stage.name(language)}"
