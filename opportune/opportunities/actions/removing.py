"""The bin, and what undo asks of deals: taking a creation back, giving former values back."""

from collections.abc import Mapping, Sequence
from typing import Any

from opportune.customers.queries import known_names
from opportune.customers.surroundings import held_customers
from opportune.identity.actor import Actor
from opportune.kernel.errors import Refused
from opportune.kernel.sentences import sentence
from opportune.ledger.models import Change, ChangeSet
from opportune.ledger.recording import action, recording
from opportune.ledger.undo import origin_of
from opportune.opportunities.actions.editing import demand_assignable
from opportune.opportunities.binning import demand_deletable, put_away
from opportune.opportunities.landing import landed
from opportune.opportunities.models import Opportunity, StepMark
from opportune.opportunities.references import customers_named
from opportune.opportunities.runs import give_place_back, noted_place, places_of
from opportune.opportunities.writing import NOTED, UNDO, demand_open, write

_CUSTOMERS = ("account_id", "contact_id", "primary_contact_id")


@action("remove_opportunity")
def remove(actor: Actor, deal: Opportunity) -> None:
    """Put a locked deal into the bin, with what is to be done about it: its creation is undone, or its deletion redone.

    Raises Refused `switched_off` for deleting one anew that is open meanwhile, as the deletion would.
    """
    undone = recording().change_set.undoes
    if undone is None or not _was_made_by(origin_of(undone), deal):
        demand_deletable(deal)
    if deal.deleted_at is None:
        put_away(actor, [deal])


def _was_made_by(change_set: ChangeSet, deal: Opportunity) -> bool:
    made = change_set.changes.filter(operation=Change.Operation.CREATE)
    return made.filter(kind=Opportunity.kind, record_id=deal.pk).exists()


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
    _demand_customers_kept(actor, deal, {name: getattr(deal, name) for name in named})
    write(deal, {"deleted_at": None}, operation=Change.Operation.RESTORE)


@action("restore_opportunity_fields")
def restore_fields(actor: Actor, deal: Opportunity, values: Mapping[str, Any]) -> None:
    """Give a locked deal former values: no gate asks, and an entry is appended where numbers change (domain.md §9).

    A stage that is gone is what replaced it, else none; in a process that it leaves, it keeps the place it had there.
    Only the undo of a closing changes a closed deal, an administrator's of a hand-over, or that of a command on
    something else that changed it as a consequence. Raises Conflict `closed`, NotPermitted, Invalid, or Refused
    `customer_gone`, `process_gone`.
    """
    handed_over = set(values) == {"owner_id"} and "administer" in actor.rights
    followed = deal.ref in recording().consequences
    if "status" not in values and not handed_over and not followed:
        demand_open(deal)
    if "owner_id" in values:
        demand_assignable(actor, deal, values["owner_id"])
    _demand_customers_kept(actor, deal, values)
    former = landed(deal, values)
    place = _change_places(deal, former.get("process_id", deal.process_id))
    write(deal, former, move=None if NOTED.isdisjoint(former) else UNDO, place=place)


def _change_places(deal: Opportunity, process_id: int) -> Sequence[Any] | None:
    """What changes about the places kept in processes when an undo leads a deal into another one."""
    if process_id == deal.process_id:
        return None
    place = noted_place(places_of([deal.pk]), deal, process_id)
    give_place_back(deal)
    return place


@action("restore_step_mark")
def restore_mark(actor: Actor, mark: StepMark, *, is_done: bool) -> None:
    """Tick a locked mark again, or take its tick away, because that is undone. Raises Conflict `closed`."""
    demand_open(mark.opportunity)
    recording().update(mark, {"is_done": is_done})


def _demand_customers_kept(actor: Actor, deal: Opportunity, values: Mapping[str, Any]) -> None:
    named = customers_named({name: values.get(name) for name in _CUSTOMERS})
    now = customers_named({name: getattr(deal, name) for name in _CUSTOMERS})
    for gone in sorted(named - held_customers(named)):
        known = known_names(actor, [gone], shown=now)
        if gone not in known:
            raise Refused(
                "customer_gone",
                sentence("A customer you cannot see, whom it names, is in the bin. That comes back first."),
            )
        raise Refused(
            "customer_gone",
            sentence("{name}, whom it names, is in the bin. Bring that back first.", name=known[gone]),
            customer=str(gone),
        )
