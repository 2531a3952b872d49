"""What deals do when something happens to their customers or owners, in the same transaction."""

from opportune.customers.actions import add_stakeholders
from opportune.customers.events import CustomerRemoved
from opportune.identity.actor import Actor
from opportune.identity.events import PersonLeaving
from opportune.kernel.records import RecordRef
from opportune.ledger.recording import recording
from opportune.opportunities.binning import put_away
from opportune.opportunities.events import PrimaryContactsNamed
from opportune.opportunities.models import OPEN, Opportunity, OpportunityQuerySet
from opportune.opportunities.writing import Writing, organisation_today, write_many
from opportune.process.holding import hold_processes


def note_stakeholders(actor: Actor, event: PrimaryContactsNamed) -> None:
    """Make primary contacts stakeholders of their deals, each once (D-037)."""
    named = [(RecordRef("opportunity", deal), RecordRef("contact", contact)) for deal, contact in event.named]
    add_stakeholders(actor, named)


def follow_customer(actor: Actor, event: CustomerRemoved) -> None:
    """Put the deals of a customer into the bin before it (domain.md §2). The command has checked that they may go.

    Open deals that only name the contact keep their customer, and name nobody.
    """
    put_away(actor, list(_locked(**{f"{event.ref.kind}_id": event.ref.id})))
    if event.ref.kind != "contact":
        return
    naming = list(_locked(primary_contact_id=event.ref.id, status__in=OPEN))
    recording().consequences.update(deal.ref for deal in naming)
    write_many([Writing(deal, {"primary_contact_id": None}) for deal in naming])


def hand_over_deals(actor: Actor, event: PersonLeaving) -> None:
    """Give the open deals of who leaves to who follows."""
    given = _locked(owner_id=event.user_id, status__in=OPEN)
    today = organisation_today()
    write_many([Writing(deal, {"owner_id": event.successor_id}, on=today) for deal in given])


def _locked(**wanted: object) -> OpportunityQuerySet:
    hold_processes()
    live = OpportunityQuerySet(Opportunity).live().filter(**wanted)
    return live.order_by("pk").select_for_update(of=("self",))
