"""Commands on categories, and marking records with them (C-104j)."""

from opportune.identity.actor import Actor
from opportune.kernel.errors import Invalid, NotFound
from opportune.kernel.records import RecordRef
from opportune.kernel.sentences import sentence
from opportune.kernel.text import storable
from opportune.ledger.binning import put_into_bin
from opportune.ledger.merging import check_version
from opportune.ledger.models import LIVE
from opportune.ledger.recording import action, recording
from opportune.reference.models import Category, CategoryMark
from opportune.reference.naming import LONGEST, demand_names_free
from opportune.reference.queries import demand_reached


@action("rename_category")
def rename_category(
    actor: Actor, color: str, *, name_en: str, name_fr: str = "", version: int | None = None
) -> Category:
    """Name a category; without any name it is called by its colour again.

    Raises NotFound, NotPermitted, Invalid, Conflict where somebody named it after the version that was seen.
    """
    actor.demand_right("customise")
    category = _category(color)
    names = {"name_en": storable(name_en).strip(), "name_fr": storable(name_fr).strip()}
    given = {field: name for field, name in names.items() if name}
    wrong = [field for field, name in given.items() if len(name) > LONGEST]
    if wrong:
        raise Invalid(
            {field: sentence("At most {longest} characters fit here.", longest=LONGEST) for field in wrong}
        )
    others = Category.objects.exclude(pk=category.pk).values_list("name_en", "name_fr")
    demand_names_free(given, others)
    check_version(category, version, [name for name in names if names[name] != getattr(category, name)])
    recording().update(category, names)
    return category


@action("categorise")
def categorise(actor: Actor, ref: RecordRef, color: str) -> None:
    """Put a record, a closed one too, into a category; one that is in it stays there.

    Raises NotFound, NotPermitted unless the actor may change the record or add to it.
    """
    demand_reached(actor, ref, "write", "append")
    category = _category(color)
    if _mark(ref, category) is None:
        recording().create(CategoryMark(category=category, record_kind=ref.kind, record_id=ref.id))


@action("uncategorise")
def uncategorise(actor: Actor, ref: RecordRef, color: str) -> None:
    """Take a record out of a category. Raises as `categorise`."""
    demand_reached(actor, ref, "write", "append")
    mark = _mark(ref, _category(color))
    if mark is not None:
        put_into_bin(mark)


def _category(color: str) -> Category:
    # locked, so that two people who mark one record at once make one mark
    category = Category.objects.select_for_update().filter(color=color).first()
    if category is None:
        raise NotFound("category")
    return category


def _mark(ref: RecordRef, category: Category) -> CategoryMark | None:
    rows = CategoryMark.objects.filter(LIVE, category=category, record_kind=ref.kind, record_id=ref.id)
    return rows.select_for_update(of=("self",)).first()
