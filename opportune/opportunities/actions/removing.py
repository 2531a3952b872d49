"""The bin, and what undo asks of deals: taking a creation back, giving former values back."""

from collections.abc import Mapping
from typing import Any

from opportune.customers.queries import customer_names
from opportune.customers.surroundings import held_customers
from opportune.identity.actor import Actor
from opportune.kernel import clock
from opportune.kernel.errors import Refused
from opportune.kernel.sentences import sentence
from opportune.ledger.models import Change
from opportune.ledger.recording import action, recording
from opportune.opportunities.actions.editing import demand_assignable
from opportune.opportunities.models import Opportunity, StepMark
from opportune.opportunities.origins import demand_origins_kept
from opportune.opportunities.references import customers_named
from opportune.opportunities.writing import NOTED, demand_open, write

_CUSTOMERS = ("account_id", "contact_id", "primary_contact_id")


@action("remove_opportunity")
def remove(actor: Actor, deal: Opportunity) -> None:
    """Put a locked deal into the bin because its creation is undone."""
    write(deal, {"deleted_at": clock.now()}, operation=Change.Operation.BIN)


@action("bring_back_opportunity")
def bring_back(actor: Actor, deal: Opportunity) -> None:
    """Take a locked deal out of the bin.

    A closed one may name a primary contact that is in the bin, an open one may not. Raises Refused
    `external_id_taken` if its external id was given again meanwhile, `customer_gone` if its customer is in the bin.
    """
    again = Opportunity.objects.filter(external_id=deal.external_id, deleted_at=None).exclude(external_id="")
    if again.exists():
        raise Refused(
            "external_id_taken",
            sentence("Another opportunity has the external id {id} now.", id=deal.external_id),
        )
    named = _CUSTOMERS if deal.is_open else _CUSTOMERS[:2]
    _demand_customers_kept({name: getattr(deal, name) for name in named})
    write(deal, {"deleted_at": None}, operation=Change.Operation.RESTORE)


@action("restore_opportunity_fields")
def restore_fields(actor: Actor, deal: Opportunity, values: Mapping[str, Any]) -> None:
    """Give a locked deal former values: no gate asks, and an entry is appended where numbers change (domain.md §9).

    Only the undo of a closing changes a closed deal, an administrator's of a hand-over, or that of a command on
    something else that changed it as a consequence. Raises Conflict `closed`, NotPermitted, Invalid, or Refused
    `customer_gone`, `origin_gone`.
    """
    handed_over = set(values) == {"owner_id"} and "administer" in actor.rights
    followed = deal.ref in recording().consequences
    if "status" not in values and not handed_over and not followed:
        demand_open(deal)
    if "owner_id" in values:
        demand_assignable(actor, deal, values["owner_id"])
    _demand_customers_kept(values)
    demand_origins_kept(values)
    write(deal, values, move=None if NOTED.isdisjoint(values) else "undo")


@action("restore_step_mark")
def restore_mark(actor: Actor, mark: StepMark, *, is_done: bool) -> None:
    """Tick a locked mark again, or take its tick away, because that is undone. Raises Conflict `closed`."""
    demand_open(mark.opportunity)
    recording().update(mark, {"is_done": is_done})


def _demand_customers_kept(values: Mapping[str, Any]) -> None:
    named = customers_named({name: values.get(name) for name in _CUSTOMERS})
    for gone in sorted(named - held_customers(named)):
        raise Refused(
            "customer_gone",
            sentence(
                "{name}, whom it names, is in the bin. Bring that back first.",
                name=customer_names([gone])[gone],
            ),
            customer=str(gone),
        )
