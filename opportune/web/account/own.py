"""What somebody settles about signing in, on one page; ending a session, and coming back."""

from django.http import HttpResponse
from django.middleware.csrf import get_token
from django.urls import reverse
from django.utils.translation import gettext
from django.views.decorators.http import require_GET, require_POST

from opportune.identity.sign_in import actions
from opportune.identity.sign_in.queries import own_sign_in
from opportune.web.pages import SignedIn, go, page, signed_in, signed_in_anyhow, tell


@require_GET
@signed_in_anyhow
def overview(request: SignedIn) -> HttpResponse:
    """Password, second factors, recovery codes, sessions and tokens, with the way to each."""
    return page(request, "account/mine.html", {"own": own_sign_in(request.actor)})


@require_POST
@signed_in
def end_session(request: SignedIn, session_id: int) -> HttpResponse:
    """Sign oneself out on one device: at once, since it may be in other hands."""
    actions.end_session(request.actor, session_id)
    tell(request, gettext("Signed out there."))
    return go(request, reverse("usersessions_list"))


@require_GET
@signed_in_anyhow
def token(request: SignedIn) -> HttpResponse:
    """The token of forms as it is now, for a page whose person has signed in again in another tab."""
    return HttpResponse(get_token(request), content_type="text/plain", headers={"Cache-Control": "no-store"})
