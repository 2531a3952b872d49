"""Giving many deals another owner at once."""

from collections.abc import Sequence

from opportune.identity.actor import Actor
from opportune.identity.queries import known_people
from opportune.kernel.errors import Invalid
from opportune.kernel.sentences import sentence
from opportune.ledger.recording import action
from opportune.opportunities.actions import many
from opportune.opportunities.actions.many import Outcomes, obtain_many
from opportune.opportunities.filters import OpportunityFilter
from opportune.opportunities.writing import Writing, obtain_deals, organisation_today, write_many


@action("assign_opportunities")
def assign_many(
    actor: Actor,
    *,
    owner_id: int | None,
    ids: Sequence[int] | None = None,
    wanted: OpportunityFilter | None = None,
) -> Outcomes:
    """Give many deals another owner (C-128). Closed ones only an administrator hands over (domain.md §2).

    What cannot be given is left, with the reason. Raises NotPermitted, Invalid.
    """
    found = obtain_many(actor, ids, wanted, "assign")
    if owner_id is None or owner_id not in known_people({owner_id}):
        raise Invalid({"owner_id": sentence("This person cannot be responsible: unknown or deactivated.")})
    given = found.reached if "administer" in actor.rights else found.open
    _, fixed = obtain_deals(actor, [deal.pk for deal in given if deal.is_open])
    changed = [deal for deal in given if deal.pk not in fixed]
    today = organisation_today()
    write_many([Writing(deal, {"owner_id": owner_id}, on=today) for deal in changed])
    return found.outcomes(many.ASSIGNED, changed, fixed)
