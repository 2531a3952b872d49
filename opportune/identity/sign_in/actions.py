"""Commands on how people sign in: ending sessions, resetting factors, asking a role for a second one."""

from allauth.mfa.models import Authenticator
from allauth.socialaccount.models import SocialAccount
from allauth.usersessions.models import UserSession

from opportune.identity.actor import Actor
from opportune.identity.models import Role, User
from opportune.identity.sign_in.noting import noted
from opportune.identity.sign_in.vault import locked_anew
from opportune.kernel.errors import NotFound, Refused
from opportune.ledger.recording import action, recording


def end_session(actor: Actor, session_id: int) -> None:
    """Sign somebody out on one device: oneself, or by an administrator. Raises NotFound for a session of others."""
    session = UserSession.objects.filter(pk=session_id).first()
    if session is None or (session.user_id != actor.person_id and "administer" not in actor.rights):
        raise NotFound("session")
    noted(actor, "end_session", session.end, about=session.user_id)


def reset_sign_in(actor: Actor, user_id: int) -> None:
    """Take away a person's second factors, recovery codes and link to a provider, and end their sessions.

    For somebody who lost their phone; they go on with their password. Raises NotPermitted, NotFound.
    """
    actor.demand_right("administer")
    if not User.objects.filter(pk=user_id).exists():
        raise NotFound("user")

    def write() -> None:
        Authenticator.objects.filter(user_id=user_id).delete()
        SocialAccount.objects.filter(user_id=user_id).delete()
        for session in UserSession.objects.filter(user_id=user_id):
            session.end()

    noted(actor, "reset_sign_in", write, about=user_id)


@action("require_second_factor")
def require_second_factor(actor: Actor, role_key: str, *, is_required: bool) -> Role:
    """Ask everybody who holds a role for a second factor, or no longer. Raises NotPermitted, NotFound."""
    actor.demand_right("administer")
    role = Role.objects.select_for_update().filter(key=role_key).first()
    if role is None:
        raise NotFound("role")
    recording().update(role, {"requires_second_factor": is_required})
    return role


def lock_up_anew() -> tuple[int, int]:
    """Encrypt every seed with the present key. Returns how many were, and how many could not be read any more.

    It changes what is kept of no person, only how, so it leaves nothing in the ledger.
    """
    done = lost = 0
    for factor in Authenticator.objects.exclude(type=Authenticator.Type.WEBAUTHN).iterator():
        try:
            for name in factor.data.keys() & {"secret", "seed"}:
                factor.data[name] = locked_anew(factor.data[name])
        except Refused:
            lost += 1
        else:
            factor.save(update_fields=["data"])
            done += 1
    return done, lost
