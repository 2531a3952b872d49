"""The ids that deals have in other systems, by which an import knows them again."""

from collections.abc import Collection

from opportune.identity.actor import Actor
from opportune.opportunities.models import Opportunity, OpportunityQuerySet
from opportune.opportunities.queries.totals import visible_deals


def known_external_ids(actor: Actor, asked: Collection[str]) -> set[str]:
    """Those of the external ids that deals have which the actor sees."""
    return _among(visible_deals(actor), asked)


def taken_external_ids(asked: Collection[str]) -> set[str]:
    """Those of the external ids that deals have outside the bin, seen or not."""
    return _among(OpportunityQuerySet(Opportunity).live(), asked)


def _among(deals: OpportunityQuerySet, asked: Collection[str]) -> set[str]:
    if not asked:
        return set()
    # without blanks said twice, SQLite would not use the index that holds no blanks
    named = deals.filter(external_id__in=asked).exclude(external_id="")
    return set(named.values_list("external_id", flat=True))
