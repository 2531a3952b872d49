"""What has changed on a screen of deals since it was drawn: asked every few seconds, so nothing may cost anything.

Neither query looks at more than the deals shown and those touched lately. Nothing depends on what the actor may not
see: neither the answer nor whether there is one.
"""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from hashlib import blake2s

from django.db.models import Q

from opportune.identity.actor import Actor
from opportune.ledger.queries import authors
from opportune.opportunities.models import Opportunity
from opportune.opportunities.queries.totals import visible_deals

GRACE = timedelta(seconds=30)
"""How much later than it says a change may be committed: PostgreSQL lets commands finish in another order."""


@dataclass(frozen=True, slots=True)
class News:
    """The deals shown that are others now, those shown that the actor sees no longer, and others touched since.

    `marks` has one for each touch of a deal: who was told of all of them has nothing to be told.
    """

    changed: frozenset[int]
    gone: frozenset[int]
    touched: frozenset[int]
    marks: frozenset[str]

    def is_new(self, told: frozenset[str]) -> bool:
        """Whether there is anything to tell who was told of these marks."""
        return bool(self.changed or self.gone or self.marks - told)

    @property
    def there(self) -> frozenset[int]:
        """The deals that have news and can be seen."""
        return self.changed | self.touched


def news(actor: Actor, shown: Mapping[int, int], since: datetime, *, few: int = 500) -> News:
    """What a screen that was read at `since` does not show yet; `shown` has the versions of its deals, by their ids.

    If more than `few` deals were touched lately, those that the actor sees are looked for among all.
    """
    visible = visible_deals(actor)
    after = since - GRACE
    lately = list(
        Opportunity.objects.filter(touched_at__gt=after)
        .order_by("-touched_at")
        .values_list("id", flat=True)[:few]
    )
    asked = Q(pk__in=[*shown, *lately])
    if len(lately) == few:
        asked |= Q(touched_at__gt=after)
    found = {row[0]: row for row in visible.filter(asked).values_list("id", "version", "touched_at")}
    touched = [row for row in found.values() if row[2] > after]
    return News(
        changed=frozenset(one for one, version in shown.items() if one in found and found[one][1] != version),
        gone=frozenset(shown.keys() - found.keys()),
        touched=frozenset(row[0] for row in touched),
        marks=frozenset(map(_mark, touched)),
    )


def _mark(touched: tuple[int, int, datetime]) -> str:
    return blake2s(repr(touched).encode(), digest_size=6).hexdigest()


def colleagues(actor: Actor, ids: Collection[int], since: datetime) -> Mapping[int, str]:
    """Who changed deals since an instant, where it was somebody else; the actor may see the deals."""
    found = authors(Opportunity.kind, ids, since - GRACE)
    return {one: by.label for one, by in found.items() if by.person_id != actor.person_id}
