"""Campaigns, what is done to win customers, and segments, the lists of customers they address."""

from collections.abc import Sequence
from datetime import date, datetime
from decimal import Decimal

from opportune.campaigns.queries import (
    CampaignRow,
    LineRow,
    SegmentRow,
    campaign_record,
    lines,
    segment_record,
)
from opportune.identity.actor import Actor
from opportune.opportunities.actions import Opened
from opportune.opportunities.queries import Brought, brought_by, deals_of_segment
from opportune.schemas.shapes import Day, Exact, Given, Id, Name, Number, Shown, Text, Verbs


class BroughtShown(Shown):
    """How many opportunities the reader sees that came from it, and their values in base currency (C-039)."""

    opportunities: int
    value: Exact
    open: int
    open_value: Exact
    won: int
    won_value: Exact
    lost: int


class CampaignListed(BroughtShown):
    """A campaign in a list. `state` is `draft`, `planned`, `running` or `over` today; costs are in base currency."""

    id: int
    name: str
    code: str
    type: str
    starts_on: date | None
    ends_on: date | None
    is_activated: bool
    state: str
    budgeted_cost: Exact | None
    actual_cost: Exact | None
    owner_id: int
    owner_name: str
    created_at: datetime


class CampaignPage(Shown):
    """A page of campaigns."""

    items: list[CampaignListed]
    next: str | None


class CampaignShown(CampaignListed):
    """All of a campaign. `return_on_cost` is (won value - actual cost) / actual cost in percent."""

    version: int
    description: str
    return_on_cost: Exact | None
    may: Verbs


class CampaignFields(Given):
    """What may be written on a campaign; none empties a field."""

    code: Text | None = None
    type: Text | None = None
    owner_id: Id | None = None
    starts_on: Day | None = None
    ends_on: Day | None = None
    is_activated: bool = False
    budgeted_cost: Number | None = None
    actual_cost: Number | None = None
    description: Text | None = None


class CampaignGiven(CampaignFields):
    """A campaign to add; its owner is who adds it unless said otherwise."""

    name: Text


class CampaignChanges(CampaignFields):
    """Fields of a campaign to change; what is left out stays. `version` is the one that was looked at."""

    name: Text | None = None
    version: Id | None = None


class SegmentListed(BroughtShown):
    """A segment in a list. `lines` counts those whose customer the reader sees, and blank ones."""

    id: int
    name: str
    campaign_id: int | None
    campaign_name: str | None
    lines: int
    owner_id: int
    owner_name: str
    created_at: datetime


class SegmentPage(Shown):
    """A page of segments."""

    items: list[SegmentListed]
    next: str | None


class SegmentShown(SegmentListed):
    """All of a segment but its lines."""

    version: int
    description: str
    may: Verbs


class SegmentFields(Given):
    """What may be written on a segment; none empties a field."""

    campaign_id: Id | None = None
    owner_id: Id | None = None
    description: Text | None = None


class SegmentGiven(SegmentFields):
    """A segment to add, of a campaign or of none yet."""

    name: Text


class SegmentChanges(SegmentFields):
    """Fields of a segment to change; what is left out stays. `version` is the one that was looked at."""

    name: Text | None = None
    version: Id | None = None


class LineShown(Shown):
    """A line of a segment. `customer` is written `account:12`, none on a line that is still to be filled in.

    `opportunities` counts those the reader sees that came from this segment for the customer.
    """

    id: int
    version: int
    customer: str | None
    customer_name: str
    note: str
    opportunities: int


class LinePage(Shown):
    """A page of lines, in the order in which they were added."""

    items: list[LineShown]
    next: str | None


class LineGiven(Given):
    """A line to add: an account, a contact, or neither, to be filled in later."""

    account_id: Id | None = None
    contact_id: Id | None = None
    note: Text | None = None


class LineChanges(LineGiven):
    """What to change on a line; what is left out stays. `version` is the one that was looked at."""

    version: Id | None = None


class DealsGiven(Given):
    """The opportunities to open for the customers on a segment, or on some `lines` of it by their ids.

    The `subject` is the segment's name unless it is given. They are not started unless `started`. Who has one from this
    segment already gets another one only `again`.
    """

    lines: list[Id] | None = None
    subject: Text | None = None
    owner_id: Id | None = None
    process: Name | None = None
    started: bool = False
    again: bool = False


class DealsOpened(Shown):
    """The opportunities that were opened, and how many customers had one already."""

    opportunities: list[int]
    covered: int


def campaigns_listed(actor: Actor, rows: Sequence[CampaignRow]) -> list[CampaignListed]:
    """Campaigns of a list, with what each brought."""
    brought = brought_by(actor, "campaign", [row.id for row in rows])
    return [CampaignListed(**_fields(CampaignListed, row), **_sums(brought[row.id])) for row in rows]


def campaign_shown(actor: Actor, campaign_id: int) -> CampaignShown:
    """All of a campaign, with what it brought. Raises NotFound."""
    record = campaign_record(actor, campaign_id)
    brought = brought_by(actor, "campaign", [campaign_id])[campaign_id]
    return CampaignShown(
        **_fields(CampaignShown, record),
        **_sums(brought),
        return_on_cost=brought.return_on(record.actual_cost),
    )


def segments_listed(actor: Actor, rows: Sequence[SegmentRow]) -> list[SegmentListed]:
    """Segments of a list, with what each brought."""
    brought = brought_by(actor, "segment", [row.id for row in rows])
    return [SegmentListed(**_fields(SegmentListed, row), **_sums(brought[row.id])) for row in rows]


def segment_shown(actor: Actor, segment_id: int) -> SegmentShown:
    """All of a segment, with what it brought. Raises NotFound."""
    record = segment_record(actor, segment_id)
    brought = brought_by(actor, "segment", [segment_id])[segment_id]
    return SegmentShown(**_fields(SegmentShown, record), **_sums(brought))


def lines_shown(actor: Actor, segment_id: int, *, after: str | None, limit: int) -> LinePage:
    """A page of a segment's lines. Raises NotFound."""
    segment_record(actor, segment_id)
    found = lines(actor, segment_id, after=after, limit=limit)
    return LinePage(items=lines_of(actor, segment_id, found.rows), next=found.next)


def lines_of(actor: Actor, segment_id: int, rows: Sequence[LineRow]) -> list[LineShown]:
    """Lines with how many opportunities their customers have from the segment."""
    covered = deals_of_segment(actor, segment_id, [row.customer for row in rows if row.customer])
    return [
        LineShown(
            id=row.id,
            version=row.version,
            customer=str(row.customer) if row.customer else None,
            customer_name=row.customer_name,
            note=row.note,
            opportunities=covered.get(row.customer, 0) if row.customer else 0,
        )
        for row in rows
    ]


def deals_opened(opened: Opened) -> DealsOpened:
    """What became of opening deals for a segment."""
    return DealsOpened(opportunities=list(opened.made), covered=opened.covered)


def _fields(shape: type[Shown], row: object) -> dict[str, object]:
    return {name: getattr(row, name) for name in shape.model_fields if hasattr(row, name)}


def _sums(brought: Brought) -> dict[str, int | Decimal]:
    return {
        "opportunities": brought.all.count,
        "value": brought.all.value,
        "open": brought.open.count,
        "open_value": brought.open.value,
        "won": brought.won.count,
        "won_value": brought.won.value,
        "lost": brought.lost.count,
    }
