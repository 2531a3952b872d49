"""The panels beside a list that are asked for when they are opened; without script each is a page."""

from collections.abc import Mapping

from django.http import HttpResponse

from opportune.identity.queries import people
from opportune.reference.queries import categories
from opportune.web.pages import SignedIn, is_htmx, page


def filter_panel(request: SignedIn, address: str, parameters: Mapping[str, str], *, of: str) -> HttpResponse:
    """What a list at an address can be narrowed by; `of` is what it shows: a list, a board or a forecast."""
    context = {
        "here": address,
        "parameters": parameters,
        "of": of,
        "people": people(),
        "categories": categories(),
    }
    return page(request, "opportunities/panel.html", context, block="fields" if is_htmx(request) else None)
