"""How people sign in, for administrators: who must have a second factor, and resetting somebody's."""

from collections.abc import Callable

from django.http import HttpResponse
from django.urls import reverse
from django.utils.translation import gettext
from django.views.decorators.http import require_GET, require_POST

from opportune.identity.sign_in import actions
from opportune.identity.sign_in.queries import people_signing_in, roles_asked
from opportune.reference.actions import change_setting
from opportune.web.account.proving import proved_again
from opportune.web.pages import SignedIn, go, page, signed_in, tell
from opportune.web.viewer import viewer


@require_GET
@signed_in
def show(request: SignedIn) -> HttpResponse:
    """Roles with what they ask for, and people with how they sign in."""
    context = {
        "everybody": viewer().second_factor_required,
        "roles": roles_asked(request.actor),
        "people": people_signing_in(request.actor),
    }
    return page(request, "settings/sign_in.html", context)


@require_POST
@signed_in
@proved_again
def ask_everybody(request: SignedIn) -> HttpResponse:
    """Ask the whole organisation for a second factor, or no longer."""
    is_required = request.POST.get("required") == "yes"
    return _done(request, lambda: change_setting(request.actor, "second_factor_required", is_required))


@require_POST
@signed_in
@proved_again
def ask_role(request: SignedIn, role: str) -> HttpResponse:
    """Ask a role's holders for a second factor, or no longer."""
    is_required = request.POST.get("required") == "yes"
    return _done(request, lambda: actions.require_second_factor(request.actor, role, is_required=is_required))


@require_POST
@signed_in
@proved_again
def reset(request: SignedIn, person_id: int) -> HttpResponse:
    """Take away somebody's second factors."""
    return _done(request, lambda: actions.reset_sign_in(request.actor, person_id))


def _done(request: SignedIn, command: Callable[[], object]) -> HttpResponse:
    command()
    tell(request, gettext("Saved."))
    return go(request, reverse("sign_in"))
