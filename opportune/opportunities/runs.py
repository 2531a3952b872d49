"""Where deals stand in the processes they may run beside each other (D-033)."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django.db.models import QuerySet

from opportune.kernel.errors import Invalid
from opportune.kernel.sentences import sentence
from opportune.ledger.models import Change
from opportune.ledger.recording import recording
from opportune.opportunities.chances import likelihood_fields
from opportune.opportunities.models import Opportunity, ProcessRun, Status
from opportune.opportunities.probability import Likelihood, after_switch
from opportune.process.queries import ProcessPicture, StagePicture
from opportune.storage.prepared import prepared

Places = Mapping[tuple[int, int], ProcessRun]


@dataclass(frozen=True, slots=True)
class Standing:
    """Where a deal stands in a process: the one it is in, or one it would be switched to."""

    process: ProcessPicture
    stage: StagePicture | None
    likelihood: Likelihood
    is_finished: bool

    @property
    def index(self) -> int | None:
        """The place of its stage, none if it is not started there."""
        return None if self.stage is None else self.stage.order

    def fields(self) -> dict[str, Any]:
        """The standing as a deal's fields."""
        return {
            "process_id": self.process.id,
            "stage_id": self.stage.id if self.stage else None,
            "is_finished": self.is_finished,
            "status": Status.IN_PROGRESS if self.stage else Status.NOT_STARTED,
            **likelihood_fields(self.likelihood),
        }


def demand_enterable(process: ProcessPicture) -> None:
    """Raise Invalid for a retired process (E-14)."""
    if process.is_retired:
        raise Invalid({"process": sentence("This process is retired. Choose another.")})


def standing_now(deal: Opportunity, process: ProcessPicture) -> Standing:
    """Where a deal stands in the process it is in."""
    return Standing(process, process.stage(deal.stage_id), deal.likelihood, deal.is_finished)


def standing_in(deal: Opportunity, process: ProcessPicture, places: Places) -> Standing:
    """Where a deal would stand in another process: where it left it, or in what replaced that stage."""
    left = places.get((deal.pk, process.id))
    stage = process.stage_left(left.stage_id) if left else None
    likelihood = after_switch(
        deal.likelihood,
        method=process.method,
        stage=(stage.chance, stage.completed) if stage else None,
    )
    return Standing(process, stage, likelihood, bool(left and stage and left.is_finished))


def places_of(opportunity_ids: Iterable[int]) -> Places:
    """The places deals keep, by deal and process; that in the process a deal is in has no meaning."""
    return {(run.opportunity_id, run.process_id): run for run in _runs(list(opportunity_ids))}


@prepared
def _runs(opportunity_ids: Sequence[int]) -> QuerySet[ProcessRun]:
    return ProcessRun.objects.filter(opportunity_id__in=opportunity_ids)


def noted_place(places: Places, deal: Opportunity, process_id: int) -> Sequence[Any]:
    """The place a deal keeps in a process it is about to enter, for the ledger: nothing, or the stage and whether
    it is finished. Undoing the change of process gives that place back."""
    kept = places.get((deal.pk, process_id))
    return [] if kept is None else [kept.stage_id, kept.is_finished]


def keep_places(deals: Iterable[Opportunity]) -> None:
    """Note where deals stand now, before they leave for another process."""
    _keep([_run(deal, deal.stage_id, deal.is_finished) for deal in deals])


def give_places_back(deals: Sequence[Opportunity]) -> None:
    """Note the place deals kept in the process they are in, before the command that is being undone led them there."""
    undone = Change.objects.filter(
        change_set=recording().change_set.undoes_id,
        kind=Opportunity.kind,
        record_id__in=[deal.pk for deal in deals],
    )
    first: dict[int, Sequence[Any]] = {}
    for change in undone.order_by("version"):
        if "place" in change.detail:
            first.setdefault(change.record_id, change.detail["place"])
    kept, placeless = [], defaultdict(list)
    for deal in deals:
        place = first.get(deal.pk, (deal.stage_id, deal.is_finished))
        if place:
            kept.append(_run(deal, *place))
        else:
            placeless[deal.process_id].append(deal.pk)
    _keep(kept)
    for process_id, ids in placeless.items():
        ProcessRun.objects.filter(process_id=process_id, opportunity_id__in=ids).delete()


def _run(deal: Opportunity, stage_id: int | None, is_finished: bool) -> ProcessRun:
    return ProcessRun(
        opportunity=deal, process_id=deal.process_id, stage_id=stage_id, is_finished=is_finished
    )


def _keep(runs: Sequence[ProcessRun]) -> None:
    ProcessRun.objects.bulk_create(
        runs,
        update_conflicts=True,
        unique_fields=["opportunity", "process"],
        update_fields=["stage", "is_finished"],
        batch_size=200,
    )
