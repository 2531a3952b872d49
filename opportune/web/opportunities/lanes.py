"""What the board and the forecast have in common: lanes of cards with their sums, and where a card may go."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from django.http import JsonResponse
from django.urls import reverse
from django.utils.translation import gettext

from opportune.kernel.sentences import Sentence
from opportune.opportunities.months import LATE, LATER, CloseLane
from opportune.opportunities.queries import BoardCard, BoardColumn, ForecastLane, Sum
from opportune.process.queries import ProcessPicture, StagePicture
from opportune.web.formats import month
from opportune.web.templating import named, said
from opportune.web.urls_of import with_parameters


@dataclass(frozen=True, slots=True)
class Lane:
    """A column of cards: `key` names it among its neighbours, `more` and `create` are addresses, if there are any.

    `fill` says how far the pie of a stage is filled, from 0 to 4; none shows no pie.
    """

    key: str
    name: str
    sum: Sum
    cards: Sequence[BoardCard]
    more: str = ""
    create: str = ""
    fill: int | None = None


def key_of(stage: StagePicture | None) -> str:
    """How the lane of a stage is called, that before the first included."""
    return str(stage.id) if stage else "none"


def stages_of(process: ProcessPicture) -> Mapping[int, StagePicture]:
    """The stages of a process, by their ids."""
    return {stage.id: stage for stage in process.stages}


def stage_lane(
    column: BoardColumn, process: ProcessPicture, parameters: Mapping[str, str], *, is_past: bool = False
) -> Lane:
    """A column of the board."""
    stage = column.stage
    key = key_of(stage)
    more, create = "", ""
    if column.next:
        address = reverse("board_column", args=[process.key, key])
        more = with_parameters(address, parameters, after=column.next)
    if stage and not is_past:
        create = with_parameters(reverse("opportunity_new"), {"stage": key, "process": str(process.id)})
    return Lane(
        key,
        named(stage) if stage else gettext("Not started"),
        column.sum,
        column.cards,
        more,
        create,
        -(-(stage.order + 1) * 4 // len(process.stages)) if stage else 0,
    )


def month_lane(lane: ForecastLane, process: ProcessPicture, parameters: Mapping[str, str]) -> Lane:
    """A lane of the forecast."""
    key, more = lane.lane.key, ""
    if lane.next:
        address = reverse("forecast_lane", args=[process.key, key])
        more = with_parameters(address, parameters, after=lane.next)
    return Lane(key, name_of(lane.lane), lane.sum, lane.cards, more)


def name_of(lane: CloseLane) -> str:
    """How a lane of the forecast is called."""
    if lane.month is not None:
        return month(lane.month)
    return {LATE: gettext("Late"), LATER: gettext("Later")}.get(lane.key, gettext("No date"))


def refusals(found: Mapping[str, tuple[Sentence, bool]]) -> JsonResponse:
    """Why lanes refuse a card, by their keys, and whether what a lane asks for may be filled in on the way."""
    lanes = {key: {"reason": said(reason), "asks": asks} for key, (reason, asks) in found.items()}
    return JsonResponse({"lanes": lanes})
