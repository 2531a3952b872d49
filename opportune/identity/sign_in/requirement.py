"""Whether somebody must have a second factor, and whether they do."""

from allauth.mfa.models import Authenticator

from opportune.identity.actor import Actor
from opportune.kernel.errors import Refused
from opportune.kernel.sentences import sentence

COUNTING = (Authenticator.Type.TOTP, Authenticator.Type.WEBAUTHN)


def demand_second_factor(actor: Actor, *, of_everybody: bool) -> None:
    """Raise Refused `second_factor_missing` where the organisation or a role asks for one and there is none.

    A token is no session: it was made by somebody who had one, and is narrowed by its scopes.
    """
    if actor.kind != "person" or not (of_everybody or actor.must_have_second_factor):
        return
    if not Authenticator.objects.filter(user_id=actor.person_id, type__in=COUNTING).exists():
        raise Refused(
            "second_factor_missing",
            sentence("Your organisation asks for a second factor. Set up an authenticator app or a passkey."),
        )
