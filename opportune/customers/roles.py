"""Which role an end of a connection plays: a category and a code of its list, written `stakeholder:champion`."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from opportune.customers.models.connection import CATEGORIES, STAKEHOLDER
from opportune.kernel.errors import Invalid
from opportune.kernel.records import RecordRef
from opportune.kernel.sentences import sentence
from opportune.reference.queries import Choice, choices_of, every_choice_of

CUSTOMERS = ("account", "contact")
CONNECTED = ("opportunity", *CUSTOMERS)
"""The kinds of record that can be connected."""


@dataclass(frozen=True, slots=True)
class Role:
    """What a record is for another one; nothing if the category is empty."""

    category: str = ""
    code: str = ""

    def __str__(self) -> str:
        return f"{self.category}:{self.code}" if self.category else ""


DEFAULT = Role(STAKEHOLDER, "stakeholder")
NONE = Role()


def list_of(category: str) -> str:
    """The key of the list of a category's roles."""
    return f"role_{category}"


def roles_given(given: Mapping[str, str]) -> dict[str, Role]:
    """The roles as typed, by field. Raises Invalid for those that no list offers."""
    read = {field: _read(text) for field, text in given.items()}
    categories = {role.category for role in read.values() if role.category in CATEGORIES}
    offered = choices_of(sorted(list_of(category) for category in categories)) if categories else {}
    wrong = {
        field: sentence("There is no role “{role}”.", role=given[field])
        for field, role in read.items()
        if role != NONE
        and role.code not in {choice.code for choice in offered.get(list_of(role.category), ())}
    }
    if wrong:
        raise Invalid(wrong)
    return read


def _read(text: str) -> Role:
    category, _, code = text.partition(":")
    return Role(category, code) if text else NONE


def default_roles(first: RecordRef, second: RecordRef) -> tuple[Role, Role]:
    """The roles both play unless said otherwise: people and organisations are stakeholders of a deal (D-084)."""
    deals = [ref.kind == "opportunity" for ref in (first, second)]
    return (
        DEFAULT if deals == [False, True] else NONE,
        DEFAULT if deals == [True, False] else NONE,
    )


def all_roles(*, retired: bool = False) -> dict[str, Sequence[Choice]]:
    """The roles that may be chosen, by category; those no longer offered too, for showing what is there."""
    read = every_choice_of if retired else choices_of
    found = read([list_of(category) for category in CATEGORIES])
    return {category: found[list_of(category)] for category in CATEGORIES}
