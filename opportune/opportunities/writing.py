"""The one way a deal's row, its ledger and its entries are written together."""

from collections.abc import Mapping, Sequence
from datetime import date, datetime
from typing import Any

from opportune.identity.actor import Actor
from opportune.identity.visibility import obtain
from opportune.kernel import clock
from opportune.kernel.errors import Conflict, Invalid
from opportune.kernel.money import LIMIT
from opportune.kernel.sentences import sentence
from opportune.ledger.models import Change
from opportune.ledger.recording import recording
from opportune.opportunities import entries, stays
from opportune.opportunities.models import Entry, Opportunity, OpportunityQuerySet
from opportune.reference.queries import organisation_settings

MONEY_FIELDS = ("estimated_value", "actual_value", "budget")


def obtain_deal(actor: Actor, opportunity_id: int, verb: str = "write") -> Opportunity:
    """A deal that the actor's verb reaches, locked. Raises NotFound, NotPermitted."""
    live = OpportunityQuerySet(Opportunity).live()
    return obtain(live, actor, Opportunity.kind, opportunity_id, verb)


def obtain_open_deal(actor: Actor, opportunity_id: int, verb: str = "write") -> Opportunity:
    """As `obtain_deal`, of an open deal. Raises Conflict `closed`: closed is read-only (C-045)."""
    deal = obtain_deal(actor, opportunity_id, verb)
    demand_open(deal)
    return deal


def demand_open(deal: Opportunity) -> None:
    """Raise Conflict `closed` for a closed deal, which is read-only through every door (C-045)."""
    if not deal.is_open:
        raise Conflict(
            sentence("This opportunity is closed. Reopen it to change it."),
            code="closed",
            version=deal.version,
        )


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


def write(
    deal: Opportunity,
    changes: Mapping[str, Any],
    *,
    move: str | None = None,
    on: date | None = None,
    at: datetime | None = None,
    operation: str = Change.Operation.UPDATE,
    **detail: Any,
) -> bool:
    """Give a deal new values: row, ledger, and an entry if numbers or the stage are touched. False if none differs.

    A `move` always makes an entry, even where nothing else differs (an *update*).
    """
    demand_amounts(changes)
    noted = move is not None or not NOTED.isdisjoint(changes)
    business_date = on or (organisation_today() if noted else None)
    stage_before = deal.stage_id
    deal.touched_at = at or recording().change_set.at
    facts = dict(changes)
    before = len(recording().changes)
    if not recording().update(deal, facts, at=at, on=business_date, operation=operation, move=move, **detail):
        return False
    if business_date is not None and entries.is_noted(recording().changes[before]):
        entries.append(deal, move=move or "edited", on=business_date, at=at)
        if deal.stage_id != stage_before:
            _settle_stage_since(deal, business_date, undone=move == "undo")
    return True


def write_many(changed: Sequence[tuple[Opportunity, Mapping[str, Any]]], *, move: str, on: date) -> None:
    """As `write`, of many locked deals in few queries; an entry for each whose numbers or stage are touched."""
    written, noted = [], []
    names: set[str] = set()
    for deal, changes in changed:
        stage_before = deal.stage_id
        is_noted = not NOTED.isdisjoint(changes)
        if not recording().step(
            deal, dict(changes), on=on if is_noted else None, move=move if is_noted else None
        ):
            continue
        names |= changes.keys()
        deal.touched_at = recording().change_set.at
        if deal.stage_id != stage_before:
            deal.stage_since = on if deal.stage_id else None
        written.append(deal)
        noted += [deal] if is_noted else []
    columns = [*names, "version", *Opportunity.derived]
    Opportunity.objects.bulk_update(written, columns, batch_size=entries.BATCH)
    entries.append_many(noted, move=move, on=on)


NOTED = entries.NOTED_FIELDS


def _settle_stage_since(deal: Opportunity, on: date, *, undone: bool) -> None:
    since = on if deal.stage_id else None
    if undone:
        since = stays.stage_since(entries_of(deal))
    if since != deal.stage_since:
        deal.stage_since = since
        deal.save(update_fields=["stage_since"])


def entries_of(deal: Opportunity) -> Sequence[Entry]:
    """A deal's entries in order, for what is read from them together."""
    return list(Entry.objects.filter(opportunity=deal).select_related("change_set").order_by("at"))


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
