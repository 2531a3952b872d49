"""Commands on people, teams, roles, shares and tokens."""

from collections.abc import Collection, Iterable, Mapping
from datetime import datetime
from typing import Any
from zoneinfo import available_timezones

from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import ValidationError
from django.core.validators import validate_email
from django.db.models import Q

from opportune.identity.actor import Actor, system_actor
from opportune.identity.events import LeavingBegins, PersonLeaving
from opportune.identity.models import (
    Grant,
    Holder,
    Membership,
    Role,
    SetupLink,
    Share,
    Team,
    Token,
    Unit,
    User,
)
from opportune.identity.permissions import READY_ROLES, SCOPES
from opportune.identity.tokens import digest_of, new_secret
from opportune.kernel import clock
from opportune.kernel.errors import Invalid, NotFound, NotPermitted, Refused
from opportune.kernel.records import RecordRef
from opportune.kernel.registries import facts, react
from opportune.kernel.sentences import Sentence, counted, sentence
from opportune.kernel.text import storable
from opportune.ledger.lasting import new_edition
from opportune.ledger.models import LIVE
from opportune.ledger.recording import action, recording

LONGEST_NAME, LONGEST_ADDRESS, LONGEST_COLUMNS = 100, 254, 300
PREFERENCES = ("language", "theme", "time_zone", "name", "deal_columns", "single_keys")


@action("install_roles")
def install_roles(actor: Actor) -> None:
    """Make the ready roles that do not exist yet, and grant those that do what ships for kinds of records new here."""
    actor.demand_right("administer")
    existing = {role.key: role for role in Role.objects.all()}
    granted = set(Grant.objects.values_list("record_kind", flat=True).distinct())
    grants: list[Grant] = []
    for ready in READY_ROLES:
        role = existing.get(ready.key)
        known = granted if role is not None else set()
        if role is None:
            role = Role(
                key=ready.key, name_en=ready.name_en, name_fr=ready.name_fr, rights=sorted(ready.rights)
            )
            recording().create(role)
        grants += [
            Grant(role=role, record_kind=kind, verb=verb, depth=depth)
            for kind, verb, depth in ready.grants()
            if kind not in known
        ]
    if grants:
        Grant.objects.bulk_create(grants)
        new_edition()  # what a role grants has no history of its own


@action("create_unit")
def create_unit(actor: Actor, *, name: str, parent_id: int | None = None) -> Unit:
    """Add a unit, below another or at the top. Raises Invalid."""
    actor.demand_right("administer")
    _demand_unit(parent_id, "parent_id")
    unit = Unit(name=_required(name, "name"), parent_id=parent_id)
    recording().create(unit)
    return unit


@action("create_team")
def create_team(actor: Actor, *, name: str, unit_id: int | None = None) -> Team:
    """Add a team. Raises Invalid if the name is taken."""
    actor.demand_right("administer")
    kept = _required(name, "name")
    _demand_unit(unit_id, "unit_id")
    if Team.objects.filter(name=kept).exists():
        raise Invalid({"name": sentence("There is already a team called “{name}”.", name=kept)})
    team = Team(name=kept, unit_id=unit_id)
    recording().create(team)
    return team


@action("create_user")
def create_user(
    actor: Actor,
    *,
    email: str,
    name: str,
    password: str | None = None,
    roles: Iterable[str] = (),
    team_ids: Iterable[int] = (),
    unit_id: int | None = None,
    language: str = "en",
    time_zone: str = "",
    is_active: bool = True,
    demo_password: bool = False,
) -> User:
    """Add a person. Without a password they sign in by a reset link only. Raises Invalid."""
    actor.demand_right("administer")
    teams = list(team_ids)
    _check_choices({"language": language, "time_zone": time_zone})
    _demand_unit(unit_id, "unit_id")
    _demand_teams(teams)
    user = User(
        email=_free_address(email),
        name=_required(name, "name"),
        language=language,
        time_zone=time_zone,
        unit_id=unit_id,
        is_active=is_active,
        has_demo_password=demo_password,
    )
    if password is None:
        user.set_unusable_password()
    else:
        if not demo_password:
            _check_password(password, user)
        user.set_password(password)
    recording().create(user)
    for role in _roles(roles):
        recording().create(Holder(user=user, role=role))
    for team_id in teams:
        recording().create(Membership(user=user, team_id=team_id))
    return user


@action("deactivate_user")
def set_active(actor: Actor, user_id: int, *, is_active: bool, successor_id: int | None = None) -> User:
    """Let a person in again, or keep them out; their closed records stay theirs. Never oneself.

    Who still has open deals is kept out only once somebody else has them: `successor_id` gets them all (E-37).
    Raises NotFound, NotPermitted, Invalid, Refused `own_account`, `open_deals`.
    """
    actor.demand_right("administer")
    if user_id == actor.person_id and not is_active:
        raise Refused("own_account", sentence("You cannot deactivate yourself; ask another administrator."))
    if not is_active:
        react(actor, LeavingBegins(user_id))
    user = _user(user_id)
    if not is_active:
        _hand_over(actor, user, successor_id)
    recording().update(user, {"is_active": is_active})
    return user


def _hand_over(actor: Actor, user: User, successor_id: int | None) -> None:
    ask = facts.get("open_deals_of")
    count = ask(user.pk) if ask else 0
    if not count:
        return
    if successor_id is None:
        raise Refused(
            "open_deals",
            counted(
                "{name} is responsible for {count} open opportunity. Say who gets it, or close it first.",
                "{name} is responsible for {count} open opportunities. Say who gets them, or close them first.",
                count,
                name=user.name,
            ),
            count=count,
        )
    if not User.objects.filter(pk=successor_id, is_active=True).exclude(pk=user.pk).exists():
        raise Invalid(
            {"successor_id": sentence("This person cannot be responsible: unknown or deactivated.")}
        )
    react(actor, PersonLeaving(user.pk, successor_id))


@action("change_preferences")
def change_preferences(actor: Actor, **preferences: str | bool) -> User:
    """Change one's own language, theme, time zone, name, columns of the list of deals, or turn `single_keys` off.

    Raises Invalid, or NotPermitted without a person behind.
    """
    if actor.kind != "person" or actor.person_id is None:
        raise NotPermitted()
    unknown = set(preferences) - set(PREFERENCES)
    if unknown:
        raise Invalid({name: sentence("There is no such preference.") for name in unknown})
    chosen = dict(preferences)
    if "name" in chosen:
        chosen["name"] = _required(str(chosen["name"]), "name")
    _check_choices(chosen)
    user = _user(actor.person_id)
    recording().update(user, chosen)
    return user


@action("change_password")
def change_password(actor: Actor, user_id: int, *, password: str) -> None:
    """Set a password: one's own, or an administrator anybody's. The ledger notes that, not what."""
    if user_id != actor.person_id or actor.kind != "person":
        actor.demand_right("administer")
    user = _user(user_id)
    _check_password(password, user)
    user.set_password(password)
    user.has_demo_password = False
    user.save(update_fields=["password", "has_demo_password"])
    recording().step(user, {}, changed="password")
    user.save(update_fields=["version"])


@action("join_team")
def join_team(actor: Actor, *, user_id: int, team_id: int) -> None:
    """Put a person into a team; doing so twice changes nothing. Raises NotFound, Invalid."""
    actor.demand_right("administer")
    _user(user_id)
    _demand_teams([team_id])
    if not Membership.objects.filter(user_id=user_id, team_id=team_id).exists():
        recording().create(Membership(user_id=user_id, team_id=team_id))


@action("share")
def share(
    actor: Actor,
    ref: RecordRef,
    *,
    user_id: int | None = None,
    team_id: int | None = None,
    may_write: bool = False,
    reason: str = Share.Reason.SHARED,
) -> Share:
    """Grant one record to one person or team. The package of the record has checked the right to share it.

    Raises Invalid unless exactly one of both is given.
    """
    if (user_id is None) == (team_id is None):
        raise Invalid({"user_id": sentence("Share with one person or with one team.")})
    holder = Q(team_id=team_id) if user_id is None else Q(user_id=user_id)
    grant = Share.objects.filter(holder, LIVE, record_kind=ref.kind, record_id=ref.id, reason=reason).first()
    if grant is not None:
        recording().update(grant, {"may_write": may_write})
        return grant
    grant = Share(
        record_kind=ref.kind,
        record_id=ref.id,
        user_id=user_id,
        team_id=team_id,
        may_write=may_write,
        reason=reason,
    )
    recording().create(grant)
    return grant


@action("issue_token")
def issue_token(
    actor: Actor,
    *,
    name: str,
    scopes: Iterable[str],
    user_id: int | None = None,
    expires_at: datetime | None = None,
) -> tuple[Token, str]:
    """A new bearer token and its secret, shown this once: one's own, or an administrator for anybody."""
    owner = user_id or actor.person_id
    if (
        owner is None
        or (owner != actor.person_id and "administer" not in actor.rights)
        or actor.kind == "token"
    ):
        raise NotPermitted()
    asked = set(scopes)
    if asked - SCOPES:
        unknown = min(asked - SCOPES)
        raise Invalid({"scopes": sentence("There is no scope “{scope}”.", scope=unknown)})
    secret = new_secret("opp")
    token = Token(
        user_id=owner,
        name=_required(name, "name"),
        scopes=sorted(asked),
        digest=digest_of(secret),
        created_at=clock.now(),
        expires_at=expires_at,
    )
    recording().create(token)
    return token, secret


@action("revoke_token")
def revoke_token(actor: Actor, token_id: int) -> None:
    """Make a token worthless at once."""
    token = Token.objects.filter(pk=token_id).first()
    if token is None or (token.user_id != actor.person_id and "administer" not in actor.rights):
        raise NotFound("token")
    if token.revoked_at is None:
        recording().update(token, {"revoked_at": clock.now()})


@action("make_setup_link")
def make_setup_link(actor: Actor) -> str:
    """The secret of a one-time link for the first administrator. Refused once somebody exists."""
    actor.demand_right("administer")
    if User.objects.exists():
        raise Refused("already_set_up", sentence("Opportune is set up already. Sign in instead."))
    SetupLink.objects.filter(used_at=None).delete()
    secret = new_secret("setup")
    SetupLink.objects.create(digest=digest_of(secret), created_at=clock.now())
    return secret


def setup_link_is_usable(secret: str) -> bool:
    """Whether a set-up link's secret may still be used."""
    return (
        not User.objects.exists()
        and SetupLink.objects.filter(digest=digest_of(secret), used_at=None).exists()
    )


def set_up(secret: str, *, email: str, name: str, password: str, language: str = "en") -> User:
    """Make the first administrator by the one-time link. Raises NotFound for a used or unknown one, Invalid."""
    return _set_up(
        system_actor("set-up"), secret, email=email, name=name, password=password, language=language
    )


@action("set_up")
def _set_up(actor: Actor, secret: str, *, email: str, name: str, password: str, language: str) -> User:
    link = SetupLink.objects.select_for_update().filter(digest=digest_of(secret), used_at=None).first()
    if link is None or User.objects.exists():
        raise NotFound("setup_link")
    link.used_at = clock.now()
    link.save(update_fields=["used_at"])
    return create_user(
        actor, email=email, name=name, password=password, roles=["administrator"], language=language
    )


def _user(user_id: int) -> User:
    user = User.objects.select_for_update().filter(pk=user_id).first()
    if user is None:
        raise NotFound("user")
    return user


def _roles(keys: Iterable[str]) -> list[Role]:
    asked = set(keys)
    found = list(Role.objects.filter(key__in=asked).order_by("pk"))
    unknown = asked - {role.key for role in found}
    if unknown:
        raise Invalid({"roles": sentence("There is no role “{key}”.", key=min(unknown))})
    return found


def _required(value: str, field: str) -> str:
    kept = storable(value).strip()
    if not kept:
        raise Invalid({field: sentence("This field is required.")})
    if len(kept) > LONGEST_NAME:
        raise Invalid({field: sentence("At most {longest} characters fit here.", longest=LONGEST_NAME)})
    return kept


def _demand_unit(unit_id: int | None, field: str) -> None:
    if unit_id is not None and not Unit.objects.filter(pk=unit_id).exists():
        raise Invalid({field: sentence("This unit does not exist.")})


def _demand_teams(team_ids: Collection[int]) -> None:
    if Team.objects.filter(pk__in=team_ids).count() < len(set(team_ids)):
        raise Invalid({"team_id": sentence("This team does not exist.")})


def _free_address(email: str) -> str:
    address = storable(email).strip().lower()
    try:
        validate_email(address)
    except ValidationError:
        raise Invalid({"email": sentence("“{email}” is not an e-mail address.", email=address)}) from None
    if len(address) > LONGEST_ADDRESS:
        raise Invalid({"email": sentence("At most {longest} characters fit here.", longest=LONGEST_ADDRESS)})
    if User.objects.filter(email=address).exists():
        raise Invalid({"email": sentence("Somebody has the address {email} already.", email=address)})
    return address


def _check_password(password: str, user: User) -> None:
    try:
        validate_password(password, user)
    except ValidationError as error:
        raise Invalid(
            {"password": Sentence(" ".join(error.messages).replace("{", "{{").replace("}", "}}"))}
        ) from None


def _check_choices(preferences: Mapping[str, Any]) -> None:
    zone = preferences.get("time_zone", "")
    if zone and zone not in available_timezones():
        raise Invalid({"time_zone": sentence("There is no time zone “{zone}”.", zone=zone)})
    if preferences.get("language", "en") not in ("en", "fr"):
        raise Invalid({"language": sentence("Choose English or French.")})
    if preferences.get("theme", "system") not in User.Theme.values:
        raise Invalid({"theme": sentence("Choose light, dark or system.")})
    if len(preferences.get("deal_columns", "")) > LONGEST_COLUMNS:
        raise Invalid({"deal_columns": sentence("These are too many columns.")})
    if not isinstance(preferences.get("single_keys", True), bool):
        raise Invalid({"single_keys": sentence("Say whether single keys are on or off.")})
