"""Which closed deals a deletion is about: the six filters of the batch (B-032).

Written as parameters: `number=OPP-2026-0007,OPP-2025-*`, `closed_until=2026-01-31`, `owner=me`, `campaign=4`,
`customer=account:12`, `process=1`.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import ClassVar, Self

from django.db.models import Q

from opportune.identity.actor import Actor
from opportune.kernel.checking import day, sorted_out
from opportune.kernel.errors import Invalid
from opportune.kernel.parameters import given, parts, record_id
from opportune.kernel.sentences import Sentence, sentence
from opportune.opportunities.filters import OpportunityFilter

_AS_IN_LISTS = ("owner", "process", "customer")
_MANY = 200


@dataclass(frozen=True, slots=True)
class DeletionFilter:
    """What is asked for; a field left at its default asks for nothing. Whether a deal is closed is asked elsewhere."""

    PARAMETERS: ClassVar[tuple[str, ...]] = (
        "number", "closed_until", "owner", "campaign", "customer", "process",
    )  # fmt: skip

    numbers: tuple[str, ...] = ()
    closed_until: date | None = None
    campaign_id: int | None = None
    listed: OpportunityFilter = field(default_factory=OpportunityFilter)

    @classmethod
    def read(cls, parameters: Mapping[str, str], actor: Actor) -> Self:
        """The filter that parameters ask for. Raises Invalid, by parameter; empty ones ask for nothing."""
        asked = given(parameters)
        wrong: dict[str, Sentence] = {
            name: sentence("There is no filter “{name}” here.", name=name)
            for name in asked
            if name not in cls.PARAMETERS
        }
        numbers = tuple(parts(asked.get("number")))
        if len(numbers) > _MANY:
            wrong["number"] = sentence("At most {most} numbers at once.", most=_MANY)
        days, faulty = sorted_out({"closed_until": day}, {"closed_until": asked.get("closed_until")})
        wrong |= faulty
        campaign_id = record_id(asked["campaign"]) if "campaign" in asked else None
        if "campaign" in asked and campaign_id is None:
            wrong["campaign"] = sentence("Give the record by its id.")
        listed = OpportunityFilter()
        try:
            chosen = {name: asked[name] for name in _AS_IN_LISTS if name in asked}
            listed = OpportunityFilter.read(chosen, actor)
        except Invalid as invalid:
            wrong |= invalid.fields
        if wrong:
            raise Invalid(wrong)
        return cls(numbers, days["closed_until"], campaign_id, listed)

    def condition(self, actor: Actor) -> Q:
        """The deals that match. An account's are its own and its contacts', as in lists (B-006)."""
        asked = self.listed.condition(actor)
        if self.numbers:
            of_numbers = Q()
            for number in self.numbers:
                begins = number.endswith("*")
                of_numbers |= (
                    Q(number__istartswith=number.rstrip("*")) if begins else Q(number__iexact=number)
                )
            asked &= of_numbers
        if self.closed_until is not None:
            asked &= Q(closed_on__lte=self.closed_until)
        if self.campaign_id is not None:
            asked &= Q(campaign_id=self.campaign_id)
        return asked
