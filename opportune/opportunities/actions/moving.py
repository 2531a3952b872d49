"""Moving a deal through its process: the one function behind board, record, list, API and command line."""

from collections.abc import Iterable, Mapping
from datetime import date
from decimal import Decimal
from typing import Any

from opportune.identity.actor import Actor
from opportune.kernel.errors import Invalid, Refused
from opportune.kernel.registries import facts, react
from opportune.kernel.sentences import Sentence, sentence
from opportune.ledger.merging import check_version
from opportune.ledger.recording import action
from opportune.opportunities import gates, moves
from opportune.opportunities.actions.editing import edit, mark_step
from opportune.opportunities.chances import likelihood_fields
from opportune.opportunities.events import EnteredStage, OpenTasksUnwanted, StagesEntered
from opportune.opportunities.models import Opportunity, Status
from opportune.opportunities.probability import after_move
from opportune.opportunities.queries.steps import steps_done
from opportune.opportunities.stays import last_move_on
from opportune.opportunities.values import checked
from opportune.opportunities.writing import entries_of, obtain_open_deal, organisation_today, write
from opportune.process.queries import ProcessPicture, StagePicture, process_by_id
from opportune.reference.queries import rate_on

PROGRESS = ("stage_id", "status", "chance", "completed", "probability", "probability_source")


@action("move_opportunity")
def move(
    actor: Actor,
    opportunity_id: int,
    *,
    wish: str | None = None,
    stage_id: int | None = None,
    on: date | None = None,
    chance: Decimal | None = None,
    estimated_value: Decimal | None = None,
    estimated_close_on: date | None = None,
    cancel_open_tasks: bool = False,
    version: int | None = None,
) -> Opportunity:
    """Start, next, previous, skip, jump back or update, by name (`wish`) or by the stage aimed at (B-034…B-043).

    `on` is the date of change, today unless given. Raises NotFound, NotPermitted, Conflict, Invalid, or Refused
    with a code of `moves.resolve`, `steps_missing`, `quote_missing`.
    """
    deal = obtain_open_deal(actor, opportunity_id)
    typed = _typed(deal, estimated_value, estimated_close_on)
    check_version(deal, version, [*PROGRESS, *typed])
    process = process_by_id(deal.process_id)
    step = moves.resolve(
        process.stages, _index(process, deal.stage_id), wish=_known(wish), target=_target(process, stage_id)
    )
    business_date = _date_of_change(deal, on)
    stage = process.stages[step.target]
    _demand_gates(deal, process, step)
    given = checked({"chance": chance})["chance"]
    likelihood = after_move(
        deal.likelihood,
        move=step.kind,
        method=process.method,
        stage_chance=stage.chance,
        stage_completed=stage.completed,
        given=given,
    )
    changes = {
        **_with_rate(deal, typed, business_date),
        "stage_id": stage.id,
        "status": Status.IN_PROGRESS,
        **likelihood_fields(likelihood),
    }
    if process.estimates_required and (step.kind != moves.START or step.is_gated):
        _demand_estimates(deal, changes, business_date)
    write(deal, changes, move=step.kind, on=business_date)
    if cancel_open_tasks:
        react(actor, OpenTasksUnwanted((deal.pk,)))
    if step.kind != moves.UPDATE:
        react(actor, StagesEntered((EnteredStage(deal.pk, stage.id, deal.owner_id, business_date),)))
    return deal


@action("move_opportunity")
def complete_and_move(
    actor: Actor,
    opportunity_id: int,
    *,
    fields: Mapping[str, Any],
    ticked: Iterable[int],
    stage_id: int | None = None,
    wish: str | None = None,
    version: int | None = None,
) -> Opportunity:
    """Fill in what a gate asked for and move, as one command: all of it or nothing."""
    if fields:
        edit(actor, opportunity_id, fields, version=version)
    for step_id in ticked:
        mark_step(actor, opportunity_id, step_id)
    return move(actor, opportunity_id, wish=wish, stage_id=stage_id, version=version)


def _known(wish: str | None) -> str | None:
    if wish is not None and wish not in moves.MOVES:
        raise Invalid({"move": sentence("There is no move “{move}”.", move=wish)})
    return wish


def _index(process: ProcessPicture, stage_id: int | None) -> int | None:
    stage = process.stage(stage_id)
    return None if stage is None else stage.order


def _target(process: ProcessPicture, stage_id: int | None) -> int | None:
    if stage_id is None:
        return None
    stage = process.stage(stage_id)
    if stage is None:
        raise Refused(
            "stage_of_another_process", sentence("This stage is not one of the opportunity’s process.")
        )
    return stage.order


def _date_of_change(deal: Opportunity, on: date | None) -> date:
    today, last = organisation_today(), last_move_on(entries_of(deal), with_reopening=True)
    if on is None:
        return max(today, last) if last else today
    demand_date(on, "on", today, last)
    return on


def demand_date(on: date, field: str, today: date, last: date | None) -> None:
    """Raise Invalid for a date of change before the last one's or in the future (E-19)."""
    if last is not None and on < last:
        raise Invalid(
            {field: sentence("This date lies before the last change, on {day}.", day=last.isoformat())}
        )
    if on > today:
        raise Invalid({field: sentence("This date lies in the future.")})


def _typed(
    deal: Opportunity, estimated_value: Decimal | None, estimated_close_on: date | None
) -> dict[str, Any]:
    given = checked({"estimated_value": estimated_value, "estimated_close_on": estimated_close_on})
    return {name: value for name, value in given.items() if value not in (None, getattr(deal, name))}


def _with_rate(deal: Opportunity, typed: dict[str, Any], on: date) -> dict[str, Any]:
    return {**typed, "rate": rate_on(deal.currency, on)} if "estimated_value" in typed else typed


def _demand_gates(deal: Opportunity, process: ProcessPicture, step: moves.Move) -> None:
    if not step.is_gated:
        return
    left = [process.stages[index] for index in step.left]
    if any(required.is_required for stage in left for required in stage.steps):
        gates.demand_steps(left, steps_done(deal))
    entered: StagePicture = process.stages[step.target]
    if entered.quote_required:
        has_quote = facts.get("has_open_or_won_quote")
        gates.demand_quote(entered, has_quote=bool(has_quote and has_quote(deal.pk)))


def _demand_estimates(deal: Opportunity, changes: dict[str, Any], on: date) -> None:
    missing: dict[str, Sentence] = {}
    if not changes.get("estimated_value", deal.estimated_value):
        missing["estimated_value"] = sentence("This process asks for an estimated value above zero.")
    if not changes["chance"]:
        missing["chance"] = sentence("This process asks for chances of success above zero.")
    close = changes.get("estimated_close_on", deal.estimated_close_on)
    if close is None:
        missing["estimated_close_on"] = sentence("This process asks for an estimated close date.")
    elif close < on:
        missing["estimated_close_on"] = sentence("The estimated close lies before this change.")
    if missing:
        raise Invalid(missing)
