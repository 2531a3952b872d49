"""What happens to deals that others react to, in the same transaction."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from typing import Any, Self


@dataclass(frozen=True, slots=True)
class EnteredStage:
    """One deal's entry into a stage, on a business date."""

    opportunity_id: int
    stage_id: int
    owner_id: int
    on: date


@dataclass(frozen=True, slots=True)
class StagesEntered:
    """Deals entered stages: the stages' task steps become due."""

    entered: tuple[EnteredStage, ...]


@dataclass(frozen=True, slots=True)
class OpenTasksUnwanted:
    """A move or a closing asked to cancel the deals' open tasks."""

    opportunity_ids: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class DealsDeleted:
    """Deals went to the bin: what is open about them is not to be done any more."""

    opportunity_ids: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class DealsBroughtBack:
    """Deals came out of the bin, as (deal, change set that deleted it): what that cancelled is to be done again."""

    deleted: tuple[tuple[int, int], ...]


@dataclass(frozen=True, slots=True)
class OpportunityCloned:
    """A deal was made like another one: what other packages hang on the original may be copied."""

    original_id: int
    clone_id: int


@dataclass(frozen=True, slots=True)
class PrimaryContactsNamed:
    """Deals name somebody as their primary contact, as (deal, contact): a stakeholder from now on (D-037)."""

    named: tuple[tuple[int, int], ...]

    @classmethod
    def by(cls, deals: Iterable[Any]) -> Self:
        """What deals say at present."""
        return cls(tuple((deal.pk, deal.primary_contact_id) for deal in deals if deal.primary_contact_id))
