"""What stands on a campaign or segment."""

from opportune.campaigns.models import Addressing, Campaign, Segment
from opportune.kernel.registries import facts


def is_depended_upon(record: Addressing) -> bool:
    """Whether records that are not in the bin belong to it: segments of a campaign, opportunities of either."""
    if isinstance(record, Campaign) and Segment.objects.live().filter(campaign_id=record.pk).exists():
        return True
    has_opportunities = facts.get("origin_has_opportunities")
    return has_opportunities is not None and bool(has_opportunities(record.ref))
