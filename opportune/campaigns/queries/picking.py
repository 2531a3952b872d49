"""Which campaigns and segments a picker offers, and finding them by their ids."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date

from opportune.campaigns.models import AddressingQuerySet, AnyAddressing, Campaign, Segment
from opportune.campaigns.periods import RUNNING, in_state, state_of
from opportune.identity.actor import Actor
from opportune.kernel.records import RecordRef
from opportune.kernel.text import fold, storable
from opportune.ledger.models import LIVE

OFFERED = 20


@dataclass(frozen=True, slots=True)
class CampaignName:
    """A campaign as deals show it, with what decides whether they may come from it."""

    id: int
    name: str
    is_activated: bool
    starts_on: date | None
    ends_on: date | None

    def is_valid_on(self, day: date) -> bool:
        """Whether a deal created that day may be said to come from it: activated, and within its dates (E-15)."""
        return state_of(self.is_activated, self.starts_on, self.ends_on, day) == RUNNING


@dataclass(frozen=True, slots=True)
class SegmentName:
    """A segment as deals show it; `campaign_id` none for one of no campaign yet."""

    id: int
    name: str
    campaign_id: int | None


@dataclass(frozen=True, slots=True)
class Choice:
    """A campaign or segment as a picker offers it."""

    ref: RecordRef
    name: str
    subtitle: str = ""


_CAMPAIGN = ("id", "name", "is_activated", "starts_on", "ends_on")
_SEGMENT = ("id", "name", "campaign_id")


def campaigns_by_id(campaign_ids: Iterable[int]) -> dict[int, CampaignName]:
    """Those of the campaigns that are not in the bin, seen or not: who sees a deal sees the name of its campaign."""
    rows = Campaign.objects.live().filter(pk__in=set(campaign_ids)).values_list(*_CAMPAIGN)
    return {row[0]: CampaignName(*row) for row in rows}


def visible_campaigns(actor: Actor, campaign_ids: Iterable[int]) -> dict[int, CampaignName]:
    """Those of the campaigns that the actor may see, and so may name on a deal."""
    rows = Campaign.objects.visible_to(actor).filter(pk__in=set(campaign_ids)).values_list(*_CAMPAIGN)
    return {row[0]: CampaignName(*row) for row in rows}


def segments_by_id(segment_ids: Iterable[int]) -> dict[int, SegmentName]:
    """Those of the segments that are not in the bin, seen or not."""
    rows = Segment.objects.live().filter(pk__in=set(segment_ids)).values_list(*_SEGMENT)
    return {row[0]: SegmentName(*row) for row in rows}


def visible_segments(actor: Actor, segment_ids: Iterable[int]) -> dict[int, SegmentName]:
    """Those of the segments that the actor may see, and so may name on a deal."""
    rows = Segment.objects.visible_to(actor).filter(pk__in=set(segment_ids)).values_list(*_SEGMENT)
    return {row[0]: SegmentName(*row) for row in rows}


def names_in_bin(refs: Iterable[RecordRef]) -> dict[RecordRef, str]:
    """The names of those of the campaigns and segments that are in the bin."""
    asked = set(refs)
    named: dict[RecordRef, str] = {}
    for model in (Campaign, Segment):
        ids = [ref.id for ref in asked if ref.kind == model.kind]
        if ids:
            gone = model._default_manager.filter(~LIVE, pk__in=ids).values_list("pk", "name")
            named |= {RecordRef(model.kind, pk): name for pk, name in gone}
    return named


def sole_segments(actor: Actor, campaign_ids: Iterable[int]) -> dict[int, int]:
    """The only segment the actor sees of each of the campaigns that have exactly one (business-central.md §5.6)."""
    found: dict[int, list[int]] = {}
    of_campaigns = Segment.objects.visible_to(actor).filter(campaign_id__in=set(campaign_ids))
    for campaign_id, segment_id in of_campaigns.values_list("campaign_id", "id"):
        if campaign_id is not None:
            found.setdefault(campaign_id, []).append(segment_id)
    return {campaign_id: ids[0] for campaign_id, ids in found.items() if len(ids) == 1}


def offered_campaigns(actor: Actor, text: str, *, on: date, limit: int = OFFERED) -> Sequence[Choice]:
    """The campaigns that a deal created on a day may come from, and whose name has all the words, by name."""
    valid = _with_words(Campaign.objects.visible_to(actor), text).filter(in_state(RUNNING, on))
    found = valid.order_by("sort_key", "id").values_list("id", "name", "code")[:limit]
    return [Choice(RecordRef(Campaign.kind, pk), name, code) for pk, name, code in found]


def offered_segments(
    actor: Actor, text: str, *, campaign_id: int | None = None, limit: int = OFFERED
) -> Sequence[Choice]:
    """The segments of a campaign, or all if there is none yet, whose name has all the words, by name."""
    rows = _with_words(Segment.objects.visible_to(actor), text)
    if campaign_id is not None:
        rows = rows.filter(campaign_id=campaign_id)
    found = rows.order_by("sort_key", "id").values_list("id", "name", "campaign__name")[:limit]
    return [Choice(RecordRef(Segment.kind, pk), name, of or "") for pk, name, of in found]


def find_campaigns(actor: Actor, text: str, *, limit: int = OFFERED) -> Sequence[Choice]:
    """The campaigns whose name has all the words, by name, activated or not."""
    rows = _with_words(Campaign.objects.visible_to(actor), text)
    found = rows.order_by("sort_key", "id").values_list("id", "name", "code")[:limit]
    return [Choice(RecordRef(Campaign.kind, pk), name, code) for pk, name, code in found]


def campaigns_named(actor: Actor, name: str, *, limit: int = OFFERED) -> Sequence[Choice]:
    """The campaigns the actor sees that have this name, without regard to case and accents, the oldest first."""
    rows = _of_name(Campaign.objects.visible_to(actor), name)
    found = rows.values_list("id", "name", "code")[:limit]
    return [Choice(RecordRef(Campaign.kind, pk), named, code) for pk, named, code in found]


def segments_named(actor: Actor, name: str, *, limit: int = OFFERED) -> Sequence[Choice]:
    """The segments the actor sees that have this name, without regard to case and accents, the oldest first."""
    rows = _of_name(Segment.objects.visible_to(actor), name)
    found = rows.values_list("id", "name", "campaign__name")[:limit]
    return [Choice(RecordRef(Segment.kind, pk), named, of or "") for pk, named, of in found]


def _of_name(rows: AddressingQuerySet[AnyAddressing], name: str) -> AddressingQuerySet[AnyAddressing]:
    folded = fold(storable(name))
    return rows.filter(sort_key=folded).order_by("id") if folded else rows.none()


def _with_words(rows: AddressingQuerySet[AnyAddressing], text: str) -> AddressingQuerySet[AnyAddressing]:
    for word in fold(storable(text)).split():
        rows = rows.filter(sort_key__contains=word)
    return rows
