"""The kinds of records that the bin shows: how each is named, and what brings one back."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from django.db.models import QuerySet

from opportune.campaigns import actions as campaigns
from opportune.campaigns.models import Campaign, Segment
from opportune.customers import actions as customers
from opportune.customers.models import Account, Contact
from opportune.identity.actor import Actor
from opportune.identity.visibility import scope
from opportune.opportunities import actions as deals
from opportune.opportunities.models import Opportunity

KEPT_FOR = timedelta(days=30)
"""How long a record stays in the bin before it is purged (domain.md §2)."""


@dataclass(frozen=True, slots=True)
class Source:
    """A kind of record in the bin. `columns` make its name, and `restore` brings one back."""

    model: type[Opportunity] | type[Account] | type[Contact] | type[Campaign] | type[Segment]
    columns: Sequence[str]
    restore: Callable[[Actor, int], object]

    def seen(self, actor: Actor, verb: str = "read") -> QuerySet[Any]:
        """The records that a verb of the actor reaches, in the bin or not."""
        rows: QuerySet[Any] = self.model._default_manager.filter(scope(actor, self.model.kind, verb))
        return rows

    def gone(self, actor: Actor, verb: str = "read") -> QuerySet[Any]:
        """Those of them that are in the bin."""
        return self.seen(actor, verb).filter(deleted_at__isnull=False)


SOURCES: Mapping[str, Source] = {
    "opportunity": Source(Opportunity, ("number", "subject"), deals.restore_opportunity),
    "segment": Source(Segment, ("name",), campaigns.restore_segment),
    "campaign": Source(Campaign, ("name",), campaigns.restore_campaign),
    "contact": Source(Contact, ("first_name", "last_name"), customers.restore_contact),
    "account": Source(Account, ("name",), customers.restore_account),
}
"""In the order of purging: deals name segments, campaigns and customers, segments campaigns, contacts accounts."""
