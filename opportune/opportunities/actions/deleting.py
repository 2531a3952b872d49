"""Deleting deals, one, several or all that match, and bringing them back (B-027…B-033)."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import timedelta

from opportune.identity.actor import Actor
from opportune.identity.visibility import scope
from opportune.kernel import clock
from opportune.kernel.errors import NotFound, NotPermitted, OpportuneError, Refused
from opportune.kernel.sentences import sentence
from opportune.ledger.jobs import chunk_of, next_chunk, obtain_job, report, start_job, undo_job
from opportune.ledger.merging import check_version
from opportune.ledger.models import Job
from opportune.ledger.recording import action, tried_twice
from opportune.ledger.undo import Undone
from opportune.opportunities.actions.removing import bring_back
from opportune.opportunities.binning import (
    deleting_change_sets,
    demand_deletable,
    put_away,
    still_open,
    tell_back,
)
from opportune.opportunities.deletion_filter import DeletionFilter
from opportune.opportunities.models import Opportunity, OpportunityQuerySet
from opportune.opportunities.queries.deleting import deletable
from opportune.opportunities.writing import obtain_deal
from opportune.reference.queries import organisation_settings

KIND = "delete_opportunities"
CHUNK = 500
UNDO_FOR = timedelta(days=30)


@dataclass(frozen=True, slots=True)
class LeftAlone:
    """A deal that was not deleted, and why."""

    id: int
    error: OpportuneError


@dataclass(frozen=True, slots=True)
class Deleted:
    """What became of many deals; `job_id` is the job that did it, if they were too many for one step."""

    done: tuple[int, ...] = ()
    left: tuple[LeftAlone, ...] = ()
    job_id: int | None = None


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
def delete_many(actor: Actor, ids: Iterable[int]) -> Deleted:
    """Put the deals of these ids into the bin, as `delete_opportunity` does each; those it may not are left, with why.

    In as many queries for many as for one. Raises NotPermitted without the right to delete any.
    """
    actor.demand(Opportunity.kind, "delete")
    return _delete(actor, ids, with_open=organisation_settings().allow_deleting_open)


def delete_matching(actor: Actor, wanted: DeletionFilter) -> Deleted:
    """Put all closed deals that match into the bin, whatever the filter says of open ones (B-030, B-032).

    More than 500 are a job, in chunks that are whole or absent; `undo_deletion` takes it back as one. One that was
    cut short is simply given again. Raises NotPermitted.
    """
    actor.demand(Opportunity.kind, "delete")
    ids = list(deletable(actor, wanted).order_by("pk").values_list("pk", flat=True))
    if len(ids) <= CHUNK:
        return _delete_closed(actor, ids)
    job, state = start_job(actor, KIND, total=len(ids)), Job.State.FAILED
    done: list[int] = []
    left: list[LeftAlone] = []
    try:
        for start in range(0, len(ids), CHUNK):
            part = _delete_chunk(actor, job, ids[start : start + CHUNK])
            done += part.done
            left += part.left
            report(job, done=len(done), refused=len(left))
        state = Job.State.DONE
    finally:
        report(job, done=len(done), refused=len(left), state=state)
    return Deleted(tuple(done), tuple(left), job.pk)


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
def _delete_closed(actor: Actor, ids: Sequence[int]) -> Deleted:
    return _delete(actor, ids, with_open=False)


def _delete_chunk(actor: Actor, job: Job, ids: Sequence[int]) -> Deleted:
    def attempt() -> Deleted:
        with chunk_of(actor, job, next_chunk(job)):
            return _delete(actor, ids, with_open=False)

    return tried_twice(attempt)


def _delete(actor: Actor, ids: Iterable[int], *, with_open: bool) -> Deleted:
    """Delete locked deals that the actor reaches, and say why not the others: they may have changed meanwhile."""
    asked, kind = set(ids), Opportunity.kind
    live = OpportunityQuerySet(Opportunity).live()
    visible = live.filter(scope(actor, kind, "read"), pk__in=asked).order_by("pk")
    found = {deal.pk: deal for deal in visible.select_for_update(of=("self",))}
    reached = live.filter(scope(actor, kind, "delete"), pk__in=list(found))
    may = set(reached.values_list("pk", flat=True))
    why: dict[int, OpportuneError] = {one: NotFound(kind) for one in asked - found.keys()}
    why |= {one: NotPermitted(kind=kind, verb="delete") for one in found.keys() - may}
    why |= {
        pk: still_open(deal) for pk, deal in found.items() if pk in may and deal.is_open and not with_open
    }
    gone = [deal for pk, deal in found.items() if pk not in why]
    put_away(actor, gone)
    return Deleted(
        tuple(deal.pk for deal in gone), tuple(LeftAlone(one, error) for one, error in sorted(why.items()))
    )
