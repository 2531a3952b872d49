"""Reading people: who can own, sign in, or be shown."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from django.db.models import QuerySet

from opportune.identity.actor import Actor, actor_for, system_actor, token_actor
from opportune.identity.models import Share, Team, Token, Unit, User
from opportune.identity.tokens import digest_of
from opportune.kernel import clock
from opportune.kernel.errors import NotFound, NotPermitted
from opportune.kernel.sentences import sentence
from opportune.kernel.text import fold, storable
from opportune.ledger.models import LIVE, Job
from opportune.storage.prepared import prepared


@dataclass(frozen=True, slots=True)
class Person:
    """A user as pickers and lists show one."""

    id: int
    name: str
    email: str
    is_active: bool
    teams: tuple[str, ...] = ()


def people(*, active_only: bool = True) -> Sequence[Person]:
    """Everybody, by name, with their teams. Names of colleagues are no secret within the organisation."""
    teams: dict[tuple[int, str, str, bool], list[str]] = {}
    for user_id, name, email, is_active, team in _people(active_only=active_only):
        teams.setdefault((user_id, name, email, is_active), []).extend([team] if team else [])
    return [Person(*who, tuple(sorted(names))) for who, names in teams.items()]


@prepared
def _people(*, active_only: bool) -> QuerySet[User, Any]:
    users = User.objects.order_by("sort_key", "id", "memberships__team__name")
    if active_only:
        users = users.filter(is_active=True)
    return users.values_list("id", "name", "email", "is_active", "memberships__team__name")


def people_named(text: str, *, limit: int = 8) -> Sequence[tuple[int, str]]:
    """The active people whose name has all the words, by name; everybody for no words."""
    users = User.objects.filter(is_active=True)
    for word in fold(storable(text)).split():
        users = users.filter(sort_key__contains=word)
    return list(users.order_by("sort_key", "id").values_list("id", "name")[:limit])


def names(user_ids: set[int]) -> dict[int, str]:
    """The names of some users by id."""
    return dict(User.objects.filter(pk__in=user_ids).values_list("id", "name"))


def known_people(user_ids: set[int], *, active_only: bool = True) -> set[int]:
    """Those of the ids that belong to a person; to one who may still sign in unless said otherwise."""
    users = User.objects.filter(pk__in=user_ids)
    if active_only:
        users = users.filter(is_active=True)
    return set(users.values_list("id", flat=True))


def person_actor(user_id: int, door: str) -> Actor:
    """The actor of a user by id. Raises NotFound, or NotPermitted for a deactivated one."""
    try:
        return actor_for(User.objects.get(pk=user_id), door)
    except User.DoesNotExist:
        raise NotFound("user") from None


def person_by_email(email: str, door: str) -> Actor:
    """The actor of a user by e-mail address. Raises NotFound, or NotPermitted for a deactivated one."""
    try:
        return actor_for(User.objects.get(email__iexact=email), door)
    except User.DoesNotExist:
        raise NotFound("user") from None


def actor_of_token(secret: str) -> Actor | None:
    """The actor a bearer token stands for; none if it is unknown, revoked, expired, or its person inactive."""
    token = _in_force.first(digest_of(secret))
    if token is None or not token.user.is_active:
        return None
    if token.expires_at is not None and token.expires_at <= clock.now():
        return None
    return token_actor(actor_for(token.user, "api"), token.pk, token.name, frozenset(token.scopes))


@prepared
def _in_force(digest: str) -> QuerySet[Token]:
    return Token.objects.select_related("user").filter(digest=digest, revoked_at=None)


def actor_of_job(job: Job) -> Actor:
    """Whoever began a job, with the rights they have now, through the door they came by (domain.md §7).

    Raises NotPermitted for a person or a token that may do nothing any more.
    """
    if job.person_id is None:
        actor = system_actor(job.actor_label)
    elif job.actor_kind == "token":
        token = Token.objects.filter(pk=job.actor_id or 0, revoked_at=None).first()
        if token is None or (token.expires_at is not None and token.expires_at <= clock.now()):
            raise NotPermitted(sentence("The token that began this is not in force any more."))
        person = person_actor(job.person_id, job.door)
        actor = token_actor(person, token.pk, token.name, frozenset(token.scopes))
    else:
        actor = person_actor(job.person_id, job.door)
    return replace(actor, kind="job", id=job.pk, door=job.door)


@dataclass(frozen=True, slots=True)
class TokenRow:
    """A bearer token as lists show it; its secret is not kept."""

    id: int
    name: str
    person_id: int
    person_name: str
    scopes: tuple[str, ...]
    created_at: datetime
    expires_at: datetime | None
    revoked_at: datetime | None


def tokens(actor: Actor) -> Sequence[TokenRow]:
    """The actor's own tokens, an administrator's view of everybody's; the newest first, revoked ones too."""
    rows = Token.objects.select_related("user").order_by("-id")
    if "administer" not in actor.rights:
        rows = rows.filter(user_id=actor.person_id) if actor.person_id else rows.none()
    return [
        TokenRow(
            row.pk,
            row.name,
            row.user_id,
            row.user.name,
            tuple(row.scopes),
            row.created_at,
            row.expires_at,
            row.revoked_at,
        )
        for row in rows
    ]


def teams() -> Sequence[tuple[int, str]]:
    """All teams by name."""
    return list(Team.objects.order_by("name").values_list("id", "name"))


def units() -> Sequence[tuple[int, str]]:
    """All units by name."""
    return list(Unit.objects.order_by("name", "id").values_list("id", "name"))


@dataclass(frozen=True, slots=True)
class ShareRow:
    """A grant of one record to a person or a team, whose `name` it is."""

    id: int
    user_id: int | None
    team_id: int | None
    name: str
    may_write: bool
    reason: str


def shares_of(kind: str, record_id: int) -> Sequence[ShareRow]:
    """Whom a record is shared with, in the order of sharing. The caller has checked that the record may be seen."""
    rows = Share.objects.filter(LIVE, record_kind=kind, record_id=record_id).order_by("id")
    return [
        ShareRow(
            row.pk,
            row.user_id,
            row.team_id,
            row.user.name if row.user else row.team.name if row.team else "",
            row.may_write,
            row.reason,
        )
        for row in rows.select_related("user", "team")
    ]


def anybody_exists() -> bool:
    """Whether the installation has a user yet."""
    return User.objects.exists()


def demo_passwords_exist() -> bool:
    """Whether someone can still sign in with a published password."""
    return User.objects.filter(has_demo_password=True, is_active=True).exists()
