"""Deleting deals, one, several or all that match, and bringing them back (B-027…B-033)."""

from opportune.identity.actor import Actor
from opportune.identity.visibility import scope
from opportune.kernel.errors import NotFound, NotPermitted, Refused
from opportune.kernel.sentences import sentence
from opportune.ledger.merging import check_version
from opportune.ledger.recording import action
from opportune.opportunities.actions.many import DELETED, Found, Outcomes, on_many
from opportune.opportunities.actions.removing import bring_back
from opportune.opportunities.binning import (
    deleting_change_sets,
    demand_deletable,
    put_away,
    still_open,
    tell_back,
)
from opportune.opportunities.deletion_filter import DeletionFilter
from opportune.opportunities.models import Opportunity
from opportune.opportunities.queries.deleting import deletable
from opportune.opportunities.writing import obtain_deal
from opportune.process.holding import hold_processes
from opportune.reference.queries import organisation_settings


@action("delete_opportunity")
def delete_opportunity(actor: Actor, opportunity_id: int, *, version: int | None = None) -> Opportunity:
    """Put a closed deal into the bin; `version` is the one the caller looked at (B-028, B-031).

    What hangs on it is gone with it, open tasks about it are cancelled, its entries stay. Raises NotFound,
    NotPermitted, Conflict, or Refused `switched_off` for an open one unless the setting allows it (E-01).
    """
    deal = obtain_deal(actor, opportunity_id, "delete")
    check_version(deal, version, deal.recorded_fields())
    demand_deletable(deal)
    put_away(actor, [deal])
    return deal


@on_many("delete_opportunities", DELETED, right="delete")
def delete_many(actor: Actor, found: Found) -> Outcomes:
    """Put many deals into the bin, as `delete_opportunity` does each; those it may not are left, with why."""
    return _delete(actor, found, with_open=organisation_settings().allow_deleting_open)


@on_many("delete_closed_opportunities", DELETED, right="delete", matching=deletable)
def _delete_closed(actor: Actor, found: Found) -> Outcomes:
    return _delete(actor, found, with_open=False)


def delete_matching(actor: Actor, wanted: DeletionFilter) -> Outcomes:
    """Put all closed deals that match into the bin, whatever the filter says of open ones (B-030, B-032).

    Raises NotPermitted.
    """
    return _delete_closed(actor, wanted=wanted)


@action("restore_opportunity")
def restore_opportunity(actor: Actor, opportunity_id: int) -> Opportunity:
    """Take a deal out of the bin, with the tasks that its deletion cancelled (C-104k).

    Raises NotFound, NotPermitted, or Refused: `not_in_bin`, `customer_gone`, `external_id_taken`.
    """
    hold_processes()
    rows = Opportunity.objects.filter(scope(actor, Opportunity.kind, "read"), pk=opportunity_id)
    deal = rows.select_for_update(of=("self",)).first()
    if deal is None:
        raise NotFound(Opportunity.kind)
    if not rows.filter(scope(actor, Opportunity.kind, "delete")).exists():
        raise NotPermitted(kind=Opportunity.kind, verb="delete")
    if deal.deleted_at is None:
        raise Refused("not_in_bin", sentence("{name} is not in the bin.", name=str(deal)))
    deleted = deleting_change_sets([deal.pk])
    bring_back(actor, deal)
    tell_back(actor, deleted)
    return deal


def _delete(actor: Actor, found: Found, *, with_open: bool) -> Outcomes:
    """Delete the deals that were found, and say why not the others: they may have changed meanwhile."""
    going = [deal for deal in found.reached if with_open or not deal.is_open]
    put_away(actor, going)
    refused = {deal.pk: still_open(deal) for deal in found.reached if deal.is_open and not with_open}
    return found.outcomes(DELETED, going, refused)
