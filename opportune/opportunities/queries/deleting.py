"""What deleting deals would do, and which deals are in the bin."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from django.db.models import Count, Q, QuerySet

from opportune.identity.actor import Actor
from opportune.identity.visibility import scope
from opportune.kernel.errors import NotFound, NotPermitted, OpportuneError
from opportune.kernel.registries import facts
from opportune.opportunities.binning import demand_deletable
from opportune.opportunities.deletion_filter import DeletionFilter
from opportune.opportunities.models import CLOSED, OPEN, Opportunity, Status
from opportune.opportunities.queries.listing import OpportunityRow, columns, rows_of
from opportune.opportunities.queries.totals import visible_deals

_SHOWN = 20


@dataclass(frozen=True, slots=True)
class DealDeletion:
    """What deleting one deal would take along; `refusal` is what it would be refused with, if it would."""

    row: OpportunityRow
    open_tasks: int
    entries: int
    refusal: OpportuneError | None


@dataclass(frozen=True, slots=True)
class MatchingDeletion:
    """What deleting all closed deals that match would do.

    `won` and `lost` are deleted; `open` match too, and stay; `out_of_reach` are closed ones that the actor may see
    and not delete. `shown` are the first of those deleted, by their numbers.
    """

    won: int
    lost: int
    open: int
    out_of_reach: int
    open_tasks: int
    shown: Sequence[OpportunityRow]

    @property
    def count(self) -> int:
        """How many would be deleted."""
        return self.won + self.lost


def deal_deletion(actor: Actor, opportunity_id: int) -> DealDeletion:
    """What deleting a deal would do, before it is done. Raises NotFound."""
    visible = visible_deals(actor).filter(pk=opportunity_id)
    deal = visible.first()
    if deal is None:
        raise NotFound(Opportunity.kind)
    refusal: OpportuneError | None = None
    try:
        if not visible.filter(scope(actor, Opportunity.kind, "delete")).exists():
            raise NotPermitted(kind=Opportunity.kind, verb="delete")
        demand_deletable(deal)
    except OpportuneError as error:
        refusal = error
    [row] = rows_of(list(columns(visible, actor)))
    return DealDeletion(row, _open_tasks(visible), deal.entries.count(), refusal)


def matching_deletion(actor: Actor, wanted: DeletionFilter) -> MatchingDeletion:
    """What deleting the closed deals that match would do. Raises NotPermitted."""
    actor.demand(Opportunity.kind, "delete")
    seen = visible_deals(actor).filter(wanted.condition(actor))
    gone = deletable(actor, wanted)
    counted = gone.aggregate(
        won=Count("pk", filter=Q(status=Status.WON)), lost=Count("pk", filter=Q(status=Status.LOST))
    )
    matching = seen.aggregate(
        open=Count("pk", filter=Q(status__in=OPEN)), closed=Count("pk", filter=Q(status__in=CLOSED))
    )
    return MatchingDeletion(
        won=counted["won"],
        lost=counted["lost"],
        open=matching["open"],
        out_of_reach=matching["closed"] - counted["won"] - counted["lost"],
        open_tasks=_open_tasks(gone),
        shown=rows_of(list(columns(gone, actor).order_by("number")[:_SHOWN])),
    )


def deletable(actor: Actor, wanted: DeletionFilter) -> QuerySet[Opportunity]:
    """The deals that match, are closed whatever the filter says, and that the actor may see and delete (B-030)."""
    closed = visible_deals(actor).filter(wanted.condition(actor), status__in=CLOSED)
    return closed.filter(scope(actor, Opportunity.kind, "delete"))


def campaigns_of_closed(actor: Actor) -> Sequence[tuple[int, str]]:
    """The campaigns that closed deals come from, by name: those worth choosing among."""
    closed = visible_deals(actor).filter(status__in=CLOSED, campaign__isnull=False)
    rows = closed.order_by("campaign__sort_key", "campaign_id").values_list("campaign_id", "campaign__name")
    return list(rows.distinct())


def _open_tasks(deals: QuerySet[Any]) -> int:
    ask = facts.get("open_tasks_about")
    return ask(deals.values("pk")) if ask else 0
