"""The forms of the settings: in the page's dialog, or on a page of their own."""

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Any, Protocol

from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext

from opportune.kernel.errors import Conflict
from opportune.web.conflicts import Meanwhile, Reading, as_shown, meanwhile
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


PERCENTS = ("chance", "completed")


class Versioned(Protocol):
    """A thing that is settled, and the version of it that is shown."""

    @property
    def version(self) -> int:
        """It grows with every write."""


@dataclass(frozen=True, slots=True)
class Fields:
    """The fields of a settled thing that its form has: texts, boxes, and how people write what is in them."""

    texts: tuple[str, ...]
    flags: tuple[str, ...]
    reading: Reading

    def values(self, thing: Versioned) -> dict[str, Any]:
        """A thing as its form shows it, with its version."""
        return as_shown(self._shown(thing), thing.version)

    def _shown(self, thing: object) -> dict[str, str]:
        values = {name: shown_text(getattr(thing, name)) for name in self.texts}
        return values | {name: "on" if getattr(thing, name) else "" for name in self.flags}

    def typed(self, typed: Typed, *more: str) -> dict[str, Any]:
        """What was typed, to be shown again."""
        values = typed.values((*self.texts, *more, "version", "was"))
        return {**values, **{name: typed.ticked(name) for name in self.flags}}

    def changed(self, typed: Typed, thing: object) -> dict[str, Any]:
        """What a person changed of a thing: what differs from what the form showed, and from what is there."""
        now = self._shown(thing)
        was = typed.shown() if "was" in typed.given else now
        texts = {name: text_of(typed, name) for name in self.texts if name in typed.given}
        boxes = {name: typed.ticked(name) for name in self.flags}
        changes: dict[str, Any] = {
            name: value_of(typed, name)
            for name, text in texts.items()
            if text not in (was.get(name), now[name])
        }
        return changes | {
            name: box for name, box in boxes.items() if box not in (bool(was.get(name)), bool(now[name]))
        }

    def meanwhile(self, conflict: Conflict, typed: Typed, thing: Versioned) -> Meanwhile:
        """The form anew where somebody else changed the thing first, which by now is as given."""
        return meanwhile(conflict, typed.given, self.values(thing), self.reading, flags=self.flags)


def value_of(typed: Typed, name: str) -> str:
    """A field for the action that reads it: of a percentage the number that the reader's language writes."""
    return typed.figure(name) if name in PERCENTS else text_of(typed, name)


def text_of(typed: Typed, name: str) -> str:
    """A field's text as it is kept: with the line ends of the database, and no percent sign."""
    text = typed.text(name).replace("\r\n", "\n")
    return text.rstrip("% \u00a0\u202f") if name in PERCENTS else text
