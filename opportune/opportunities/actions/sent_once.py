"""A form that is sent twice makes one deal (C-058): what was made under the token it bears."""

from opportune.identity.actor import Actor
from opportune.kernel.errors import Invalid
from opportune.kernel.sentences import sentence
from opportune.opportunities.models import FormSent, Opportunity, OpportunityQuerySet

LONGEST_TOKEN = 100


def sent_before(actor: Actor, once: str) -> FormSent | None:
    """The form that was sent under this token, locked. Raises Invalid for a token that is too long."""
    if len(once) > LONGEST_TOKEN:
        raise Invalid({"once": sentence("At most {longest} characters fit here.", longest=LONGEST_TOKEN)})
    if not once or actor.person_id is None:
        return None
    return FormSent.objects.select_for_update().filter(person_id=actor.person_id, token=once).first()


def made_by(actor: Actor, sent: FormSent) -> Opportunity | None:
    """The deal that was made of it, if the actor still sees it."""
    seen = OpportunityQuerySet(Opportunity).visible_to(actor)
    return seen.filter(pk=sent.opportunity_id).first()
