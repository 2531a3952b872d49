"""What the ledger and the doors may do with a campaign, a segment or a line of which they know the reference only."""

from collections.abc import Iterable
from typing import Any, Generic

from opportune.campaigns import actions
from opportune.campaigns.models import AnyAddressing, Campaign, Segment, SegmentMember
from opportune.campaigns.queries import is_depended_upon
from opportune.identity.actor import Actor
from opportune.identity.hanging import HangingHandler


class AddressingHandler(Generic[AnyAddressing]):
    """A campaign's or a segment's `RecordHandler`. Those in the bin count: an undo may bring them back."""

    model: type[AnyAddressing]

    def facets(self) -> dict[str, tuple[str, ...]]:
        """Every field is undone alone."""
        return {}

    def lock(self, actor: Actor, ids: Iterable[int]) -> dict[int, AnyAddressing]:
        """The records the actor may change, locked in the order of their ids."""
        rows = self.model.objects.reached_by(actor, "read").reached_by(actor, "write")
        asked = rows.filter(pk__in=list(ids)).order_by("pk").select_for_update(of=("self",))
        return {row.pk: row for row in asked}

    def lock_consequences(self, ids: Iterable[int]) -> dict[int, AnyAddressing]:
        """The records that a deleted campaign or choice left, locked, whoever may change them."""
        asked = self.model.objects.filter(pk__in=list(ids)).order_by("pk").select_for_update(of=("self",))
        return {row.pk: row for row in asked}

    def restore_fields(self, actor: Actor, record: AnyAddressing, values: dict[str, Any]) -> None:
        """Give fields their former values."""
        actions.restore_fields(actor, record, values)

    def remove(self, actor: Actor, record: AnyAddressing) -> None:
        """Undo a creation: into the bin."""
        actions.remove(actor, record)

    def bring_back(self, actor: Actor, record: AnyAddressing) -> None:
        """Undo a removal."""
        actions.bring_back(actor, record)

    def depended_upon(self, record: AnyAddressing) -> bool:
        """Whether segments or opportunities belong to it."""
        return is_depended_upon(record)

    def visible(self, actor: Actor, ids: Iterable[int]) -> set[int]:
        """Those of the ids the actor may see, in the bin or not."""
        rows = self.model.objects.reached_by(actor, "read").filter(pk__in=list(ids))
        return set(rows.values_list("pk", flat=True))


class CampaignHandler(AddressingHandler[Campaign]):
    """The handler of the kind `campaign`."""

    model = Campaign

    def facets(self) -> dict[str, tuple[str, ...]]:
        """The dates say together when it is valid."""
        return {"period": ("starts_on", "ends_on")}


class SegmentHandler(AddressingHandler[Segment]):
    """The handler of the kind `segment`."""

    model = Segment


class SegmentLineHandler(HangingHandler[SegmentMember]):
    """The handler of the kind `segment_member`: who may change the segment may undo what was done to its lines."""

    model = SegmentMember
    above = "segment"
    by = "segment"

    def facets(self) -> dict[str, tuple[str, ...]]:
        """A line has one customer."""
        return {"customer": ("account_id", "contact_id")}

    def restore_fields(self, actor: Actor, record: SegmentMember, values: dict[str, Any]) -> None:
        """Give fields their former values, unless the customer stands on another line by now."""
        now = {name: getattr(record, name) for name in values}
        self._set(record, values)
        actions.demand_line_free(record)
        self._set(record, now)
        super().restore_fields(actor, record, values)

    def bring_back(self, actor: Actor, record: SegmentMember) -> None:
        """Undo a removal, unless the customer was added again."""
        actions.demand_line_free(record)
        super().bring_back(actor, record)

    def _set(self, record: SegmentMember, values: dict[str, Any]) -> None:
        for name, value in values.items():
            setattr(record, name, value)
