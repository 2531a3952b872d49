"""Reading lists of choices and close reasons."""

from collections import Counter
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from typing import Any

from django.db.models import F, QuerySet

from opportune.identity.actor import Actor
from opportune.kernel.errors import NotFound
from opportune.kernel.registries import facts
from opportune.kernel.sentences import Named
from opportune.ledger.lasting import lasting
from opportune.ledger.models import LIVE
from opportune.reference.defaults import NOT_RECORDED
from opportune.reference.lists import LISTS, USES, ChoiceList
from opportune.reference.models import CloseReason, ListItem
from opportune.reference.queries.settled import organisation_settings
from opportune.storage.prepared import prepared


@dataclass(frozen=True, slots=True)
class Choice:
    """One choice of a list, with its name in both languages."""

    id: int
    code: str
    name_en: str
    name_fr: str
    is_active: bool = True
    version: int = 0

    def name(self, language: str) -> str:
        """The name in a language, English unless French."""
        return self.name_fr if language.startswith("fr") else self.name_en


def choices(list_key: str) -> Sequence[Choice]:
    """The choices of a list in their order."""
    return choices_of([list_key])[list_key]


def choices_of(list_keys: Sequence[str]) -> dict[str, list[Choice]]:
    """The choices of several lists, in one query."""
    every = every_choice_of(list_keys)
    return {key: [choice for choice in found if choice.is_active] for key, found in every.items()}


def every_choice_of(list_keys: Sequence[str]) -> dict[str, list[Choice]]:
    """The choices of several lists, retired ones too: records that have them keep them. One query."""
    asked = tuple(list_keys)
    known = lasting(("choices", asked), lambda: _read_choices(asked), of=frozenset({ListItem.kind}))
    return {key: list(found) for key, found in known.items()}


def _read_choices(list_keys: Sequence[str]) -> dict[str, list[Choice]]:
    found: dict[str, list[Choice]] = {key: [] for key in list_keys}
    for list_key, *choice in _items(list_keys):
        found[list_key].append(Choice(*choice))
    return found


def names_of_choices(list_keys: Collection[str]) -> dict[tuple[str, str], Named]:
    """The names of the choices of some lists by list and code, those that were taken away too. One query."""
    rows = ListItem.objects.filter(list_key__in=list_keys).order_by(
        F("deleted_at").asc(nulls_last=True), "pk"
    )
    return {
        (list_key, code): Named(name_en, name_fr)
        for list_key, code, name_en, name_fr in rows.values_list("list_key", "code", "name_en", "name_fr")
    }


@prepared
def _items(list_keys: Sequence[str]) -> QuerySet[ListItem, Any]:
    rows = ListItem.objects.filter(LIVE, list_key__in=list_keys).order_by("position", "id")
    return rows.values_list("list_key", "id", "code", "name_en", "name_fr", "is_active", "version")


def list_by_key(key: str) -> ChoiceList:
    """A list by its key. Raises NotFound."""
    if key not in LISTS:
        raise NotFound("list")
    return LISTS[key]


@dataclass(frozen=True, slots=True)
class UsedChoice:
    """A choice and how many records have it."""

    choice: Choice
    uses: int


def used_choices(actor: Actor, key: str) -> Sequence[UsedChoice]:
    """A list as who customises it sees it: retired choices too, with how often each is used.

    Raises NotFound, NotPermitted.
    """
    list_by_key(key)
    actor.demand_right("customise")
    uses = choice_uses(key)
    return [UsedChoice(choice, uses.get(choice.code, 0)) for choice in every_choice_of([key])[key]]


def used_choice(actor: Actor, key: str, code: str) -> UsedChoice:
    """One choice of a list as who customises it sees it. Raises NotFound, NotPermitted."""
    found = next((used for used in used_choices(actor, key) if used.choice.code == code), None)
    if found is None:
        raise NotFound("list_item")
    return found


def choice_uses(key: str) -> Counter[str]:
    """How many records outside the bin have each code of a list, whatever their package."""
    counted: Counter[str] = Counter()
    for name in USES:
        ask = facts.get(name)
        counted.update(ask(key) if ask else {})
    return counted


@dataclass(frozen=True, slots=True)
class Reason(Choice):
    """A close reason as the close form offers it."""

    outcome: str = "both"
    status_reason: str = "none"
    asks_competitor: bool = False
    is_offered: bool = True


def offered_reasons(outcome: str | None = None) -> Sequence[Reason]:
    """The reasons a form offers, of one outcome or all (B-015)."""
    rows = CloseReason.objects.filter(LIVE, is_offered=True).order_by("outcome", "position", "id")
    if outcome is not None:
        rows = rows.filter(outcome__in=[outcome, CloseReason.Outcome.BOTH])
    return [_reason(row) for row in rows]


def all_reasons() -> Sequence[Reason]:
    """Every close reason, offered or not."""
    return [_reason(row) for row in CloseReason.objects.filter(LIVE).order_by("position", "id")]


def reason_by_code(code: str) -> Reason:
    """A close reason by its code, offered or not. Raises NotFound."""
    row = _by_code.first(code)
    if row is None:
        raise NotFound("close_reason")
    return _reason(row)


@prepared
def _by_code(code: str) -> QuerySet[CloseReason]:
    return CloseReason.objects.filter(LIVE, code=code)


@dataclass(frozen=True, slots=True)
class UsedReason:
    """A close reason and how many deals were closed for it; nothing is done to a built-in one."""

    reason: Reason
    uses: int
    is_built_in: bool


def used_reasons(actor: Actor) -> Sequence[UsedReason]:
    """The close reasons as who customises them sees them, with how often each is used (B-010).

    Raises NotPermitted.
    """
    actor.demand_right("customise")
    uses = reason_uses()
    rows = CloseReason.objects.filter(LIVE).order_by("-outcome", "position", "id")
    return [
        UsedReason(_reason(row), uses.get(row.pk, 0), is_built_in=row.code == NOT_RECORDED[0]) for row in rows
    ]


def reason_uses() -> dict[int, int]:
    """How many deals outside the bin were closed for each reason, by its id."""
    ask = facts.get("close_reason_uses")
    return ask() if ask else {}


def may_add_reason(actor: Actor) -> bool:
    """Whether the actor may add a close reason in place now."""
    if "customise" in actor.rights:
        return True
    return "add_close_reasons" in actor.rights and organisation_settings().people_may_add_close_reasons


def _reason(row: CloseReason) -> Reason:
    return Reason(
        id=row.pk,
        code=row.code,
        name_en=row.name_en,
        name_fr=row.name_fr,
        outcome=row.outcome,
        status_reason=row.status_reason,
        asks_competitor=row.asks_competitor,
        is_offered=row.is_offered,
        version=row.version,
    )
