"""What can be done with a deal next, and what forms propose: moves (BC §3.2, §3.5) and a closing (BC §5.1)."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from django.db.models import QuerySet

from opportune.identity.actor import Actor
from opportune.identity.visibility import scope
from opportune.kernel.errors import Invalid, NotFound, NotPermitted
from opportune.kernel.registries import facts
from opportune.kernel.sentences import sentence
from opportune.opportunities import moves
from opportune.opportunities.dates import date_of_change
from opportune.opportunities.estimates import close_after
from opportune.opportunities.models import CLOSED, Opportunity
from opportune.opportunities.probability import after_move
from opportune.opportunities.queries.totals import visible_deals
from opportune.opportunities.read_only import closed
from opportune.opportunities.runs import standing_now
from opportune.opportunities.stays import last_move_on
from opportune.opportunities.writing import entries_of, organisation_today
from opportune.process.queries import StagePicture, process_by_id
from opportune.reference.queries import Reason, offered_reasons
from opportune.storage.prepared import prepared


@dataclass(frozen=True, slots=True)
class OfferedMove:
    """A move that can be made now; no gate has been asked.

    `stage` is the one proposed of `stages`. The other fields are what they become if nothing is typed.
    """

    kind: str
    stages: tuple[StagePicture, ...]
    stage: StagePicture
    on: date
    chance: Decimal | None
    estimated_value: Decimal | None
    estimated_close_on: date | None


@dataclass(frozen=True, slots=True)
class OfferedClosing:
    """What a closing as won or lost proposes; `reason` is the only one there is, if there is one only.

    `open_tasks` says how many tasks would be cancelled, none to who may not read tasks.
    """

    outcome: str
    reasons: Sequence[Reason]
    reason: str
    on: date
    actual_value: Decimal | None
    open_tasks: int | None


@dataclass(frozen=True, slots=True)
class Whereabouts:
    """The process a deal is in, and its stage there."""

    id: int
    process_id: int
    stage_id: int | None


def whereabouts(actor: Actor, opportunity_id: int) -> Whereabouts:
    """Where a deal is now. Raises NotFound."""
    found = _place.first(opportunity_id, actor=actor)
    if found is None:
        raise NotFound(Opportunity.kind)
    return Whereabouts(*found)


@prepared
def _place(opportunity_id: int, *, actor: Actor) -> QuerySet[Opportunity, Any]:
    return visible_deals(actor).filter(pk=opportunity_id).values_list("id", "process_id", "stage_id")


def offered_moves(actor: Actor, opportunity_id: int, *, stage_id: int | None = None) -> Sequence[OfferedMove]:
    """The moves of a deal, the one proposed first; `stage_id` is proposed wherever it can be chosen.

    None of a closed deal, or without the right to change it. Raises NotFound.
    """
    deal = _deal(actor, opportunity_id)
    if not deal.is_open or not _may_write(actor, deal):
        return ()
    process = process_by_id(deal.process_id)
    standing = standing_now(deal, process)
    on = date_of_change(entries_of(deal), None, organisation_today())
    found = []
    for offer in moves.offers(process.stages, standing.index, is_finished=deal.is_finished):
        stages = tuple(process.stages[index] for index in offer.targets)
        stage = next((one for one in stages if one.id == stage_id), stages[0])
        likelihood = after_move(
            deal.likelihood,
            move=moves.kind_of(process.stages, standing.index, stage.order)
            if offer.kind not in moves.STAYING
            else offer.kind,
            method=process.method,
            stage_chance=stage.chance,
            stage_completed=stage.completed,
        )
        close = deal.estimated_close_on
        if offer.kind not in moves.STAYING:
            close = close_after(close, stage.close_date_formula, on)
        found.append(
            OfferedMove(offer.kind, stages, stage, on, likelihood.chance, deal.estimated_value, close)
        )
    return found


def offered_closing(actor: Actor, opportunity_id: int, outcome: str) -> OfferedClosing:
    """What the form that closes a deal proposes. Raises NotFound, NotPermitted, Invalid, or Conflict `closed`."""
    deal = _deal(actor, opportunity_id)
    if not _may_write(actor, deal):
        raise NotPermitted()
    if not deal.is_open:
        raise closed(deal.version)
    if outcome not in CLOSED:
        raise Invalid({"outcome": sentence("Choose won or lost.")})
    today, last = organisation_today(), last_move_on(entries_of(deal))
    reasons = offered_reasons(outcome)
    tasks = facts.get("tasks_of_deal") if actor.may("activity", "read") else None
    return OfferedClosing(
        outcome=outcome,
        reasons=reasons,
        reason=reasons[0].code if len(reasons) == 1 else "",
        on=max(today, last) if last else today,
        actual_value=deal.estimated_value if outcome == "won" else None,
        open_tasks=None if tasks is None else sum(task.state == "open" for task in tasks(deal.pk)),
    )


def _deal(actor: Actor, opportunity_id: int) -> Opportunity:
    deal = visible_deals(actor).filter(pk=opportunity_id).first()
    if deal is None:
        raise NotFound(Opportunity.kind)
    return deal


def _may_write(actor: Actor, deal: Opportunity) -> bool:
    return visible_deals(actor).filter(scope(actor, Opportunity.kind, "write"), pk=deal.pk).exists()
