"""Questions that lower packages ask about deals, answered through wiring.py."""

from collections.abc import Iterable
from typing import Any

from django.db.models import BooleanField, Count, Exists, OuterRef, Q

from opportune.identity.access import Reachable, reachable
from opportune.identity.actor import Actor
from opportune.identity.visibility import scope
from opportune.kernel.records import RecordRef
from opportune.kernel.registries import facts
from opportune.opportunities.models import OPEN, Entry, Opportunity, OpportunityQuerySet, ProcessRun, StepMark
from opportune.opportunities.queries.reach import verbs_on
from opportune.opportunities.values import CHECKS
from opportune.process.models import Step

_NO_STEPS = {
    "subject",
    "external_id",
    "account_id",
    "contact_id",
    "owner_id",
    "probability",
    "on_hold",
    "campaign_id",
    "segment_id",
    "initiated_by",
    "reminder_at",
}


def customer_has_opportunities(ref: RecordRef) -> bool:
    """Whether a deal outside the bin names an account or contact as its customer or primary contact."""
    live = Opportunity.objects.filter(deleted_at=None)
    if ref.kind == "account":
        return live.filter(account_id=ref.id).exists()
    return live.filter(contact_id=ref.id).exists() or live.filter(primary_contact_id=ref.id).exists()


def amounts_exist() -> bool:
    """Whether an amount was ever recorded, which freezes the base currency (domain.md §2)."""
    return Entry.objects.filter(value__isnull=False).exists()


def step_fields() -> frozenset[str]:
    """The fields of a deal that a step may ask for; the customer is one of two columns."""
    return (frozenset(CHECKS) - _NO_STEPS) | {"customer"}


def deals_of_process(process_id: int) -> tuple[int, int]:
    """How many open deals, and how many in all, stand in a process or keep a place in it; the bin counts.

    Where there are none, how many were in it before: undo and redo may lead them back.
    """
    parked = ProcessRun.objects.filter(opportunity=OuterRef("pk"), process_id=process_id)
    used = _open_and_all(Q(process_id=process_id) | Exists(parked))
    if used[1]:
        return used
    return 0, Entry.objects.filter(process_id=process_id).aggregate(
        deals=Count("opportunity_id", distinct=True)
    )["deals"]


def deals_of_stage(stage_id: int) -> tuple[int, int]:
    """How many open deals, and how many in all, stand in a stage or keep their place there; the bin counts.

    The place kept in the process that a deal is in has no meaning.
    """
    kept = ProcessRun.objects.filter(Q(stage_id=stage_id) | Q(stage__replaced_by_id=stage_id))
    parked = kept.filter(opportunity=OuterRef("pk")).exclude(process_id=OuterRef("process_id"))
    return _open_and_all(Q(stage_id=stage_id) | Exists(parked))


def deals_of_step(step_id: int) -> tuple[int, int, int]:
    """How many open deals, and how many in all, are in a step's stage or have done it; how many open ones have."""
    step = Step.objects.get(pk=step_id)
    done = _done(step)
    shown = Q(stage_id=step.stage_id) | done if step.what != Step.What.FIELD else Q(stage_id=step.stage_id)
    return (*_open_and_all(shown), Opportunity.objects.filter(shown, done, status__in=OPEN).count())


def _open_and_all(condition: Any) -> tuple[int, int]:
    counted = Opportunity.objects.filter(condition).aggregate(
        open=Count("pk", filter=Q(status__in=OPEN, deleted_at__isnull=True)), all=Count("pk")
    )
    return counted["open"], counted["all"]


def _done(step: Step) -> Q:
    """Which deals have done a step, as `gates.StepsDone` sees it."""
    if step.what == Step.What.TICK:
        return Q(Exists(StepMark.objects.filter(opportunity=OuterRef("pk"), step=step, is_done=True)))
    if step.what == Step.What.TASK:
        ask = facts.get("deals_with_task_done")
        return Q(pk__in=ask(step.pk)) if ask else Q(pk__in=())
    if step.field == "customer":
        return Q(pk__isnull=False)
    field = Opportunity._meta.get_field(step.field)
    if isinstance(field, BooleanField):
        return Q(**{step.field: True})
    if field.get_internal_type() in ("CharField", "TextField"):
        return ~Q(**{f"{step.field}__in": ["", "unknown"]})
    return Q(**{f"{step.field}__isnull": False})


def currency_is_used(code: str) -> bool:
    """Whether a deal was ever in a currency."""
    return Entry.objects.filter(currency=code).exists()


def close_reason_uses() -> dict[int, int]:
    """How many deals outside the bin were closed for each reason, by the reason's id (B-010)."""
    rows = Opportunity.objects.filter(deleted_at=None, close_reason__isnull=False).order_by()
    return dict(rows.values_list("close_reason_id").annotate(uses=Count("pk")))


def deals_reachable() -> Reachable:
    """What reaches a deal, for who asks why somebody sees it."""
    return reachable(Opportunity.kind, OpportunityQuerySet(Opportunity).live())


def deals_reached(actor: Actor, ids: Iterable[int], verb: str) -> set[int]:
    """Those of the deals outside the bin that a verb of the actor reaches, and the actor sees."""
    asked = list(ids)
    if len(asked) == 1:
        return {asked[0]} if verb in verbs_on(actor, asked[0]) else set()
    rows = OpportunityQuerySet(Opportunity).visible_to(actor).filter(scope(actor, Opportunity.kind, verb))
    return set(rows.filter(pk__in=asked).values_list("pk", flat=True))
