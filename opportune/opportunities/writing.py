"""The one way a deal's row, its ledger and its entries are written together."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.db.models import QuerySet

from opportune.identity.actor import Actor
from opportune.identity.visibility import obtain, scope
from opportune.kernel import clock
from opportune.kernel.errors import Invalid, NotFound, NotPermitted, OpportuneError
from opportune.kernel.money import LIMIT
from opportune.kernel.sentences import sentence
from opportune.ledger.models import Change
from opportune.ledger.recording import recording
from opportune.opportunities import entries, stays
from opportune.opportunities.models import Entry, Opportunity, OpportunityQuerySet
from opportune.opportunities.moves import RESTAGED, SWITCH
from opportune.opportunities.read_only import closed
from opportune.process.holding import demand_held, hold_processes
from opportune.reference.queries import organisation_settings
from opportune.storage.prepared import is_held, prepared
from opportune.storage.saving import save_many

MONEY_FIELDS = ("estimated_value", "actual_value", "budget")
UNDO = "undo"


def obtain_deal(actor: Actor, opportunity_id: int, verb: str = "write") -> Opportunity:
    """A deal that the actor's verb reaches, locked after its process. Raises NotFound, NotPermitted."""
    hold_processes()
    return obtain(Opportunity, actor, opportunity_id, verb)


def obtain_deals(
    actor: Actor, ids: Iterable[int], verb: str = "write"
) -> tuple[list[Opportunity], dict[int, OpportuneError]]:
    """The deals of these ids that the actor's verb reaches, locked in the order of their ids, and why not the others.

    As `obtain_deal` for each, in as many queries for many as for one.
    """
    hold_processes()
    live, asked = OpportunityQuerySet(Opportunity).live(), set(ids)
    visible = live.filter(scope(actor, Opportunity.kind, "read"), pk__in=list(filter(is_held, asked)))
    found = {deal.pk: deal for deal in visible.order_by("pk").select_for_update(of=("self",))}
    reached = set(
        live.filter(scope(actor, Opportunity.kind, verb), pk__in=found).values_list("pk", flat=True)
    )
    missing: dict[int, OpportuneError] = {one: NotFound(Opportunity.kind) for one in asked - found.keys()}
    missing |= {one: NotPermitted(kind=Opportunity.kind, verb=verb) for one in found.keys() - reached}
    return [deal for deal in found.values() if deal.pk in reached], missing


def obtain_open_deal(actor: Actor, opportunity_id: int, verb: str = "write") -> Opportunity:
    """As `obtain_deal`, of an open deal. Raises Conflict `closed`: closed is read-only (C-045)."""
    deal = obtain_deal(actor, opportunity_id, verb)
    demand_open(deal)
    return deal


def demand_open(deal: Opportunity) -> None:
    """Raise Conflict `closed` for a closed deal, which is read-only through every door (C-045)."""
    if not deal.is_open:
        raise closed(deal.version)


def organisation_today() -> date:
    """Today in the organisation's time zone, by which business dates count."""
    return clock.today(organisation_settings().time_zone)


def zone_of(actor: Actor) -> str:
    """The time zone a person lives by: their own, else the organisation's."""
    return actor.time_zone or organisation_settings().time_zone


def touch(deal: Opportunity) -> None:
    """Note that something that hangs on a locked deal was changed: it is not stale."""
    deal.touched_at = recording().change_set.at
    deal.save(update_fields=["touched_at"])


@dataclass(frozen=True, slots=True)
class Writing:
    """New values for a locked deal. A `move` always makes an entry, even where nothing differs (an *update*).

    `place` is for who changes process: the place it had kept in the one it enters (`runs.py`).
    """

    deal: Opportunity
    changes: Mapping[str, Any]
    move: str | None = None
    on: date | None = None
    place: Sequence[Any] | None = None


def write(
    deal: Opportunity,
    changes: Mapping[str, Any],
    *,
    move: str | None = None,
    on: date | None = None,
    place: Sequence[Any] | None = None,
    operation: str = Change.Operation.UPDATE,
) -> bool:
    """Give a deal new values, as `write_many` does. False if none differs."""
    return bool(write_many([Writing(deal, changes, move, on, place)], operation=operation))


def write_many(
    writings: Sequence[Writing], *, operation: str = Change.Operation.UPDATE
) -> Sequence[Opportunity]:
    """Give deals new values: rows, ledger, and entries where numbers or stages are touched. Those that differ.

    In as many queries for many deals as for one. Raises Invalid for an amount that cannot be kept.
    """
    demand_held()
    written: list[Opportunity] = []
    columns: set[str] = set()
    turns: list[entries.Turn] = []
    undone = []
    for writing in writings:
        deal, stage_before = writing.deal, writing.deal.stage_id
        demand_amounts(writing.changes)
        changes = _with_phase(writing)
        noted = writing.move is not None or not NOTED.isdisjoint(changes)
        on = writing.on or (organisation_today() if noted else None)
        deal.touched_at = recording().change_set.at
        if not recording().step(
            deal, changes, on=on, operation=operation, move=writing.move, place=writing.place
        ):
            continue
        written.append(deal)
        columns |= changes.keys()
        if on is None or not entries.is_noted(recording().changes[-1]):
            continue
        turns.append(entries.Turn(deal, writing.move or "edited", on))
        if deal.stage_id != stage_before:
            deal.stage_since = on if deal.stage_id else None
            if writing.move == UNDO:
                undone.append(deal)
    if turns:
        entries.append(turns)
    if undone:
        lives = entries_of_many(undone)
        for deal in undone:
            deal.stage_since = stays.stage_since(lives[deal.pk])
    _save(written, columns)
    return written


def _with_phase(writing: Writing) -> dict[str, Any]:
    """The pipeline phase is the last stage entered in any process (D-033); who switches process enters none."""
    stage_id = writing.changes.get("stage_id")
    if not stage_id or stage_id == writing.deal.stage_id or writing.move in (SWITCH, RESTAGED, UNDO):
        return dict(writing.changes)
    return {**writing.changes, "pipeline_phase_id": stage_id}


def _save(deals: Sequence[Opportunity], columns: Iterable[str]) -> None:
    known = Opportunity.recorded_fields()
    names = [*(name for name in columns if name in known), "version", *Opportunity.derived]
    if len(deals) == 1:
        deals[0].save(update_fields=names)
    else:
        save_many(deals, names)


NOTED = entries.NOTED_FIELDS


def entries_of(deal: Opportunity) -> Sequence[stays.Interval]:
    """A deal's entries in order, as far as stays and dates are read from them."""
    return entries_of_many([deal])[deal.pk]


@dataclass(frozen=True, slots=True)
class Held:
    """What is read of an entry to know stays and dates; a `stays.Interval`."""

    stage_id: int | None
    status: str
    on: date
    move: str
    change_set_id: int
    undoes_id: int | None


def entries_of_many(deals: Iterable[Opportunity]) -> Mapping[int, Sequence[stays.Interval]]:
    """The entries of deals in order, in one query, by the deals' ids."""
    found: dict[int, list[stays.Interval]] = {deal.pk: [] for deal in deals}
    for row in _held(list(found)):
        found[row[0]].append(Held(*row[1:]))
    return found


@prepared
def _held(deal_ids: Sequence[int]) -> QuerySet[Entry, Any]:
    columns = ("stage_id", "status", "on", "move", "change_set_id", "change_set__undoes_id")
    rows = Entry.objects.filter(opportunity_id__in=deal_ids).order_by("at")
    return rows.values_list("opportunity_id", *columns)


def demand_amounts(changes: Mapping[str, Any]) -> None:
    """Raise Invalid for an amount that is negative or too large to be kept exactly (domain.md §2)."""
    wrong = {}
    for name in MONEY_FIELDS:
        amount = changes.get(name)
        if amount is None:
            continue
        if amount < 0:
            wrong[name] = sentence("An amount cannot be negative.")
        elif amount >= LIMIT:
            wrong[name] = sentence("An amount must stay below a million millions.")
    if wrong:
        raise Invalid(wrong)
