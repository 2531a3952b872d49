"""The campaign and the segment of a deal: what follows from choosing one, and what does not go together."""

from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from functools import cache
from typing import Any

from opportune.campaigns.queries import (
    CampaignName,
    SegmentName,
    campaigns_by_id,
    names_in_bin,
    segments_by_id,
    sole_segments,
)
from opportune.identity.actor import Actor
from opportune.kernel.errors import Refused
from opportune.kernel.records import RecordRef
from opportune.kernel.sentences import Sentence, sentence

SoleSegment = Callable[[int], int | None]
FIELDS = ("campaign_id", "segment_id")


@dataclass(frozen=True, slots=True)
class Named:
    """What a deal names after a command: its columns, which of them it changed, and when the deal was created."""

    columns: Mapping[str, Any]
    changed: Collection[str]
    created_on: date

    @property
    def is_asked(self) -> bool:
        """Whether there is anything to look at."""
        return bool(self.columns.get("campaign_id")) and not set(FIELDS).isdisjoint(self.changed)


def sole_segment_seen_by(actor: Actor) -> SoleSegment:
    """Asks for the only segment of a campaign that the actor sees, once for each campaign."""
    return cache(lambda campaign_id: sole_segments(actor, [campaign_id]).get(campaign_id))


def with_campaign(
    columns: dict[str, Any], campaign_now: int | None, sole_segment: SoleSegment
) -> dict[str, Any]:
    """Columns about to be written, with the campaign and the segment that follow from them.

    A campaign that led to a deal is its campaign too, unless it has one (C-040, domain.md §2). Another campaign
    brings its only segment along, or takes the segment away, unless one is chosen with it (business-central.md §5.6).
    """
    given: int | None = columns.get("campaign_id", campaign_now)
    if columns.get("initiated_by_kind") == "campaign" and given is None:
        given = columns["initiated_by_id"]
        columns = {**columns, "campaign_id": given}
    if given == campaign_now or "segment_id" in columns:
        return columns
    return {**columns, "segment_id": None if given is None else sole_segment(given)}


def wrong_origins(deals: Sequence[Named]) -> list[dict[str, Sentence]]:
    """For each deal, what does not go together in what it names, by field; in two queries for any number.

    A campaign that is not activated, or not under way on the day the deal was created, cannot be chosen (E-15) but
    where it led to the deal; nor can a segment of another campaign (E-16).
    """
    asked = [each.columns for each in deals if each.is_asked]
    campaigns = campaigns_by_id(columns["campaign_id"] for columns in asked) if asked else {}
    segment_ids = {columns["segment_id"] for columns in asked if columns.get("segment_id")}
    segments = segments_by_id(segment_ids) if segment_ids else {}
    return [_wrong(each, campaigns, segments) if each.is_asked else {} for each in deals]


@dataclass(frozen=True, slots=True)
class OriginsGone:
    """Those campaigns and segments which are in the bin, with their names."""

    names: Mapping[RecordRef, str]

    def demand(self, values: Mapping[str, Any]) -> None:
        """Raise Refused `origin_gone` if values of a deal name one of them."""
        for ref in sorted(_origins_named(values) & self.names.keys()):
            raise Refused(
                "origin_gone",
                sentence(
                    "{name}, which it names, is in the bin. Bring that back first.", name=self.names[ref]
                ),
                origin=str(ref),
            )


def gone_origins(former: Iterable[Mapping[str, Any]]) -> OriginsGone:
    """Of the campaigns and segments that former values of deals name, those that are in the bin."""
    named = {ref for values in former for ref in _origins_named(values)}
    return OriginsGone(names_in_bin(named) if named else {})


def _origins_named(values: Mapping[str, Any]) -> set[RecordRef]:
    return {RecordRef(name.removesuffix("_id"), values[name]) for name in FIELDS if values.get(name)}


def _wrong(
    deal: Named, campaigns: Mapping[int, CampaignName], segments: Mapping[int, SegmentName]
) -> dict[str, Sentence]:
    wrong: dict[str, Sentence] = {}
    columns, campaign_id = deal.columns, deal.columns["campaign_id"]
    campaign, segment = campaigns.get(campaign_id), segments.get(columns.get("segment_id") or 0)
    led_to_it = (columns.get("initiated_by_kind"), columns.get("initiated_by_id")) == (
        "campaign",
        campaign_id,
    )
    chosen = campaign if "campaign_id" in deal.changed and not led_to_it else None
    if chosen is not None and not chosen.is_valid_on(deal.created_on):
        wrong["campaign_id"] = _not_valid(chosen, deal.created_on)
    if segment is not None and segment.campaign_id not in (None, campaign_id):
        wrong["segment_id"] = sentence("{name} is a segment of another campaign.", name=segment.name)
    return wrong


def _not_valid(campaign: CampaignName, day: date) -> Sentence:
    if not campaign.is_activated:
        return sentence(
            "{name} is not activated. Activate it, or choose another campaign.", name=campaign.name
        )
    return sentence(
        "{name} was not under way on {day}, when the opportunity was created. Choose another campaign.",
        name=campaign.name,
        day=day,
    )
