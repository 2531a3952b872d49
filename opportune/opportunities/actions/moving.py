"""Moving deals through their processes: the one function behind board, record, list, API and command line."""

from collections.abc import Collection, Mapping, Sequence
from datetime import date
from decimal import Decimal
from typing import Any

from opportune.identity.actor import Actor
from opportune.kernel.checking import Faults, accepted, day
from opportune.kernel.errors import Invalid, Refused
from opportune.kernel.registries import react
from opportune.kernel.sentences import sentence
from opportune.ledger.merging import check_version
from opportune.ledger.recording import action
from opportune.opportunities import moves
from opportune.opportunities.actions import many
from opportune.opportunities.actions.editing import edit, mark_step
from opportune.opportunities.actions.many import Found, Outcomes, each_of, on_many
from opportune.opportunities.actions.switching import PROGRESS, enter
from opportune.opportunities.events import EnteredStage, OpenTasksUnwanted, StagesEntered
from opportune.opportunities.models import CLOSED, Opportunity
from opportune.opportunities.moving import Asked, Course, Planned
from opportune.opportunities.values import sorted_values
from opportune.opportunities.writing import Writing, obtain_open_deal, write_many


@action("move_opportunity")
def move(
    actor: Actor,
    opportunity_id: int,
    *,
    wish: str | None = None,
    stage_id: int | None = None,
    on: date | str | None = None,
    chance: Decimal | str | None = None,
    estimated_value: Decimal | str | None = None,
    estimated_close_on: date | str | None = None,
    cancel_open_tasks: bool = False,
    version: int | None = None,
) -> Opportunity:
    """Start, next, previous, skip, jump back, update or finish, by name or by the stage aimed at (B-034…B-043, D-061).

    A stage of another process switches to that one first (D-033). `on` is the date of change, today unless given.
    Raises NotFound, NotPermitted, Conflict, Invalid, or Refused with a code of `moves.resolve`, `unknown_stage`,
    `close_instead`, `steps_missing`, `quote_missing`.
    """
    deal = obtain_open_deal(actor, opportunity_id)
    asked = _asked(wish, stage_id, on, chance, estimated_value, estimated_close_on)
    check_version(deal, version, [*PROGRESS, *asked.typed_on(deal)])
    _carry_out(actor, [Course([deal], asked).plan(deal)], cancel_open_tasks=cancel_open_tasks)
    return deal


@on_many("move_opportunities", many.MOVED)
def move_many(
    actor: Actor,
    found: Found,
    *,
    wish: str | None = None,
    stage_id: int | None = None,
    on: date | str | None = None,
    cancel_open_tasks: bool = False,
) -> Outcomes:
    """Move many deals, each as `move` would; what cannot move is left, with the reason.

    Raises Invalid, Refused `close_instead`.
    """
    asked = _asked(wish, stage_id, on)
    if asked.wrong:
        raise Invalid(asked.wrong)
    course = Course(found.open, asked)
    planned, refused = each_of(found.open, course.plan)
    _carry_out(actor, planned, cancel_open_tasks=cancel_open_tasks)
    return found.outcomes(many.MOVED, [plan.deal for plan in planned], refused)


def _asked(
    wish: str | None,
    stage_id: int | None,
    on: date | str | None,
    chance: Decimal | str | None = None,
    estimated_value: Decimal | str | None = None,
    estimated_close_on: date | str | None = None,
) -> Asked:
    if wish in CLOSED:
        raise Refused(
            "close_instead",
            sentence("Won and lost are no stages. Close the opportunity, with a reason and a date."),
        )
    if wish is not None and wish not in moves.MOVES:
        raise Invalid({"move": sentence("There is no move “{move}”.", move=wish)})
    typed = {"chance": chance, "estimated_value": estimated_value, "estimated_close_on": estimated_close_on}
    kept, wrong = sorted_values(typed)
    faults = Faults()
    faults.add(wrong)
    with faults.gathered():
        kept["on"] = accepted("on", day, on)
    return Asked(wish, stage_id, **kept, wrong=faults.by_field)


def _carry_out(actor: Actor, planned: Sequence[Planned], *, cancel_open_tasks: bool) -> None:
    enter([(plan.deal, plan.switched_to, plan.on) for plan in planned if plan.switched_to])
    write_many([Writing(plan.deal, plan.changes, plan.kind, plan.on) for plan in planned])
    if cancel_open_tasks and planned:
        react(actor, OpenTasksUnwanted(tuple(plan.deal.pk for plan in planned)))
    entered = tuple(
        EnteredStage(plan.deal.pk, plan.stage.id, plan.deal.owner_id, plan.on)
        for plan in planned
        if plan.kind not in moves.STAYING
    )
    if entered:
        react(actor, StagesEntered(entered))


@action("move_opportunity")
def complete_and_move(
    actor: Actor,
    opportunity_id: int,
    *,
    fields: Mapping[str, Any],
    ticked: Collection[int],
    version: int | None = None,
    **how: Any,
) -> Opportunity:
    """Fill in what a gate asked for and move as `move` does, as one command: all of it or nothing."""
    if not fields and not ticked:
        return move(actor, opportunity_id, version=version, **how)
    # what is filled in here may be part of the progress, and is no change by somebody else
    check_version(obtain_open_deal(actor, opportunity_id), version, PROGRESS)
    if fields:
        edit(actor, opportunity_id, fields, version=version)
    for step_id in ticked:
        mark_step(actor, opportunity_id, step_id)
    return move(actor, opportunity_id, **how)
