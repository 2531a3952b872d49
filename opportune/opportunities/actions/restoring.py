"""What undo asks of deals: giving former values back, to many as to one."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from opportune.customers.queries import known_names
from opportune.customers.surroundings import held_customers
from opportune.identity.actor import Actor
from opportune.identity.visibility import scope
from opportune.kernel.errors import NotPermitted, Refused
from opportune.kernel.records import RecordRef
from opportune.kernel.sentences import sentence
from opportune.ledger.recording import action, recording
from opportune.opportunities.landing import landed
from opportune.opportunities.models import Opportunity, StepMark
from opportune.opportunities.origins import gone_origins
from opportune.opportunities.references import INITIATOR, customers_named
from opportune.opportunities.runs import give_places_back, noted_place, places_of
from opportune.opportunities.writing import NOTED, UNDO, Writing, demand_open, write_many

CUSTOMERS = ("account_id", "contact_id", "primary_contact_id")
Given = Sequence[tuple[Opportunity, Mapping[str, Any]]]
_NOT_YOURS = sentence("You do not have the right to give this record to someone else.")


@action("restore_opportunity_fields")
def restore_fields(actor: Actor, deal: Opportunity, values: Mapping[str, Any]) -> None:
    """Give a locked deal former values, as `restore_many` does."""
    restore_many(actor, [(deal, values)])


@action("restore_opportunity_fields")
def restore_many(actor: Actor, given: Given) -> None:
    """Give locked deals former values: no gate asks, and an entry is appended where numbers change (domain.md §9).

    A stage that is gone is what replaced it, else none; in a process that it leaves, a deal keeps the place it had
    there. Only the undo of a closing changes a closed deal, an administrator's of a hand-over, or that of a command on
    something else that changed it as a consequence. In as few queries for many as for one. Raises Conflict `closed`,
    NotPermitted, or Refused `customer_gone`, `origin_gone`, `process_gone`: of the first deal that meets one.
    """
    assignable = _assignable(actor, (deal.pk for deal, values in given if "owner_id" in values))
    standing = CustomersStanding(actor, given)
    gone = gone_origins(values for _, values in given)
    former = []
    for deal, values in given:
        _demand_changeable(actor, deal, values)
        if "owner_id" in values and deal.pk not in assignable:
            raise NotPermitted(_NOT_YOURS)
        standing.demand(deal, values)
        gone.demand(values)
        former.append((deal, landed(deal, values)))
    places = _change_places(former)
    write_many(
        [
            Writing(deal, values, None if NOTED.isdisjoint(values) else UNDO, place=places.get(deal.pk))
            for deal, values in former
        ]
    )


def _demand_changeable(actor: Actor, deal: Opportunity, values: Mapping[str, Any]) -> None:
    handed_over = set(values) == {"owner_id"} and "administer" in actor.rights
    if "status" not in values and not handed_over and deal.ref not in recording().consequences:
        demand_open(deal)


def _assignable(actor: Actor, ids: Iterable[int]) -> set[int]:
    asked = set(ids)
    reached = Opportunity.objects.filter(scope(actor, Opportunity.kind, "assign"), pk__in=asked)
    return set(reached.values_list("pk", flat=True)) if asked else set()


def _change_places(former: Given) -> Mapping[int, Sequence[Any]]:
    """What changes about the places kept in processes when an undo leads deals into others."""
    leaving = [
        (deal, values["process_id"])
        for deal, values in former
        if values.get("process_id", deal.process_id) != deal.process_id
    ]
    if not leaving:
        return {}
    places = places_of(deal.pk for deal, _ in leaving)
    noted = {deal.pk: noted_place(places, deal, process_id) for deal, process_id in leaving}
    give_places_back([deal for deal, _ in leaving])
    return noted


class CustomersStanding:
    """The accounts and contacts that former values of deals name: which of them are there, and held until the end."""

    def __init__(self, actor: Actor, given: Given) -> None:
        self.actor = actor
        self.held = held_customers({ref for deal, values in given for ref in self._named(deal, values)})

    def demand(self, deal: Opportunity, values: Mapping[str, Any]) -> None:
        """Raise Refused `customer_gone` for a customer that is in the bin, by its name if the actor may know it."""
        for gone in sorted(self._named(deal, values) - self.held):
            known = known_names(self.actor, [gone], shown=_customers_of(deal))
            if gone not in known:
                raise Refused(
                    "customer_gone",
                    sentence(
                        "A customer you cannot see, whom it names, is in the bin. That comes back first."
                    ),
                )
            raise Refused(
                "customer_gone",
                sentence("{name}, whom it names, is in the bin. Bring that back first.", name=known[gone]),
                customer=str(gone),
            )

    def _named(self, deal: Opportunity, values: Mapping[str, Any]) -> set[RecordRef]:
        named = {name: values.get(name) for name in CUSTOMERS}
        if not values.keys().isdisjoint(INITIATOR):
            named |= {name: values.get(name, getattr(deal, name)) for name in INITIATOR}
        return customers_named(named)


def _customers_of(deal: Opportunity) -> set[RecordRef]:
    return customers_named({name: getattr(deal, name) for name in CUSTOMERS})


@action("restore_step_mark")
def restore_mark(actor: Actor, mark: StepMark, *, is_done: bool) -> None:
    """Tick a locked mark again, or take its tick away, because that is undone. Raises Conflict `closed`."""
    demand_open(mark.opportunity)
    recording().update(mark, {"is_done": is_done})
