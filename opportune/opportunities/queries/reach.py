"""What somebody may do with one deal."""

from opportune.identity.actor import Actor
from opportune.identity.visibility import verbs_reaching
from opportune.kernel.remembering import remembered
from opportune.opportunities.models import Opportunity, OpportunityQuerySet

_KINDS = frozenset(
    {
        "opportunity",
        "share",
        "team_member",
        "user",
        "membership",
        "team",
        "unit",
        "role",
        "role_holder",
        "token",
    }
)


def _live() -> OpportunityQuerySet:
    return OpportunityQuerySet(Opportunity).live()


def verbs_on(actor: Actor, opportunity_id: int) -> frozenset[str]:
    """The verbs that reach a deal outside the bin, none of one that cannot be seen; asked once a request."""
    key = ("verbs", actor.kind, actor.id, opportunity_id)
    found = remembered(key, lambda: verbs_reaching(_live, actor, Opportunity.kind, opportunity_id), of=_KINDS)
    return found if "read" in found else frozenset()
