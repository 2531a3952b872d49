"""The first page of the settings: what can be set, and where."""

from django.http import HttpResponse
from django.views.decorators.http import require_GET

from opportune.kernel.errors import NotPermitted
from opportune.web.pages import SignedIn, page, signed_in

RIGHTS = frozenset({"administer", "customise"})


@require_GET
@signed_in
def index(request: SignedIn) -> HttpResponse:
    """The areas of the settings, for administrators."""
    if RIGHTS.isdisjoint(request.actor.rights):
        raise NotPermitted()
    return page(request, "settings/index.html")
