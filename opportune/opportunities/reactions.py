"""What deals do when something happens to them or around them, in the same transaction."""

from opportune.customers.actions import add_stakeholders
from opportune.identity.actor import Actor
from opportune.kernel.records import RecordRef
from opportune.opportunities.events import PrimaryContactsNamed


def note_stakeholders(actor: Actor, event: PrimaryContactsNamed) -> None:
    """Make primary contacts stakeholders of their deals, each once (D-037)."""
    named = [(RecordRef("opportunity", deal), RecordRef("contact", contact)) for deal, contact in event.named]
    add_stakeholders(actor, named)
