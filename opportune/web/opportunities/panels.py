"""The panels beside a list that are asked for when they are opened; without script each is a page.

What a list cannot be narrowed by is said in its panel, at the field, where what was typed stands still.
"""

from collections.abc import Callable, Mapping
from functools import wraps
from typing import Any

from django.http import HttpResponse
from django.urls import reverse

from opportune.identity.queries import people
from opportune.kernel.errors import Invalid
from opportune.kernel.parameters import given
from opportune.kernel.sentences import Sentence
from opportune.reference.queries import categories
from opportune.web.pages import STATUS, SignedIn, View, go, is_htmx, page
from opportune.web.urls_of import with_parameters

APPLY = "apply"
"""The parameter with which the form of a panel asks whether its values can be used, and where they lead."""
FIELDS = (
    "text", "owner", "status", "member", "stale", "category", "close_from", "close_to", "as_of",
)  # fmt: skip


def filter_panel(request: SignedIn, address: str, parameters: Mapping[str, str], *, of: str) -> HttpResponse:
    """What a list at an address can be narrowed by, or on to the list, if that is asked for.

    `of` says what is narrowed: a list, a board or a forecast.
    """
    if APPLY in request.GET and is_htmx(request):
        return go(request, with_parameters(address, parameters))
    return _panel(request, address, parameters, of=of)


def refused_in_panel(of: str, address: str = "") -> Callable[[View], View]:
    """A view that shows the panel for what it cannot be narrowed by.

    `address` is the name of the view that is narrowed, itself if none.
    """

    def refusing(view: View) -> View:
        @wraps(view)
        def shown(request: SignedIn, **named: Any) -> HttpResponse:
            try:
                return view(request, **named)
            except Invalid as invalid:
                if is_htmx(request) and not address:
                    raise
                here = reverse(address, kwargs=named) if address else request.path
                request.refused = invalid.code  # type: ignore[attr-defined]  # for the line of the request in the log
                return _panel(request, here, given(request.GET.dict()), of=of, errors=invalid.fields)

        return shown

    return refusing


def _panel(
    request: SignedIn,
    address: str,
    parameters: Mapping[str, str],
    *,
    of: str,
    errors: Mapping[str, Sentence] | None = None,
) -> HttpResponse:
    errors = errors or {}
    elsewhere = {name: why for name, why in errors.items() if name not in FIELDS}
    context = {
        "here": address,
        "parameters": {name: value for name, value in parameters.items() if name not in {APPLY, *elsewhere}},
        "of": of,
        "people": people(),
        "categories": categories(),
        "errors": errors,
        "elsewhere": elsewhere.values(),
    }
    block = "fields" if is_htmx(request) else None
    status = STATUS[Invalid] if errors else 200
    return page(request, "opportunities/panel.html", context, block=block, status=status)
