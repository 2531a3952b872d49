"""Campaigns and segments as lists and records show them."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, fields
from datetime import date, datetime
from decimal import Decimal
from typing import Any, NamedTuple, TypeVar

from django.db.models import Count, Exists, F, OuterRef, QuerySet, Subquery
from django.db.models.functions import Coalesce

from opportune.campaigns.filters import AddressingFilter, CampaignFilter, SegmentFilter
from opportune.campaigns.models import AddressingQuerySet, AnyAddressing, Campaign, Segment
from opportune.campaigns.periods import RUNNING, in_state, state_of
from opportune.campaigns.queries.lines import seen_lines
from opportune.identity.actor import Actor
from opportune.kernel import clock
from opportune.kernel.errors import NotFound
from opportune.kernel.paging import Page
from opportune.kernel.text import fold
from opportune.reference.queries import marked_with, organisation_settings
from opportune.storage.keyset import instant, read_page

R = TypeVar("R")


@dataclass(frozen=True, slots=True)
class CampaignRow:
    """A campaign in a list; the costs are in base currency. `state` is where it stands today (`periods.py`)."""

    id: int
    name: str
    code: str
    type: str
    starts_on: date | None
    ends_on: date | None
    is_activated: bool
    state: str
    budgeted_cost: Decimal | None
    actual_cost: Decimal | None
    owner_id: int
    owner_name: str
    created_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class CampaignRecord(CampaignRow):
    """All of a campaign, and the verbs the actor may use on it (`write`, `delete`, `assign`)."""

    version: int
    description: str
    may: frozenset[str]


@dataclass(frozen=True, slots=True)
class SegmentRow:
    """A segment in a list. `lines` counts those the reader sees; a campaign's name is shown, opened or not."""

    id: int
    name: str
    campaign_id: int | None
    campaign_name: str | None
    campaign_visible: bool
    lines: int
    owner_id: int
    owner_name: str
    created_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class SegmentRecord(SegmentRow):
    """All of a segment but its lines, and the verbs the actor may use on it (`write`, `delete`, `assign`)."""

    version: int
    description: str
    may: frozenset[str]


class _Order(NamedTuple):
    column: str
    read: Callable[[str], Any] = str
    may_be_empty: bool = False


_ORDERS = {
    "name": _Order("sort_key"),
    "starts": _Order("starts_on", date.fromisoformat, may_be_empty=True),
    "created": _Order("created_at", instant),
}
_CHANGING = ("write", "delete", "assign")


def campaigns(
    actor: Actor, wanted: CampaignFilter, *, after: str | None = None, limit: int = 50
) -> Page[CampaignRow]:
    """A page of the campaigns the actor may see. Raises Invalid for a bad cursor."""
    return _page(_campaigns(actor, wanted), CampaignRow, actor, wanted, after, limit)


def segments(
    actor: Actor, wanted: SegmentFilter, *, after: str | None = None, limit: int = 50
) -> Page[SegmentRow]:
    """A page of the segments the actor may see. Raises Invalid for a bad cursor."""
    return _page(_segments(actor, wanted), SegmentRow, actor, wanted, after, limit)


def count_campaigns(actor: Actor, wanted: CampaignFilter) -> int:
    """How many campaigns the list has in all."""
    return _campaigns(actor, wanted).count()


def count_segments(actor: Actor, wanted: SegmentFilter) -> int:
    """How many segments the list has in all."""
    return _segments(actor, wanted).count()


def campaign_record(actor: Actor, campaign_id: int) -> CampaignRecord:
    """One campaign with everything on it. Raises NotFound."""
    return _record(Campaign.objects.visible_to(actor), CampaignRecord, actor, campaign_id)


def segment_record(actor: Actor, segment_id: int) -> SegmentRecord:
    """One segment with everything on it but its lines. Raises NotFound."""
    return _record(Segment.objects.visible_to(actor), SegmentRecord, actor, segment_id)


def _campaigns(actor: Actor, wanted: CampaignFilter) -> AddressingQuerySet[Campaign]:
    rows = _matching(Campaign.objects.visible_to(actor), wanted)
    if wanted.type:
        rows = rows.filter(type=wanted.type)
    if wanted.state:
        rows = rows.filter(in_state(wanted.state, _today()))
    if wanted.valid_on is not None:
        rows = rows.filter(in_state(RUNNING, wanted.valid_on))
    return rows


def _segments(actor: Actor, wanted: SegmentFilter) -> AddressingQuerySet[Segment]:
    rows = _matching(Segment.objects.visible_to(actor), wanted)
    if wanted.campaign_id is not None:
        rows = rows.filter(campaign_id=wanted.campaign_id)
    if wanted.customer is not None:
        on_line = seen_lines(actor).filter(**{f"{wanted.customer.kind}_id": wanted.customer.id})
        rows = rows.filter(pk__in=on_line.values("segment_id"))
    return rows


def _matching(
    rows: AddressingQuerySet[AnyAddressing], wanted: AddressingFilter
) -> AddressingQuerySet[AnyAddressing]:
    if wanted.owner_ids:
        rows = rows.filter(owner_id__in=wanted.owner_ids)
    if wanted.category:
        rows = rows.filter(pk__in=marked_with(wanted.category, rows.model.kind))
    for word in fold(wanted.text).split():
        rows = rows.filter(sort_key__contains=word)
    return rows


def _today() -> date:
    return clock.today(organisation_settings().time_zone)


def _columns(
    rows: AddressingQuerySet[AnyAddressing], row: Callable[..., R], actor: Actor, *more: str
) -> QuerySet[Any, Any]:
    """The rows as dicts of the columns that the fields of a row class ask for."""
    counted = seen_lines(actor).filter(segment_id=OuterRef("pk")).order_by().values("segment_id")
    reached: Mapping[str, Any] = {
        "owner_name": F("owner__name"),
        "campaign_name": F("campaign__name"),
        "campaign_visible": Exists(Campaign.objects.visible_to(actor).filter(pk=OuterRef("campaign_id"))),
        "lines": Coalesce(Subquery(counted.annotate(number=Count("pk")).values("number")), 0),
    }
    asked = [field.name for field in fields(row) if field.name not in ("may", "state")]  # type: ignore[arg-type]
    plain = [name for name in asked if name not in reached]
    return rows.values(*{*plain, *more}, **{name: reached[name] for name in asked if name in reached})


def _page(
    rows: AddressingQuerySet[AnyAddressing],
    row: Callable[..., R],
    actor: Actor,
    wanted: AddressingFilter,
    after: str | None,
    limit: int,
) -> Page[R]:
    order = _ORDERS[wanted.sort]
    found, following = read_page(
        _columns(rows, row, actor, order.column),
        order.column,
        descending=wanted.descending,
        cursor=after,
        limit=limit,
        read=order.read,
        may_be_empty=order.may_be_empty,
    )
    names = [field.name for field in fields(row)]  # type: ignore[arg-type]
    today = _today()
    whole = [_with_state(one, today) for one in found]
    return Page([row(**{name: one[name] for name in names}) for one in whole], following)


def _record(
    rows: AddressingQuerySet[AnyAddressing], row: Callable[..., R], actor: Actor, record_id: int
) -> R:
    found = _columns(rows, row, actor).filter(pk=record_id).first()
    if found is None:
        raise NotFound(rows.model.kind)
    one = rows.filter(pk=record_id)
    may = frozenset(verb for verb in _CHANGING if one.reached_by(actor, verb).exists())
    return row(**_with_state(found, _today()), may=may)


def _with_state(found: dict[str, Any], day: date) -> dict[str, Any]:
    if "is_activated" not in found:
        return found
    state = state_of(found["is_activated"], found["starts_on"], found["ends_on"], day)
    return {**found, "state": state}
