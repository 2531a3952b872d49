"""What undo may do with competitors, with what hangs on a deal, rivals and the sales team, and with shares."""

from collections.abc import Iterable
from typing import Any

from django.db.models import Q

from opportune.campaigns.models import Campaign, Segment
from opportune.customers.models import Account, Contact
from opportune.identity import sharing
from opportune.identity.actor import Actor
from opportune.identity.hanging import HangingHandler
from opportune.identity.models import Share
from opportune.identity.visibility import NOTHING, scope
from opportune.opportunities.actions import competitors, sales_team
from opportune.opportunities.models import Competitor, Opportunity, Rival, TeamMember
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


class TeamMemberHandler(HangingHandler[TeamMember]):
    """The handler of the kind `team_member`: who may share the deal may undo; nothing changes on a closed one."""

    model = TeamMember
    above = "opportunity"
    by = "opportunity"

    def lock(self, actor: Actor, ids: Iterable[int]) -> dict[int, TeamMember]:
        """Those on deals the actor may share."""
        rows = TeamMember.objects.filter(self._reached(actor, "share"), pk__in=list(ids))
        return {row.pk: row for row in rows.order_by("pk").select_for_update(of=("self",))}

    def demand_changeable(self, record: TeamMember) -> None:
        """Raise Conflict `closed`."""
        demand_open(record.opportunity)

    def bring_back(self, actor: Actor, record: TeamMember) -> None:
        """Undo a removal, unless they are on the team anew."""
        sales_team.bring_back_member(actor, record)


class ShareHandler:
    """The handler of the kind `share`: who may share the record may undo what was done to its shares."""

    shared = (Opportunity, Account, Contact, Campaign, Segment)

    def facets(self) -> dict[str, tuple[str, ...]]:
        """A share is to read, or to change as well: one field."""
        return {}

    def lock(self, actor: Actor, ids: Iterable[int]) -> dict[int, Share]:
        """Those on records the actor may share, in the bin or not."""
        rows = Share.objects.filter(self._on_reached(actor, "share"), pk__in=list(ids))
        return {row.pk: row for row in rows.order_by("pk").select_for_update(of=("self",))}

    def restore_fields(self, actor: Actor, record: Share, values: dict[str, Any]) -> None:
        """Let it be for reading or for changing again."""
        sharing.change_share(actor, record, may_write=values["may_write"])

    def remove(self, actor: Actor, record: Share) -> None:
        """Undo sharing."""
        sharing.unshare(actor, record)

    def bring_back(self, actor: Actor, record: Share) -> None:
        """Undo a revocation, unless it was shared anew."""
        sharing.share_again(actor, record)

    def depended_upon(self, record: Share) -> bool:
        """Nothing stands on a share."""
        return False

    def visible(self, actor: Actor, ids: Iterable[int]) -> set[int]:
        """Those on records the actor may see."""
        rows = Share.objects.filter(self._on_reached(actor, "read"), pk__in=list(ids))
        return set(rows.values_list("pk", flat=True))

    def _on_reached(self, actor: Actor, verb: str) -> Q:
        reached = NOTHING
        for model in self.shared:
            records = model._default_manager.filter(scope(actor, model.kind, verb)).values("pk")
            reached |= Q(record_kind=model.kind, record_id__in=records)
        return reached
