"""Naming the categories, and marking records with them (C-104j)."""

from collections.abc import Sequence
from typing import Any

from django.http import HttpResponse
from django.urls import reverse
from django.utils.translation import gettext
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from opportune.identity.actor import Actor
from opportune.kernel.errors import NotFound
from opportune.kernel.records import RecordRef
from opportune.reference import actions, queries
from opportune.web.pages import SignedIn, go, page, signed_in, tell
from opportune.web.settings.naming import Line, names_shown, renamed
from opportune.web.templating import called
from opportune.web.typed import Typed


@require_GET
@signed_in
def index(request: SignedIn) -> HttpResponse:
    """The six categories and their names."""
    request.actor.demand_right("customise")
    found = queries.categories()
    return page(request, "settings/categories.html", {"categories": found, "names": names_shown(found)})


@require_http_methods(["GET", "POST"])
@signed_in
def rename(request: SignedIn, color: str) -> HttpResponse:
    """Name a category."""

    def line() -> Line:
        found = queries.category_by_color(color)
        address = reverse("category_name", args=[color])
        return Line(f"category-{found.id}", called(found), address, reverse("categories"), is_required=False)

    def command(names: dict[str, Any], version: int | None) -> None:
        found = queries.category_by_color(color)
        given = {"name_en": found.name_en, "name_fr": found.name_fr} | names
        actions.rename_category(request.actor, color, version=version, **given)

    return renamed(
        request,
        lambda: queries.category_by_color(color),
        line,
        command,
        template="settings/category_saved.html",
        category=lambda: queries.category_by_color(color),
    )


@require_POST
@signed_in
def mark(request: SignedIn, record: str) -> HttpResponse:
    """Put a record into a category, or take it out."""
    typed = Typed(request.POST.dict())
    try:
        ref = RecordRef.parse(record)
    except ValueError:
        raise NotFound() from None
    is_in = typed.text("marked") == "yes"
    command = actions.categorise if is_in else actions.uncategorise
    command(request.actor, ref, typed.text("color"))
    tell(request, gettext("Categorised.") if is_in else gettext("Taken out of the category."))
    return go(request, reverse(ref.kind, args=[ref.id]))


def category_context(actor: Actor, kind: str, record_id: int) -> dict[str, Any]:
    """What a record's page shows of categories: all of them, the record's own, and whether it may be marked."""
    ref = RecordRef(kind, record_id)
    return {
        "ref": ref,
        "categories": queries.categories(),
        "marks": queries.categories_of(kind, [record_id]).get(record_id, ()),
        "may_categorise": queries.may_categorise(actor, ref),
    }


def category_filter(color: str) -> dict[str, Any]:
    """What a list's filter offers, and what the category asked for is called."""
    found = queries.categories()
    return {"categories": found, "category": _name_among(found, color)}


def category_name(color: str) -> str:
    """What the category that a list is narrowed to is called, if it is to one."""
    return _name_among(queries.categories(), color) if color else ""


def _name_among(found: Sequence[queries.CategoryRow], color: str) -> str:
    return next((called(each) for each in found if each.color == color), "")
