"""Deals into the bin and out of it, many at once, with the tasks that go along (domain.md §2)."""

from collections.abc import Iterable, Mapping, Sequence

from django.db.models import F

from opportune.identity.actor import Actor
from opportune.kernel import clock
from opportune.kernel.errors import Refused
from opportune.kernel.registries import react
from opportune.kernel.sentences import sentence
from opportune.ledger.models import Change
from opportune.ledger.recording import recording
from opportune.opportunities.events import DealsBroughtBack, DealsDeleted
from opportune.opportunities.models import Opportunity
from opportune.process.holding import demand_held
from opportune.reference.queries import organisation_settings
from opportune.reference.settings import MEANINGS

ALLOWED = "allow_deleting_open"


def put_away(actor: Actor, deals: Sequence[Opportunity]) -> None:
    """Put locked deals into the bin, and cancel what is still to be done about them.

    In as many queries for many as for one. What hangs on a deal stays on it, and is gone and back with it.
    """
    if not deals:
        return
    demand_held()
    now = clock.now()
    for deal in deals:
        recording().step(deal, {"deleted_at": now}, operation=Change.Operation.BIN)
    ids = [deal.pk for deal in deals]
    Opportunity.objects.filter(pk__in=ids).update(deleted_at=now, touched_at=now, version=F("version") + 1)
    react(actor, DealsDeleted(tuple(ids)))


def tell_back(actor: Actor, deals: Mapping[int, int]) -> None:
    """Say that deals are back, by the change sets that had deleted them: their tasks are open again."""
    if deals:
        react(actor, DealsBroughtBack(tuple(deals.items())))


def demand_deletable(deal: Opportunity) -> None:
    """Raise Refused `switched_off` for an open deal, unless the setting allows deleting those (B-028, E-01)."""
    if deal.is_open and not organisation_settings().allow_deleting_open:
        raise still_open(deal)


def still_open(deal: Opportunity) -> Refused:
    """The refusal to delete an open deal, with the way out."""
    return Refused(
        "switched_off",
        sentence(
            "{name} is open. Close it as won or lost first; only then it can be deleted, as the setting “{setting}”"
            " is off.",
            name=str(deal),
            setting=MEANINGS[ALLOWED].name,
        ),
        setting=ALLOWED,
    )


def deleting_change_sets(ids: Iterable[int]) -> dict[int, int]:
    """By deals that are in the bin, the change sets that put them there."""
    gone = Change.objects.filter(
        kind=Opportunity.kind, record_id__in=list(ids), operation=Change.Operation.BIN
    )
    return dict(gone.order_by("version").values_list("record_id", "change_set_id"))
