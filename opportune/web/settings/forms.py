"""The forms of the settings: in the page's dialog, or on a page of their own."""

from collections.abc import Iterable, Mapping
from decimal import Decimal
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext

from opportune.kernel.errors import Conflict
from opportune.web.formats import typed_amount
from opportune.web.pages import SignedIn, is_htmx, page
from opportune.web.typed import Typed


def dialog(
    request: HttpRequest, template: str, context: Mapping[str, Any], *, status: int = 200
) -> HttpResponse:
    """A form alone for the dialog, or with the page around it."""
    if is_htmx(request):
        return page(request, template, context, status=status)
    return page(request, "settings/form_page.html", {**context, "form": template}, status=status)


def menu(
    request: HttpRequest, template: str, context: Mapping[str, Any], title: str, back: str
) -> HttpResponse:
    """The items of a menu alone, or on a page of their own that leads back."""
    if is_htmx(request):
        return page(request, template, context)
    return page(
        request, "settings/menu_page.html", {**context, "menu": template, "title": title, "back": back}
    )


def saved(request: SignedIn, template: str = "settings/saved.html", **context: Any) -> HttpResponse:
    """A word of what was saved where it stands, with what undoes it; nothing where nothing changed."""
    undo = request.change_sets[-1] if request.change_sets else 0
    return page(request, template, {**context, "message": gettext("Saved."), "undo": undo, "kind": "done"})


def shown_text(value: Any) -> str:
    """A value as it stands in an input."""
    if value is None:
        return ""
    return typed_amount(value) if isinstance(value, Decimal) else str(value)


def changed(typed: Typed, thing: object, texts: Iterable[str], flags: Iterable[str]) -> dict[str, Any]:
    """What a person changed of a thing: the fields whose text differs, and the boxes that do."""
    changes: dict[str, Any] = {}
    for name in texts:
        if name in typed.given:
            text = text_of(typed, name)
            if text != shown_text(getattr(thing, name)):
                changes[name] = text
    changes |= {name: typed.ticked(name) for name in flags if typed.ticked(name) != getattr(thing, name)}
    return changes


def conflicting(conflict: Conflict) -> dict[str, Any]:
    """What somebody else did first, for the form that was kept from overwriting it: the sentence, and their values."""
    theirs = {name: shown_text(value) for name, value in conflict.data.get("changes", {}).items()}
    return {"conflict": conflict.message, "theirs": theirs}


def status_of(errors: Mapping[str, Any]) -> int:
    """The status of a form with these errors: somebody was first, something is wrong, or neither."""
    return 409 if "conflict" in errors else 422 if errors else 200


def text_of(typed: Typed, name: str) -> str:
    """A field's text as it is kept: with the line ends of the database, and no percent sign."""
    text = typed.text(name).replace("\r\n", "\n")
    return text.rstrip("% \u00a0\u202f") if name in ("chance", "completed") else text
