"""Which campaigns or segments are wanted, and in which order: the same for lists, commands and the API.

A filter is written as parameters: `text=fair`, `owner=3,5` or `owner=me`, `state=running`, `valid_on=2026-03-02`
(those that a deal created that day may come from), `campaign=4`, `customer=account:7`, `sort=-starts`.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any, ClassVar, Self

from opportune.campaigns.periods import STATES
from opportune.identity.actor import Actor
from opportune.kernel.checking import day, sorted_out
from opportune.kernel.errors import Invalid
from opportune.kernel.parameters import given, parts, record_id
from opportune.kernel.records import RecordRef
from opportune.kernel.sentences import Sentence, sentence
from opportune.reference.queries import COLORS

_MANY = 200
_CUSTOMERS = ("account", "contact")


@dataclass(frozen=True, slots=True, kw_only=True)
class AddressingFilter:
    """What lists of campaigns and of segments have in common."""

    PARAMETERS: ClassVar[tuple[str, ...]] = ("text", "owner", "category", "sort")
    SORTS: ClassVar[tuple[str, ...]] = ("name", "created")

    text: str = ""
    owner_ids: tuple[int, ...] = ()
    category: str = ""
    sort: str = "name"
    descending: bool = False

    @classmethod
    def read(cls, parameters: Mapping[str, str], actor: Actor) -> Self:
        """The filter that parameters ask for. Raises Invalid, by parameter; empty ones ask for nothing."""
        asked = given(parameters)
        wrong: dict[str, Sentence] = {
            name: sentence("There is no filter “{name}” here.", name=name)
            for name in asked
            if name not in cls.PARAMETERS
        }
        order = asked.get("sort", "name")
        if order.removeprefix("-") not in cls.SORTS:
            wrong["sort"] = sentence("Sort by one of: {names}.", names=", ".join(cls.SORTS))
        owner_ids = [
            actor.person_id if part == "me" else record_id(part) for part in parts(asked.get("owner"))
        ]
        if None in owner_ids or len(owner_ids) > _MANY:
            wrong["owner"] = sentence("Give people by their ids, or “me”.")
        if asked.get("category", "red") not in COLORS:
            wrong["category"] = sentence("Choose a category by its colour: {names}.", names=", ".join(COLORS))
        own = cls._read_own(asked, wrong)
        if wrong:
            raise Invalid(wrong)
        return cls(
            text=asked.get("text", "")[:_MANY],
            owner_ids=tuple(owner_id for owner_id in owner_ids if owner_id is not None),
            category=asked.get("category", ""),
            sort=order.removeprefix("-"),
            descending=order.startswith("-"),
            **own,
        )

    @classmethod
    def _read_own(cls, asked: Mapping[str, str], wrong: dict[str, Sentence]) -> dict[str, Any]:
        """What only this filter has; adds to what is wrong."""
        return {}

    def _written_own(self) -> dict[str, str]:
        """What only this filter has, as parameters."""
        return {}

    def parameters(self) -> dict[str, str]:
        """The inverse of `read`, without what is left at its default: a view is its URL."""
        order = ("-" if self.descending else "") + self.sort
        written = {
            "text": self.text,
            "owner": ",".join(map(str, self.owner_ids)),
            "category": self.category,
            **self._written_own(),
            "sort": "" if order == "name" else order,
        }
        return {name: value for name, value in written.items() if value}


@dataclass(frozen=True, slots=True, kw_only=True)
class CampaignFilter(AddressingFilter):
    """Which campaigns. `valid_on` asks for those that a deal created that day may be said to come from (E-15)."""

    PARAMETERS: ClassVar[tuple[str, ...]] = ("text", "owner", "type", "state", "valid_on", "category", "sort")
    SORTS: ClassVar[tuple[str, ...]] = ("name", "starts", "created")

    type: str = ""
    state: str = ""
    valid_on: date | None = None

    @classmethod
    def _read_own(cls, asked: Mapping[str, str], wrong: dict[str, Sentence]) -> dict[str, Any]:
        if asked.get("state", STATES[0]) not in STATES:
            wrong["state"] = sentence("Choose a state: {names}.", names=", ".join(STATES))
        days, faulty = sorted_out({"valid_on": day}, {"valid_on": asked.get("valid_on")})
        wrong |= faulty
        return {"type": asked.get("type", "")[:_MANY], "state": asked.get("state", ""), **days}

    def _written_own(self) -> dict[str, str]:
        day = "" if self.valid_on is None else self.valid_on.isoformat()
        return {"type": self.type, "state": self.state, "valid_on": day}


@dataclass(frozen=True, slots=True, kw_only=True)
class SegmentFilter(AddressingFilter):
    """Which segments: of a campaign, or with a customer on one of their lines."""

    PARAMETERS: ClassVar[tuple[str, ...]] = ("text", "owner", "campaign", "customer", "category", "sort")

    campaign_id: int | None = None
    customer: RecordRef | None = None

    @classmethod
    def _read_own(cls, asked: Mapping[str, str], wrong: dict[str, Sentence]) -> dict[str, Any]:
        campaign_id = record_id(asked["campaign"]) if "campaign" in asked else None
        if "campaign" in asked and campaign_id is None:
            wrong["campaign"] = sentence("Give the record by its id.")
        kind, _, number = asked.get("customer", "").partition(":")
        customer_id = record_id(number)
        if "customer" in asked and (kind not in _CUSTOMERS or customer_id is None):
            wrong["customer"] = sentence("Name the customer by its kind and id, such as account:7.")
        customer = None if customer_id is None else RecordRef(kind, customer_id)
        return {"campaign_id": campaign_id, "customer": customer}

    def _written_own(self) -> dict[str, str]:
        return {
            "campaign": "" if self.campaign_id is None else str(self.campaign_id),
            "customer": "" if self.customer is None else str(self.customer),
        }
