"""Several processes on one deal: one is active, the others keep its place (D-033)."""

from collections.abc import Sequence
from datetime import date

from opportune.identity.actor import Actor
from opportune.kernel.errors import Invalid, Refused
from opportune.kernel.sentences import Named, sentence
from opportune.ledger.merging import check_version
from opportune.ledger.recording import action
from opportune.opportunities.dates import date_of_change
from opportune.opportunities.models import Opportunity
from opportune.opportunities.moves import SWITCH
from opportune.opportunities.runs import (
    Standing,
    demand_enterable,
    keep_places,
    noted_place,
    places_of,
    standing_in,
)
from opportune.opportunities.writing import (
    Writing,
    entries_of,
    obtain_open_deal,
    organisation_today,
    write_many,
)
from opportune.process.queries import processes

PROGRESS = (
    "process_id",
    "stage_id",
    "is_finished",
    "status",
    "chance",
    "completed",
    "probability",
    "probability_source",
)


@action("switch_process")
def switch_process(
    actor: Actor,
    opportunity_id: int,
    process_id: int,
    *,
    on: date | None = None,
    version: int | None = None,
) -> Opportunity:
    """Let an open deal run another process; the one it leaves keeps its place, as does the pipeline phase.

    It stands where it left that process, else it is not started there. Chances follow the other method.
    Raises NotFound, NotPermitted, Conflict, Invalid for a process that is retired or unknown (E-14) or a date
    that cannot be, or Refused `same_process`.
    """
    deal = obtain_open_deal(actor, opportunity_id)
    check_version(deal, version, PROGRESS)
    process = next((known for known in processes() if known.id == process_id), None)
    if process is None:
        raise Invalid({"process": sentence("Choose a sales process.")})
    if process.id == deal.process_id:
        raise Refused(
            "same_process",
            sentence("The deal is in {process} already.", process=Named(process.name_en, process.name_fr)),
        )
    demand_enterable(process)
    business_date = date_of_change(entries_of(deal), on, organisation_today())
    enter([(deal, standing_in(deal, process, places_of([deal.pk])), business_date)])
    return deal


def enter(switches: Sequence[tuple[Opportunity, Standing, date]]) -> None:
    """Switch locked deals to where they stand in other processes, each on its business date."""
    if not switches:
        return
    deals = [deal for deal, _, _ in switches]
    places = places_of(deal.pk for deal in deals)
    keep_places(deals)
    write_many(
        [
            Writing(deal, standing.fields(), SWITCH, on, noted_place(places, deal, standing.process.id))
            for deal, standing, on in switches
        ]
    )
