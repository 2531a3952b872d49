"""Questions that lower packages ask about campaigns and segments, answered through wiring.py."""

from collections.abc import Iterable

from django.db.models import QuerySet

from opportune.campaigns.models import Campaign, Segment, SegmentMember
from opportune.customers.queries import SegmentsWith
from opportune.identity.access import Reachable, reachable
from opportune.identity.actor import Actor
from opportune.kernel.records import RecordRef
from opportune.ledger.models import LIVE


def campaigns_reached(actor: Actor, ids: Iterable[int], verb: str) -> set[int]:
    """Those of the campaigns outside the bin that a verb of the actor reaches."""
    rows = Campaign.objects.live().reached_by(actor, verb).filter(pk__in=list(ids))
    return set(rows.values_list("pk", flat=True))


def segments_reached(actor: Actor, ids: Iterable[int], verb: str) -> set[int]:
    """Those of the segments outside the bin that a verb of the actor reaches."""
    rows = Segment.objects.live().reached_by(actor, verb).filter(pk__in=list(ids))
    return set(rows.values_list("pk", flat=True))


def segments_with_customer(actor: Actor, ref: RecordRef) -> SegmentsWith:
    """The segments outside the bin with an account or contact on a line (E-35)."""
    having = Segment.objects.live().filter(pk__in=_lines_of(ref).values("segment_id"))
    seen = having.reached_by(actor, "read").order_by("sort_key", "id")
    names = tuple(seen.values_list("name", flat=True))
    return SegmentsWith(names, having.count() > len(names))


def campaigns_reachable() -> Reachable:
    """What reaches a campaign, for who asks why somebody sees it."""
    return reachable(Campaign.kind, Campaign.objects.live())


def segments_reachable() -> Reachable:
    """What reaches a segment, for who asks why somebody sees it."""
    return reachable(Segment.kind, Segment.objects.live())


def is_on_segment(ref: RecordRef) -> bool:
    """Whether an account or contact stands on a line of a segment outside the bin."""
    return Segment.objects.live().filter(pk__in=_lines_of(ref).values("segment_id")).exists()


def _lines_of(ref: RecordRef) -> QuerySet[SegmentMember]:
    return SegmentMember._default_manager.filter(LIVE, **{f"{ref.kind}_id": ref.id})


def costs_exist() -> bool:
    """Whether a cost was written down, which is an amount in base currency (domain.md §2)."""
    return Campaign.objects.exclude(budgeted_cost=None, actual_cost=None).exists()
