"""Commands on many opportunities at once, what forms are offered before, and what became of each."""

from collections.abc import Iterable
from datetime import date
from typing import Any

from pydantic import Field

from opportune.identity.actor import Actor
from opportune.opportunities.actions import Outcomes
from opportune.opportunities.filters import OpportunityFilter
from opportune.opportunities.queries import OfferedClosing, OfferedMove
from opportune.process.queries import StagePicture
from opportune.reference.queries import organisation_settings
from opportune.schemas.language import spoken
from opportune.schemas.opportunity_commands import UNKNOWN, named_process
from opportune.schemas.shapes import Day, Exact, Given, Id, Name, Shown, Text


class Chosen(Given):
    """Which opportunities: `ids`, or `filter` for all that match, written as the parameters of the list."""

    ids: list[Id] | None = None
    filter: dict[Text, Text] | None = Field(default=None)

    def chosen(self, actor: Actor) -> dict[str, Any]:
        """The arguments `ids` and `wanted` of a command on many. Raises Invalid for a filter that is none."""
        wanted = None if self.filter is None else OpportunityFilter.read(self.filter, actor)
        return {"ids": self.ids, "wanted": wanted}


class MovesGiven(Chosen):
    """A stage, by id or by key, or a move by its name, for many opportunities.

    A key is that of a stage of `process`, or of the default process.
    """

    stage: Name | None = None
    process: Name | None = None
    move: Text | None = None
    on: Day | None = None
    cancel_open_tasks: bool = False


class ClosuresGiven(Chosen):
    """Winning or losing many opportunities for one reason on one date, each at its estimated value."""

    outcome: Text = ""
    reason: Text = ""
    on: Day | None = None
    lost_to: Name | None = None
    description: Text = ""
    cancel_open_tasks: bool = True
    confirm_zero: bool = False


class OwnersGiven(Chosen):
    """Who shall be responsible for many opportunities."""

    owner_id: Id | None = None


class SkippedShown(Shown):
    """An opportunity that was left as it was: a machine code and a sentence say why."""

    id: int
    subject: str
    code: str
    detail: str


class RevaluationGiven(Given):
    """Which open opportunities to revalue: those in `currency`, or in any but the base currency."""

    currency: Text = ""


class OutcomesShown(Shown):
    """What became of each opportunity, and that in one sentence.

    More than a thousand are a job instead: `job_id` says which, and `GET /jobs/{job_id}` how far it is.
    """

    message: str
    done: list[int]
    skipped: list[SkippedShown]
    job_id: int | None = None


class StageOffered(Shown):
    """A stage that can be moved to."""

    id: int
    key: str
    name: str


class MoveOffered(Shown):
    """A move that can be made now: the stages to choose from, the one proposed, and what the fields become."""

    move: str
    stages: list[StageOffered]
    stage_id: int
    on: date
    chance: Exact | None
    estimated_value: Exact | None
    estimated_close_on: date | None


class MoveList(Shown):
    """The moves of an opportunity, the one proposed first; `outcomes` are how it can be closed instead."""

    items: list[MoveOffered]
    outcomes: list[str]


class ClosureOffered(Shown):
    """What closing proposes: the reason if there is only one, the date, the value, how many tasks it would cancel."""

    outcome: str
    reason: str
    on: date
    actual_value: Exact | None
    open_tasks: int | None


def moves_asked(given: MovesGiven) -> dict[str, Any]:
    """The arguments of `move_many` but for the deals."""
    asked = {"on": given.on, "cancel_open_tasks": given.cancel_open_tasks}
    if given.stage in ("won", "lost") and given.move is None:
        return {**asked, "wish": given.stage}
    stage_id = given.stage if isinstance(given.stage, int) else None
    if isinstance(given.stage, str):
        process = named_process(given.process or organisation_settings().default_process)
        stage = process.stage_named(given.stage) if process else None
        stage_id = stage.id if stage else UNKNOWN
    return {**asked, "wish": given.move, "stage_id": stage_id}


def outcomes_shown(outcomes: Outcomes, language: str) -> OutcomesShown:
    """What a command on many came to: `4 done, 1 skipped (closed)`, each with its reason."""
    return OutcomesShown(
        message=spoken(outcomes.message, language),
        done=list(outcomes.done),
        job_id=outcomes.job_id,
        skipped=[
            SkippedShown(
                id=one.id,
                subject=one.subject,
                code=one.error.code,
                detail=spoken(one.error.message, language),
            )
            for one in outcomes.skipped
        ],
    )


def moves_shown(offered: Iterable[OfferedMove], language: str) -> MoveList:
    """The moves of an opportunity, names in a reader's language."""
    items = [
        MoveOffered(
            move=one.kind,
            stages=[_stage(stage, language) for stage in one.stages],
            stage_id=one.stage.id,
            on=one.on,
            chance=one.chance,
            estimated_value=one.estimated_value,
            estimated_close_on=one.estimated_close_on,
        )
        for one in offered
    ]
    return MoveList(items=items, outcomes=["won", "lost"] if items else [])


def closure_shown(offered: OfferedClosing) -> ClosureOffered:
    """What a closing proposes."""
    return ClosureOffered.model_validate(offered)


def _stage(stage: StagePicture, language: str) -> StageOffered:
    return StageOffered(id=stage.id, key=stage.key, name=stage.name(language))
