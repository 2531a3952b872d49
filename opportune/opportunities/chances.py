"""Chance, completed and probability as the fields of a deal, at its beginning and when a person types them."""

from decimal import Decimal
from typing import Any

from opportune.kernel.errors import Invalid
from opportune.kernel.sentences import sentence
from opportune.opportunities.models import Opportunity
from opportune.opportunities.moves import START
from opportune.opportunities.probability import (
    Likelihood,
    accepts_probability,
    after_move,
    typed_chance,
    typed_probability,
)
from opportune.process.queries import ProcessPicture, StagePicture


def likelihood_fields(likelihood: Likelihood) -> dict[str, Any]:
    """C, K, P and their source as a deal's fields."""
    return {
        "chance": likelihood.chance,
        "completed": likelihood.completed,
        "probability": likelihood.probability,
        "probability_source": likelihood.source,
    }


def moved_likelihood(
    deal: Opportunity, process: ProcessPicture, stage: StagePicture, move: str
) -> dict[str, Any]:
    """C, K and P after a move into a stage."""
    return likelihood_fields(
        after_move(
            deal.likelihood,
            move=move,
            method=process.method,
            stage_chance=stage.chance,
            stage_completed=stage.completed,
        )
    )


def first_likelihood(
    process: ProcessPicture, stage: StagePicture | None, chance: Decimal | None, probability: Decimal | None
) -> dict[str, Any]:
    """C, K and P of a new deal: as started in its stage, or what was typed. Raises Invalid."""
    now = Likelihood()
    if stage is not None:
        now = after_move(
            now,
            move=START,
            method=process.method,
            stage_chance=stage.chance,
            stage_completed=stage.completed,
            given=chance,
        )
    elif chance is not None:
        now = typed_chance(now, chance, process.method)
    if probability is not None and probability != now.probability:
        demand_typable(process)
        now = typed_probability(now, probability, process.method)
    return likelihood_fields(now)


def demand_typable(process: ProcessPicture) -> None:
    """Raise Invalid where the probability is calculated: only the chances can be typed."""
    if not accepts_probability(process.method):
        raise Invalid({"probability": sentence("This process calculates the probability. Type the chances.")})
