"""One's bearer tokens for the API: which there are, a new one, and revoking one."""

from datetime import date, datetime

from django.http import HttpResponse
from django.urls import reverse
from django.utils.translation import gettext
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from opportune.identity.actions import issue_token, revoke_token
from opportune.identity.permissions import SCOPES
from opportune.identity.queries import tokens
from opportune.kernel import clock
from opportune.kernel.errors import Invalid, NotFound
from opportune.web.account.proving import proved_again
from opportune.web.pages import SignedIn, go, page, signed_in, tell
from opportune.web.typed import Typed
from opportune.web.viewer import viewer

ASKED = ("*:read", "*:write")


@require_GET
@signed_in
def index(request: SignedIn) -> HttpResponse:
    """One's own tokens, revoked ones too."""
    own = [row for row in tokens(request.actor) if row.person_id == request.actor.person_id]
    return page(request, "account/tokens.html", {"tokens": own, "now": clock.now()})


@require_http_methods(["GET", "POST"])
@signed_in
@proved_again
def new(request: SignedIn) -> HttpResponse:
    """A new token; its secret is shown this once."""
    typed = Typed(request.POST.dict())
    chosen = request.POST.getlist("scopes") if request.method == "POST" else list(ASKED)
    errors = {}
    if request.method == "POST":
        last = typed.day("expires_on")
        try:
            typed.demand()
            _, secret = issue_token(
                request.actor, name=typed.text("name"), scopes=chosen, expires_at=_end_of(last)
            )
        except Invalid as invalid:
            errors = invalid.fields
        else:
            return page(request, "account/token_made.html", {"secret": secret})
    context = {"values": typed.given, "errors": errors, "scopes": sorted(SCOPES), "chosen": chosen}
    return page(request, "account/token_new.html", context, status=422 if errors else 200)


@require_POST
@signed_in
def revoke(request: SignedIn, token_id: int) -> HttpResponse:
    """Make one's token worthless at once."""
    if all(row.id != token_id for row in tokens(request.actor) if row.person_id == request.actor.person_id):
        raise NotFound("token")
    revoke_token(request.actor, token_id)
    tell(request, gettext("It opens nothing any more."))
    return go(request, reverse("tokens"))


def _end_of(last: date | None) -> datetime | None:
    return None if last is None else clock.end_of(last, viewer().zone)
