"""What undo may do with competitors and with what hangs on a deal: rivals and the sales team."""

from collections.abc import Iterable
from typing import Any

from opportune.identity.actor import Actor
from opportune.identity.hanging import HangingHandler
from opportune.opportunities.actions import competitors
from opportune.opportunities.models import Competitor, Opportunity, Rival
from opportune.opportunities.writing import demand_open


class CompetitorHandler:
    """The handler of the kind `competitor`: who may change deals may change the competitors all share."""

    def facets(self) -> dict[str, tuple[str, ...]]:
        """Every field is undone alone."""
        return {}

    def lock(self, actor: Actor, ids: Iterable[int]) -> dict[int, Competitor]:
        """All of them, for who may change deals."""
        if not actor.may(Opportunity.kind, "write"):
            return {}
        rows = Competitor.objects.filter(pk__in=list(ids)).order_by("pk").select_for_update()
        return {row.pk: row for row in rows}

    def restore_fields(self, actor: Actor, record: Competitor, values: dict[str, Any]) -> None:
        """Give fields their former values."""
        competitors.restore_competitor(actor, record, values)

    def remove(self, actor: Actor, record: Competitor) -> None:
        """Undo the first naming."""
        competitors.remove_competitor(actor, record.pk)

    def bring_back(self, actor: Actor, record: Competitor) -> None:
        """Undo a removal."""
        competitors.bring_back_competitor(actor, record)

    def depended_upon(self, record: Competitor) -> bool:
        """Whether a deal names it."""
        return competitors.is_named(record)

    def visible(self, actor: Actor, ids: Iterable[int]) -> set[int]:
        """All of them, for who may see deals."""
        return set(ids) if actor.may(Opportunity.kind, "read") else set()


class RivalHandler(HangingHandler[Rival]):
    """The handler of the kind `rival`; nothing changes on a closed deal."""

    model = Rival
    above = "opportunity"
    by = "opportunity"

    def demand_changeable(self, record: Rival) -> None:
        """Raise Conflict `closed`."""
        demand_open(record.opportunity)

    def bring_back(self, actor: Actor, record: Rival) -> None:
        """Undo a removal, unless it was named again."""
        competitors.bring_back_rival(actor, record)
