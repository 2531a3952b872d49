"""What has changed on a screen of deals since it was drawn: asked every few seconds, so nothing may cost anything.

No query reads more than the deals shown and a few of those touched lately. Nothing depends on what the actor may not
see: neither the answer nor whether there is one.
"""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from hashlib import blake2s

from django.db.models import QuerySet

from opportune.identity.actor import Actor
from opportune.kernel import clock
from opportune.ledger.queries import authors
from opportune.opportunities.filters import OpportunityFilter
from opportune.opportunities.models import Opportunity
from opportune.opportunities.queries.totals import visible_deals

GRACE = timedelta(seconds=30)
"""How much later than it says a change may be committed: PostgreSQL lets commands finish in another order."""
FEW = 150
"""How many touched deals are told one by one. Their marks go along as a tag, which must fit into a header."""
LONGEST = timedelta(days=1)
"""How long ago a screen may have been read to be brought up to date."""


@dataclass(frozen=True, slots=True)
class News:
    """The deals shown that are others now, those shown that the actor sees no longer, and others touched since.

    `marks` has one for each touch of a deal: who was told of all of them has nothing to be told. If `is_much` has
    happened, or the screen is very old, it must be loaded anew, and nothing else is said.
    """

    changed: frozenset[int]
    gone: frozenset[int]
    touched: frozenset[int]
    marks: frozenset[str]
    is_much: bool = False

    def is_new(self, told: frozenset[str]) -> bool:
        """Whether there is anything to tell who was told of these marks."""
        return bool(self.changed or self.gone or self.marks - told)

    @property
    def there(self) -> frozenset[int]:
        """The deals that have news and can be seen."""
        return self.changed | self.touched


_NONE: frozenset[int] = frozenset()
MUCH = News(_NONE, _NONE, _NONE, frozenset({"0" * 8}), is_much=True)


def news(actor: Actor, shown: Mapping[int, int], since: datetime, *, few: int = FEW) -> News:
    """What a screen that was read at `since` does not show yet; `shown` has the versions of its deals, by their ids.

    `MUCH` if more than `few` deals that the actor sees were touched lately, or since is longer ago than `LONGEST`.
    """
    if since < clock.now() - LONGEST:
        return MUCH
    visible, after = visible_deals(actor), since - GRACE
    lately = _latest(Opportunity.objects.all(), after, few + 1)
    if len(lately) > few:
        lately = _latest(visible, after, few + 1)
    if len(lately) > few:
        return MUCH
    asked = visible.filter(pk__in={*shown, *lately})
    found = {row[0]: row for row in asked.values_list("id", "version", "touched_at")}
    touched = [row for row in found.values() if row[2] > after]
    return News(
        changed=frozenset(one for one, version in shown.items() if one in found and found[one][1] != version),
        gone=frozenset(shown.keys() - found.keys()),
        touched=frozenset(row[0] for row in touched),
        marks=frozenset(map(_mark, touched)),
    )


def _mark(touched: tuple[int, int, datetime]) -> str:
    return blake2s(repr(touched).encode(), digest_size=4).hexdigest()


def _latest(rows: QuerySet[Opportunity], after: datetime, limit: int) -> Sequence[int]:
    """The ids of those touched last, from the index of that order."""
    newest = rows.filter(touched_at__gt=after).order_by("-touched_at", "-id")
    return list(newest.values_list("id", flat=True)[:limit])


def arrived(
    actor: Actor, wanted: OpportunityFilter, first: datetime, shown: Collection[int], *, few: int = FEW
) -> int:
    """How many deals a list has that were touched since it was read at `first`, besides those shown.

    One more than `few` means that there are more; what was touched longer ago than `LONGEST` is not counted.
    """
    after = max(first, clock.now() - LONGEST) - GRACE
    rows = visible_deals(actor).filter(wanted.condition(actor)).exclude(pk__in=shown)
    return len(_latest(rows, after, few + 1))


def colleagues(actor: Actor, ids: Collection[int], since: datetime) -> Mapping[int, str]:
    """Who changed deals since an instant, where it was somebody else; the actor may see the deals."""
    found = authors(Opportunity.kind, ids, since - GRACE)
    return {one: by.label for one, by in found.items() if by.person_id != actor.person_id}
