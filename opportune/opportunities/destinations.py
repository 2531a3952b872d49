"""Where a deal could be moved on a board, and why not: asked of the rules by which the move itself is decided."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from opportune.identity.actor import Actor
from opportune.identity.visibility import scope
from opportune.kernel.errors import Invalid, NotFound, NotPermitted, OpportuneError, Refused
from opportune.kernel.sentences import Sentence
from opportune.opportunities import moves
from opportune.opportunities.models import Opportunity
from opportune.opportunities.months import close_in, close_lanes
from opportune.opportunities.moving import Asked, Course, Known
from opportune.opportunities.queries.totals import visible_deals
from opportune.opportunities.read_only import closed
from opportune.process.queries import ProcessPicture, StagePicture


@dataclass(frozen=True, slots=True)
class Destination:
    """A stage (none: before the first) and what a move there would be refused with, nothing if it is not.

    `asks` says that what is missing can be filled in along with the move, so that it may be tried.
    """

    stage: StagePicture | None
    code: str = ""
    reason: Sentence | None = None
    asks: bool = False


def destinations(actor: Actor, opportunity_id: int, process: ProcessPicture) -> Sequence[Destination]:
    """The stages of a process as a deal could be moved there now, that before the first included (B-034…B-043).

    In as many queries for many stages as for one. Raises NotFound.
    """
    deal = visible_deals(actor).filter(pk=opportunity_id).first()
    if deal is None:
        raise NotFound(Opportunity.kind)
    stages = (None, *process.stages)
    held = _held(actor, deal)
    if held is not None:
        return [_refused(stage, held) for stage in stages]
    known = Known([deal])
    return [_destination(deal, stage, known) for stage in stages]


def month_refusals(actor: Actor, opportunity_id: int, today: date) -> Mapping[str, Sentence]:
    """Why lanes of the forecast would refuse a deal now, by their keys; the one it lies in refuses nothing.

    As `actions.put_into_month` would. Raises NotFound.
    """
    deal = visible_deals(actor).filter(pk=opportunity_id).first()
    if deal is None:
        raise NotFound(Opportunity.kind)
    held = _held(actor, deal)
    found = {}
    for lane in close_lanes(today):
        try:
            if held is not None:
                raise held
            close_in(lane.key, deal.estimated_close_on, today)
        except OpportuneError as refusal:
            found[lane.key] = refusal.message
    return found


def _held(actor: Actor, deal: Opportunity) -> OpportuneError | None:
    """What keeps a deal where it is, whatever the stage."""
    if not visible_deals(actor).filter(scope(actor, Opportunity.kind, "write"), pk=deal.pk).exists():
        return NotPermitted(kind=Opportunity.kind, verb="write")
    return None if deal.is_open else closed(deal.version)


def _destination(deal: Opportunity, stage: StagePicture | None, known: Known) -> Destination:
    if stage is None and deal.stage_id is None:
        return Destination(None)
    # no move leads before the first stage: starting anew says why
    asked = Asked(stage_id=stage.id) if stage else Asked(moves.START)
    try:
        Course([deal], asked, known).plan(deal)
    except (Refused, Invalid) as refusal:
        return _refused(stage, refusal)
    return Destination(stage)


def _refused(stage: StagePicture | None, refusal: OpportuneError) -> Destination:
    missing = refusal.data.get("missing", ()) if refusal.code == "steps_missing" else ()
    asks = bool(missing) and all(step["what"] != "task" for step in missing)
    return Destination(stage, refusal.code, refusal.message, asks)
