"""The bin, and what undo asks of deals: taking a creation back, giving former values back."""

from collections.abc import Mapping
from typing import Any

from opportune.identity.actor import Actor
from opportune.kernel import clock
from opportune.kernel.errors import Refused
from opportune.kernel.sentences import sentence
from opportune.ledger.models import Change
from opportune.ledger.recording import action
from opportune.opportunities.models import Opportunity
from opportune.opportunities.writing import NOTED, write


@action("remove_opportunity")
def remove(actor: Actor, deal: Opportunity) -> None:
    """Put a locked deal into the bin because its creation is undone."""
    write(deal, {"deleted_at": clock.now()}, operation=Change.Operation.BIN)


@action("bring_back_opportunity")
def bring_back(actor: Actor, deal: Opportunity) -> None:
    """Take a locked deal out of the bin. Raises Refused if its external id was given again meanwhile."""
    again = Opportunity.objects.filter(external_id=deal.external_id, deleted_at=None).exclude(external_id="")
    if again.exists():
        raise Refused(
            "external_id_taken",
            sentence("Another opportunity has the external id {id} now.", id=deal.external_id),
        )
    write(deal, {"deleted_at": None}, operation=Change.Operation.RESTORE)


@action("restore_opportunity_fields")
def restore_fields(actor: Actor, deal: Opportunity, values: Mapping[str, Any]) -> None:
    """Give a locked deal former values, past gates and the closed lock (domain.md §9)."""
    write(deal, values, move=None if NOTED.isdisjoint(values) else "undo")
