"""Reading categories, and which records are in them."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django.db.models import QuerySet

from opportune.identity.actor import Actor
from opportune.kernel.errors import NotFound, NotPermitted
from opportune.kernel.records import RecordRef
from opportune.kernel.registries import facts
from opportune.kernel.sentences import Sentence, sentence
from opportune.ledger.lasting import lasting
from opportune.ledger.models import LIVE
from opportune.reference.models import Category, CategoryMark
from opportune.storage.prepared import prepared

COLORS: Mapping[str, Sentence] = {
    "red": sentence("Red"),
    "orange": sentence("Orange"),
    "yellow": sentence("Yellow"),
    "green": sentence("Green"),
    "blue": sentence("Blue"),
    "purple": sentence("Purple"),
}


@dataclass(frozen=True, slots=True)
class CategoryRow:
    """A category; its names are blank until somebody gives it one, and it is called by its colour."""

    id: int
    color: str
    name_en: str
    name_fr: str
    version: int = 0

    def called(self, language: str) -> str | Sentence:
        """The name in a language, in the other if there is only that, else the colour."""
        names = (self.name_fr, self.name_en) if language.startswith("fr") else (self.name_en, self.name_fr)
        return names[0] or names[1] or COLORS[self.color]


def categories() -> Sequence[CategoryRow]:
    """The six categories in their order."""
    return lasting("categories", _read_categories, of=frozenset({Category.kind}))


def _read_categories() -> Sequence[CategoryRow]:
    return tuple(CategoryRow(*row) for row in _categories())


@prepared
def _categories() -> QuerySet[Category, Any]:
    rows = Category.objects.order_by("position", "id")
    return rows.values_list("id", "color", "name_en", "name_fr", "version")


def category_by_color(color: str) -> CategoryRow:
    """A category by its colour, which is its code. Raises NotFound."""
    found = next((each for each in categories() if each.color == color), None)
    if found is None:
        raise NotFound("category")
    return found


def categories_of(kind: str, record_ids: Iterable[int]) -> dict[int, tuple[CategoryRow, ...]]:
    """The categories of records of a kind, by the record's id: one query. The caller has checked they may be seen."""
    found: dict[int, list[CategoryRow]] = defaultdict(list)
    for record_id, *category in _marks(kind, list(record_ids)):
        found[record_id].append(CategoryRow(*category))
    return {record_id: tuple(categories) for record_id, categories in found.items()}


@prepared
def _marks(kind: str, record_ids: Sequence[int]) -> QuerySet[CategoryMark, Any]:
    rows = CategoryMark.objects.filter(LIVE, record_kind=kind, record_id__in=record_ids)
    columns = ("id", "color", "name_en", "name_fr", "version")
    named = [f"category__{column}" for column in columns]
    return rows.order_by("category__position", "id").values_list("record_id", *named)


def record_categories(actor: Actor, ref: RecordRef) -> Sequence[CategoryRow]:
    """The categories of one record. Raises NotFound for one the actor cannot see."""
    demand_reached(actor, ref, "read")
    return categories_of(ref.kind, [ref.id]).get(ref.id, ())


def marked_with(color: str, kind: str) -> "QuerySet[CategoryMark, int]":
    """The ids of the records of a kind that are in a category, for a filter's condition."""
    rows = CategoryMark.objects.filter(LIVE, category__color=color, record_kind=kind)
    return rows.values_list("record_id", flat=True)


def is_reached(actor: Actor, ref: RecordRef, verb: str) -> bool:
    """Whether a verb of the actor reaches a record outside the bin, of a kind that can have categories."""
    ask = facts.get(f"reached_{ref.kind}")
    return ask is not None and ref.id in ask(actor, [ref.id], verb)


def demand_reached(actor: Actor, ref: RecordRef, *verbs: str) -> None:
    """Raise NotFound for a record that cannot be seen, NotPermitted unless one of the verbs reaches it."""
    if not is_reached(actor, ref, "read"):
        raise NotFound(ref.kind)
    if not any(is_reached(actor, ref, verb) for verb in verbs):
        raise NotPermitted(kind=ref.kind, verb=verbs[0])


def may_categorise(actor: Actor, ref: RecordRef) -> bool:
    """Whether the actor may mark a record: who may change it, or add to it."""
    return is_reached(actor, ref, "write") or is_reached(actor, ref, "append")
