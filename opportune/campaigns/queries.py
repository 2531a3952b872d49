"""Reading campaigns and segments."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from opportune.campaigns.models import Campaign, Segment
from opportune.kernel.records import RecordRef
from opportune.kernel.text import fold, storable
from opportune.ledger.models import LIVE


@dataclass(frozen=True, slots=True)
class CampaignRow:
    """A campaign as pickers and deals show it."""

    id: int
    name: str


@dataclass(frozen=True, slots=True)
class SegmentRow:
    """A segment as pickers and deals show it; `campaign_id` none for one of no campaign yet."""

    id: int
    name: str
    campaign_id: int | None


def campaigns_by_id(campaign_ids: Iterable[int]) -> dict[int, CampaignRow]:
    """Those of the campaigns that are not in the bin."""
    rows = Campaign.objects.filter(LIVE, pk__in=set(campaign_ids)).values_list("id", "name")
    return {campaign_id: CampaignRow(campaign_id, name) for campaign_id, name in rows}


def segments_by_id(segment_ids: Iterable[int]) -> dict[int, SegmentRow]:
    """Those of the segments that are not in the bin."""
    rows = Segment.objects.filter(LIVE, pk__in=set(segment_ids)).values_list("id", "name", "campaign_id")
    return {row[0]: SegmentRow(*row) for row in rows}


def offered_campaigns() -> Sequence[CampaignRow]:
    """The campaigns a deal may be said to come from, by name."""
    rows = Campaign.objects.filter(LIVE).order_by("sort_key", "id").values_list("id", "name")
    return [CampaignRow(*row) for row in rows]


def offered_segments() -> Sequence[SegmentRow]:
    """The segments a deal may be said to come from, by name."""
    rows = Segment.objects.filter(LIVE).order_by("sort_key", "id").values_list("id", "name", "campaign_id")
    return [SegmentRow(*row) for row in rows]


@dataclass(frozen=True, slots=True)
class CampaignChoice:
    """A campaign as a picker of several kinds of records offers it."""

    ref: RecordRef
    name: str
    subtitle: str = ""


def find_campaigns(text: str, *, limit: int = 20) -> Sequence[CampaignChoice]:
    """The campaigns whose name has all the words, by name."""
    rows = Campaign.objects.filter(LIVE)
    for word in fold(storable(text)).split():
        rows = rows.filter(sort_key__contains=word)
    found = rows.order_by("sort_key", "id").values_list("id", "name")[:limit]
    return [CampaignChoice(RecordRef(Campaign.kind, pk), name) for pk, name in found]
