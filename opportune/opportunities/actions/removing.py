"""The bin, as undo asks for it: taking creations back, and removals."""

from collections.abc import Sequence

from opportune.identity.actor import Actor
from opportune.kernel.errors import Refused
from opportune.kernel.sentences import sentence
from opportune.ledger.models import LIVE, Change
from opportune.ledger.recording import action, recording
from opportune.ledger.undo import origin_of
from opportune.opportunities.actions.restoring import CUSTOMERS, CustomersStanding
from opportune.opportunities.binning import demand_deletable, put_away
from opportune.opportunities.models import Opportunity, Rival
from opportune.opportunities.writing import Writing, write_many
from opportune.reference.still_there import demand_there

_CHOSEN = frozenset({"close_reason_id", "lost_to_id"})


@action("remove_opportunity")
def remove(actor: Actor, deal: Opportunity) -> None:
    """Put a locked deal into the bin, as `remove_many` does."""
    remove_many(actor, [deal])


@action("remove_opportunity")
def remove_many(actor: Actor, deals: Sequence[Opportunity]) -> None:
    """Put locked deals into the bin, with what is to be done about them: their creation is undone, or their deletion
    redone.

    Raises Refused `switched_off` for deleting one anew that is open meanwhile, as the deletion would.
    """
    made = _made_by_undone(deals)
    for deal in deals:
        if deal.pk not in made:
            demand_deletable(deal)
    put_away(actor, [deal for deal in deals if deal.deleted_at is None])


def _made_by_undone(deals: Sequence[Opportunity]) -> set[int]:
    """Those of the deals that the command being undone, or redone, has made."""
    undone = recording().change_set.undoes
    if undone is None:
        return set()
    made = origin_of(undone).changes.filter(operation=Change.Operation.CREATE, kind=Opportunity.kind)
    ids = made.filter(record_id__in=[deal.pk for deal in deals])
    return set(ids.values_list("record_id", flat=True))


@action("bring_back_opportunity")
def bring_back(actor: Actor, deal: Opportunity) -> None:
    """Take a locked deal out of the bin, as `bring_back_many` does."""
    bring_back_many(actor, [deal])


@action("bring_back_opportunity")
def bring_back_many(actor: Actor, deals: Sequence[Opportunity]) -> None:
    """Take locked deals out of the bin.

    A closed one may name a primary contact that is in the bin, an open one may not. Raises Refused
    `external_id_taken` if its external id was given again meanwhile, `customer_gone` if its customer is in the bin,
    `named_gone` or `competitor_gone` if its close reason or a competitor was taken away.
    """
    _demand_external_ids_free(deals)
    named = [
        (deal, {name: getattr(deal, name) for name in (CUSTOMERS if deal.is_open else CUSTOMERS[:2])})
        for deal in deals
    ]
    standing = CustomersStanding(actor, named)
    for deal, values in named:
        standing.demand(deal, values)
    _demand_competitors_there(deals)
    write_many([Writing(deal, {"deleted_at": None}) for deal in deals], operation=Change.Operation.RESTORE)
    demand_there((deal, _CHOSEN) for deal in deals)


def _demand_external_ids_free(deals: Sequence[Opportunity]) -> None:
    asked = {deal.external_id for deal in deals if deal.external_id}
    again = Opportunity.objects.filter(external_id__in=asked, deleted_at=None)
    taken = set(again.values_list("external_id", flat=True)) if asked else set()
    for deal in deals:
        if deal.external_id in taken:
            raise Refused(
                "external_id_taken",
                sentence("Another opportunity has the external id {id} now.", id=deal.external_id),
            )


def _demand_competitors_there(deals: Sequence[Opportunity]) -> None:
    rivals = Rival.objects.filter(LIVE, opportunity__in=deals, competitor__deleted_at__isnull=False)
    for rival in rivals.select_related("competitor").order_by("opportunity_id", "id")[:1]:
        raise Refused(
            "competitor_gone",
            sentence("{name} is in the bin. Bring that back first.", name=rival.competitor.name),
        )
