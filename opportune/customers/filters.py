"""Which accounts or contacts are wanted, and in which order: the same for lists, exports and the API.

A filter is written as parameters: `text=nord`, `owner=3,5` or `owner=me`, `account=12`, `sort=-created`.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import ClassVar, Self

from opportune.identity.actor import Actor
from opportune.kernel.errors import Invalid
from opportune.kernel.parameters import given, parts, record_id
from opportune.kernel.sentences import Sentence, sentence
from opportune.reference.queries import COLORS

SORTS = ("name", "city", "created")
_MANY = 200


@dataclass(frozen=True, slots=True)
class CustomerFilter:
    """`account_id` asks for what belongs to an account: its contacts, or the accounts below it."""

    PARAMETERS: ClassVar[tuple[str, ...]] = ("text", "owner", "account", "category", "sort")

    text: str = ""
    owner_ids: tuple[int, ...] = ()
    account_id: int | None = None
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
        if order.removeprefix("-") not in SORTS:
            wrong["sort"] = sentence("Sort by one of: {names}.", names=", ".join(SORTS))
        owner_ids = [
            actor.person_id if part == "me" else record_id(part) for part in parts(asked.get("owner"))
        ]
        if None in owner_ids or len(owner_ids) > _MANY:
            wrong["owner"] = sentence("Give people by their ids, or “me”.")
        account_id = record_id(asked["account"]) if "account" in asked else None
        if "account" in asked and account_id is None:
            wrong["account"] = sentence("Give the account by its id.")
        if asked.get("category", "red") not in COLORS:
            wrong["category"] = sentence("Choose a category by its colour: {names}.", names=", ".join(COLORS))
        if wrong:
            raise Invalid(wrong)
        return cls(
            text=asked.get("text", "")[:_MANY],
            owner_ids=tuple(owner_id for owner_id in owner_ids if owner_id is not None),
            account_id=account_id,
            category=asked.get("category", ""),
            sort=order.removeprefix("-"),
            descending=order.startswith("-"),
        )

    def parameters(self) -> dict[str, str]:
        """The inverse of `read`, without what is left at its default: a view is its URL."""
        order = ("-" if self.descending else "") + self.sort
        written = {
            "text": self.text,
            "owner": ",".join(map(str, self.owner_ids)),
            "account": "" if self.account_id is None else str(self.account_id),
            "category": self.category,
            "sort": "" if order == "name" else order,
        }
        return {name: value for name, value in written.items() if value}


class AccountFilter(CustomerFilter):
    """Which accounts."""


class ContactFilter(CustomerFilter):
    """Which contacts."""
