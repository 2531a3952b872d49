"""Reading competitors: all of them with how often one met them, and one with what is known of it."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from django.db.models import Count, OuterRef, QuerySet, Subquery
from django.db.models.functions import Coalesce

from opportune.identity.actor import Actor
from opportune.kernel.errors import NotFound
from opportune.kernel.paging import Page
from opportune.kernel.text import fold
from opportune.ledger.models import LIVE
from opportune.opportunities.models import OPEN, Competitor, Opportunity, Rival, Status
from opportune.opportunities.queries.totals import visible_deals
from opportune.storage.keyset import read_page


@dataclass(frozen=True, slots=True)
class CompetitorRow:
    """A competitor, and on how many deals the reader sees it stands: open, won against it, lost to it."""

    id: int
    version: int
    name: str
    website: str
    strengths: str
    weaknesses: str
    open_count: int
    won_count: int
    lost_count: int


_PLAIN = ("id", "version", "name", "website", "strengths", "weaknesses")


def competitors(
    actor: Actor, *, text: str = "", after: str | None = None, limit: int = 50
) -> Page[CompetitorRow]:
    """A page of competitors by name; `text` asks for those whose name has it. Raises NotPermitted, Invalid."""
    actor.demand(Opportunity.kind, "read")
    asked = Competitor.objects.filter(LIVE)
    for word in fold(text).split():
        asked = asked.filter(sort_key__contains=word)
    found, following = read_page(
        _counted(actor, asked), "sort_key", descending=False, cursor=after, limit=limit
    )
    return Page([_row(one) for one in found], following)


def competitor(actor: Actor, competitor_id: int) -> CompetitorRow:
    """One competitor. Raises NotFound, also without the right to read deals."""
    asked = Competitor.objects.filter(LIVE, pk=competitor_id)
    found = _counted(actor, asked).first() if actor.may(Opportunity.kind, "read") else None
    if found is None:
        raise NotFound("competitor")
    return _row(found)


def competitor_names() -> Sequence[tuple[int, str]]:
    """All competitors by name, for pickers."""
    return list(Competitor.objects.filter(LIVE).order_by("sort_key", "id").values_list("id", "name"))


def _counted(actor: Actor, asked: QuerySet[Competitor]) -> QuerySet[Competitor, dict[str, Any]]:
    rivals = Rival.objects.filter(LIVE, competitor_id=OuterRef("pk"), opportunity__in=visible_deals(actor))
    lost = visible_deals(actor).filter(lost_to_id=OuterRef("pk"))
    counted: QuerySet[Any] = asked.annotate(
        open_count=_count(rivals.filter(opportunity__status__in=OPEN), "competitor_id"),
        won_count=_count(rivals.filter(opportunity__status=Status.WON), "competitor_id"),
        lost_count=_count(lost, "lost_to_id"),
    )
    return counted.values(*_PLAIN, "sort_key", "open_count", "won_count", "lost_count")


def _count(rows: QuerySet[Rival] | QuerySet[Opportunity], by: str) -> Coalesce:
    counted = rows.order_by().values(by).annotate(number=Count("pk")).values("number")
    return Coalesce(Subquery(counted), 0)


def _row(one: dict[str, Any]) -> CompetitorRow:
    return CompetitorRow(**{name: one[name] for name in CompetitorRow.__dataclass_fields__})
