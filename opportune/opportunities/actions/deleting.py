"""Deleting deals, one, several or all that match, and bringing them back (B-027…B-033)."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import timedelta

from opportune.identity.actor import Actor
from opportune.identity.visibility import scope
from opportune.kernel import clock
from opportune.kernel.errors import NotFound, NotPermitted, Refused
from opportune.kernel.sentences import sentence
from opportune.ledger.jobs import chunk_of, next_chunk, obtain_job, report, start_job, undo_job
from opportune.ledger.merging import check_version
from opportune.ledger.models import Job
from opportune.ledger.recording import action, tried_twice
from opportune.ledger.undo import Undone
from opportune.opportunities.actions.many import DELETED, Found, Outcomes, obtain_many
from opportune.opportunities.actions.removing import bring_back
from opportune.opportunities.binning import (
    deleting_change_sets,
    demand_deletable,
    put_away,
    still_open,
    tell_back,
)
from opportune.opportunities.deletion_filter import DeletionFilter
from opportune.opportunities.filters import OpportunityFilter
from opportune.opportunities.models import Opportunity
from opportune.opportunities.queries.deleting import deletable
from opportune.opportunities.writing import obtain_deal, obtain_deals
from opportune.reference.queries import organisation_settings

KIND = "delete_opportunities"
CHUNK = 500
UNDO_FOR = timedelta(days=30)


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


@action(KIND)
def delete_many(
    actor: Actor, *, ids: Sequence[int] | None = None, wanted: OpportunityFilter | None = None
) -> Outcomes:
    """Put many deals into the bin, as `delete_opportunity` does each; those it may not are left, with why.

    Raises NotPermitted, Invalid.
    """
    found = obtain_many(actor, ids, wanted, "delete")
    with_open = organisation_settings().allow_deleting_open
    return _delete(actor, found, with_open=with_open)


def delete_matching(actor: Actor, wanted: DeletionFilter) -> Outcomes:
    """Put all closed deals that match into the bin, whatever the filter says of open ones (B-030, B-032).

    More than 500 are a job, in chunks that are whole or absent; `undo_deletion` takes it back as one. One that was
    cut short is simply given again. Raises NotPermitted.
    """
    actor.demand(Opportunity.kind, "delete")
    ids = list(deletable(actor, wanted).order_by("pk").values_list("pk", flat=True))
    if len(ids) <= CHUNK:
        return _delete_closed(actor, ids)
    job, state = start_job(actor, KIND, total=len(ids)), Job.State.FAILED
    whole = Outcomes(DELETED, job_id=job.pk)
    try:
        for start in range(0, len(ids), CHUNK):
            part = _delete_chunk(actor, job, ids[start : start + CHUNK])
            whole = replace(whole, done=whole.done + part.done, skipped=whole.skipped + part.skipped)
            report(job, done=len(whole.done), refused=len(whole.skipped))
        state = Job.State.DONE
    finally:
        report(job, done=len(whole.done), refused=len(whole.skipped), state=state)
    return whole


def undo_deletion(actor: Actor, job_id: int) -> Undone:
    """Bring back what a job deleted, for who gave it and for administrators.

    Raises NotFound, NotPermitted, or Refused `too_late` after 30 days.
    """
    job = obtain_job(job_id, KIND)
    person = job.change_sets.order_by("id").values_list("person_id", flat=True).first()
    if person != actor.person_id and "administer" not in actor.rights:
        raise NotFound("job")
    if clock.now() - job.started_at > UNDO_FOR:
        raise Refused("too_late", sentence("A deletion can be undone for {days} days.", days=UNDO_FOR.days))
    return undo_job(actor, job_id)


@action("restore_opportunity")
def restore_opportunity(actor: Actor, opportunity_id: int) -> Opportunity:
    """Take a deal out of the bin, with the tasks that its deletion cancelled (C-104k).

    Raises NotFound, NotPermitted, or Refused: `not_in_bin`, `customer_gone`, `external_id_taken`.
    """
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


@action(KIND)
def _delete_closed(actor: Actor, ids: Sequence[int]) -> Outcomes:
    return _delete(actor, Found(*obtain_deals(actor, ids, "delete")), with_open=False)


def _delete_chunk(actor: Actor, job: Job, ids: Sequence[int]) -> Outcomes:
    def attempt() -> Outcomes:
        with chunk_of(actor, job, next_chunk(job)):
            return _delete_closed(actor, ids)

    return tried_twice(attempt)


def _delete(actor: Actor, found: Found, *, with_open: bool) -> Outcomes:
    """Delete the deals that were found, and say why not the others: they may have changed meanwhile."""
    going = [deal for deal in found.reached if with_open or not deal.is_open]
    put_away(actor, going)
    refused = {deal.pk: still_open(deal) for deal in found.reached if deal.is_open and not with_open}
    return found.outcomes(DELETED, going, refused)
