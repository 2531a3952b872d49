"""The names of things in both languages where they stand in a list: each is saved as it is left (C-065)."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Any, Protocol

from django.http import HttpResponse
from django.utils.translation import gettext

from opportune.kernel.errors import Conflict, Invalid, Refused
from opportune.web.conflicts import Meanwhile, Reading, status_of
from opportune.web.pages import SignedIn, go, is_htmx, page, tell
from opportune.web.settings.forms import Fields, saved
from opportune.web.typed import Typed

FIELDS = Fields(("name_en", "name_fr"), (), Reading())


class Named(Protocol):
    """A thing that people name."""

    @property
    def id(self) -> int:
        """By it its names are found in a page."""

    @property
    def version(self) -> int:
        """It grows with every write."""


@dataclass(frozen=True, slots=True)
class Line:
    """A line of a list: what it is called in the page, how people call it, and where its names and the list are."""

    id: str
    called: str
    address: str
    back: str
    is_required: bool = True


def names_shown(things: Iterable[Named]) -> dict[int, dict[str, Any]]:
    """What the names of things show and send back, by thing."""
    return {thing.id: FIELDS.values(thing) for thing in things}


def renamed(
    request: SignedIn,
    thing: Callable[[], Named],
    line: Callable[[], Line],
    command: Callable[[dict[str, Any], int | None], object],
    *,
    template: str = "settings/names_saved.html",
    **context: Callable[[], object],
) -> HttpResponse:
    """GET: the names of a thing. POST: those that were changed are given to the command, with the version seen.

    What is wrong, or what somebody else named first, stands at the names; the rest of the page stays as it is.
    """
    request.actor.demand_right("customise")
    before = thing()
    if request.method == "GET":
        return _form(request, line(), FIELDS.values(before), {})
    typed = Typed(request.POST.dict())
    changes = FIELDS.changed(typed, before)
    try:
        version = typed.whole("version")
        typed.demand()
        if changes:
            command(changes, version)
    except Invalid as invalid:
        return _form(request, line(), FIELDS.typed(typed), invalid.fields)
    except Refused as refusal:
        return _form(request, line(), FIELDS.typed(typed), {"name_en": refusal.message})
    except Conflict as conflict:
        seen = FIELDS.meanwhile(conflict, typed, thing())
        return _form(request, line(), seen.values, {}, conflict=seen)
    if not is_htmx(request):
        tell(request, gettext("Saved."))
        return go(request, line().back)
    anew = {name: read() for name, read in context.items()}
    return saved(request, template, line=line(), values=FIELDS.values(thing()), **anew)


def _form(
    request: SignedIn,
    line: Line,
    values: Mapping[str, Any],
    errors: Mapping[str, Any],
    *,
    conflict: Meanwhile | None = None,
) -> HttpResponse:
    context = {"line": line, "values": values, "errors": errors, "conflict": conflict}
    template = "settings/names_form.html" if is_htmx(request) else "settings/names_page.html"
    response = page(request, template, context, status=status_of(errors, conflict))
    if request.method == "POST":
        response["HX-Retarget"], response["HX-Reswap"] = f"#{line.id}-names", "outerHTML"
    return response
