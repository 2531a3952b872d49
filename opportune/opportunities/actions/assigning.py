"""Giving many deals another owner at once."""

from opportune.identity.actor import Actor
from opportune.identity.queries import known_people
from opportune.kernel.errors import Invalid
from opportune.kernel.sentences import sentence
from opportune.opportunities.actions import many
from opportune.opportunities.actions.many import Found, Outcomes, on_many
from opportune.opportunities.writing import Writing, obtain_deals, organisation_today, write_many


@on_many("assign_opportunities", many.ASSIGNED, right="assign")
def assign_many(actor: Actor, found: Found, *, owner_id: int | None) -> Outcomes:
    """Give many deals another owner (C-128). Closed ones only an administrator hands over (domain.md §2).

    What cannot be given is left, with the reason. Raises Invalid.
    """
    if owner_id is None or owner_id not in known_people({owner_id}):
        raise Invalid({"owner_id": sentence("This person cannot be responsible: unknown or deactivated.")})
    given = found.reached if "administer" in actor.rights else found.open
    _, fixed = obtain_deals(actor, [deal.pk for deal in given if deal.is_open])
    changed = [deal for deal in given if deal.pk not in fixed]
    today = organisation_today()
    write_many([Writing(deal, {"owner_id": owner_id}, on=today) for deal in changed])
    return found.outcomes(many.ASSIGNED, changed, fixed)
