"""Categories, and which records are in them."""

from django.http import HttpResponse
from ninja import Router

from opportune.api.answers import answer
from opportune.api.asking import Request, language_of
from opportune.kernel.errors import NotFound
from opportune.kernel.records import RecordRef
from opportune.reference import actions, queries
from opportune.schemas.category import (
    CategoryList,
    CategoryNames,
    CategoryShown,
    categories_shown,
    category_shown,
)

router = Router(tags=["categories"])


@router.get("categories", response=CategoryList)
def list_categories(request: Request) -> HttpResponse:
    """The six categories."""
    request.auth.demand_any("read")
    return answer(categories_shown(queries.categories(), language_of(request)))


@router.patch("categories/{color}", response=CategoryShown)
def rename_category(request: Request, color: str, given: CategoryNames) -> HttpResponse:
    """Name a category; a token needs the scope `right:customise`."""
    actions.rename_category(request.auth, color, **given.model_dump())
    return answer(category_shown(queries.category_by_color(color), language_of(request)))


@router.get("records/{record}/categories", response=CategoryList)
def list_record_categories(request: Request, record: str) -> HttpResponse:
    """The categories of a record, written as `opportunity:7`, `account:7` or `contact:7`."""
    return _categories_of(request, record)


@router.put("records/{record}/categories/{color}", response=CategoryList)
def categorise(request: Request, record: str, color: str) -> HttpResponse:
    """Put a record, a closed one too, into a category."""
    actions.categorise(request.auth, _ref(record), color)
    return _categories_of(request, record)


@router.delete("records/{record}/categories/{color}", response=CategoryList)
def uncategorise(request: Request, record: str, color: str) -> HttpResponse:
    """Take a record out of a category."""
    actions.uncategorise(request.auth, _ref(record), color)
    return _categories_of(request, record)


def _categories_of(request: Request, record: str) -> HttpResponse:
    found = queries.record_categories(request.auth, _ref(record))
    return answer(categories_shown(found, language_of(request)))


def _ref(text: str) -> RecordRef:
    try:
        return RecordRef.parse(text)
    except ValueError:
        raise NotFound() from None
