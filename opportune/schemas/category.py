"""Categories: the colours that records are marked with."""

from collections.abc import Iterable

from opportune.reference.queries import CategoryRow
from opportune.schemas.language import spoken
from opportune.schemas.shapes import Given, Shown, Text


class CategoryShown(Shown):
    """A category; without a name of its own it is called by its colour."""

    color: str
    name: str
    name_en: str
    name_fr: str


class CategoryList(Shown):
    """Categories in their order."""

    items: list[CategoryShown]


class CategoryNames(Given):
    """What to call a category; blank names call it by its colour again."""

    name_en: Text
    name_fr: Text = ""


def category_shown(category: CategoryRow, language: str) -> CategoryShown:
    """A category with its name in a reader's language beside both."""
    called = category.called(language)
    return CategoryShown(
        color=category.color,
        name=called if isinstance(called, str) else spoken(called, language),
        name_en=category.name_en,
        name_fr=category.name_fr,
    )


def categories_shown(found: Iterable[CategoryRow], language: str) -> CategoryList:
    """Categories with their names in a reader's language."""
    return CategoryList(items=[category_shown(category, language) for category in found])
