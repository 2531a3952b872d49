"""Reading how people sign in, for themselves and for administrators."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from allauth.mfa.models import Authenticator
from allauth.socialaccount.models import SocialAccount
from allauth.usersessions.models import UserSession
from django.contrib.sessions.models import Session
from django.db.models import Count, Exists, OuterRef, Q, QuerySet

from opportune.identity.actor import Actor
from opportune.identity.models import Role, User
from opportune.identity.sign_in.requirement import COUNTING
from opportune.identity.sign_in.sessions import live_sessions
from opportune.kernel.sentences import Named


@dataclass(frozen=True, slots=True)
class OwnSignIn:
    """How somebody signs in: which ways they have, and how many sessions are open."""

    has_password: bool
    has_authenticator_app: bool
    passkeys: int
    has_recovery_codes: bool
    sessions: int
    is_linked: bool


def own_sign_in(actor: Actor) -> OwnSignIn:
    """The ways the person behind an actor has."""
    person = User.objects.get(pk=actor.person_id or 0)
    kinds = list(Authenticator.objects.filter(user=person).values_list("type", flat=True))
    return OwnSignIn(
        has_password=person.has_usable_password(),
        has_authenticator_app=Authenticator.Type.TOTP in kinds,
        passkeys=kinds.count(Authenticator.Type.WEBAUTHN),
        has_recovery_codes=Authenticator.Type.RECOVERY_CODES in kinds,
        sessions=UserSession.objects.filter(user=person, session_key__in=_live_keys()).count(),
        is_linked=SocialAccount.objects.filter(user=person).exists(),
    )


def _live_keys() -> QuerySet[Session, str]:
    return live_sessions().values_list("session_key", flat=True)


@dataclass(frozen=True, slots=True)
class SignInRow:
    """A person as an administrator sees how they sign in."""

    id: int
    name: str
    email: str
    has_second_factor: bool
    sessions: int
    last_login: datetime | None


def people_signing_in(actor: Actor) -> Sequence[SignInRow]:
    """Everybody who may sign in, by name. Raises NotPermitted."""
    actor.demand_right("administer")
    factor = Authenticator.objects.filter(user=OuterRef("pk"), type__in=COUNTING)
    people = User.objects.filter(is_active=True).order_by("sort_key", "id")
    live = Q(usersession__session_key__in=_live_keys())
    rows = people.annotate(factor=Exists(factor), sessions=Count("usersession", filter=live))
    columns = ("id", "name", "email", "factor", "sessions", "last_login")
    return [SignInRow(*row) for row in rows.values_list(*columns)]


@dataclass(frozen=True, slots=True)
class RoleRow:
    """A role, and whether its holders must have a second factor."""

    key: str
    name: Named
    requires_second_factor: bool
    holders: int


def roles_asked(actor: Actor) -> Sequence[RoleRow]:
    """Every role with what it asks for. Raises NotPermitted."""
    actor.demand_right("administer")
    rows = Role.objects.annotate(people=Count("holders", filter=Q(holders__user__is_active=True))).order_by(
        "pk"
    )
    return [
        RoleRow(row.key, Named(row.name_en, row.name_fr), row.requires_second_factor, row.people)
        for row in rows
    ]
