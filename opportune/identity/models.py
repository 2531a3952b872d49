"""People and what they may do, as facts."""

from typing import Any, ClassVar

from django.contrib.auth.base_user import AbstractBaseUser, BaseUserManager
from django.db import models
from django.db.models import Q

from opportune.identity.permissions import Depth
from opportune.kernel.text import fold
from opportune.ledger.models import LIVE, Binnable, Recorded
from opportune.storage.prepared import prepared
from opportune.storage.sorting import SortKeyField


class Unit(Recorded):
    """A part of the organisation; rights of depth *unit* reach it and the units below it."""

    kind = "unit"
    is_lasting = True
    name = models.CharField(max_length=100)
    parent = models.ForeignKey("self", models.PROTECT, null=True, related_name="children")

    def __str__(self) -> str:
        return self.name


class Team(Recorded):
    """People who see each other's work."""

    kind = "team"
    name = models.CharField(max_length=100, unique=True)
    unit = models.ForeignKey(Unit, models.PROTECT, null=True, related_name="teams")

    def __str__(self) -> str:
        return self.name


@prepared
def _user(user_id: int) -> "models.QuerySet[User]":
    return User.objects.filter(pk=user_id)


class UserManager(BaseUserManager["User"]):
    """Looks users up by their e-mail address, in any case."""

    def get(self, *conditions: Any, **asked: Any) -> "User":
        """One user. By the id alone, as every page asks who has signed in, by SQL that is kept."""
        of_all = (
            type(self) is UserManager and self._db is None
        )  # not those of a unit, nor of a database that was named
        if of_all and not conditions and asked.keys() == {"pk"} and isinstance(asked["pk"], int):
            found: User | None = _user.first(asked["pk"])
            if found is None:
                raise self.model.DoesNotExist
            return found
        return super().get(*conditions, **asked)

    def get_by_natural_key(self, username: str | None) -> "User":
        return self.get(email__iexact=username)


class User(Recorded, AbstractBaseUser):
    """A person who signs in, or did: a deactivated one keeps the records and the history."""

    kind = "user"
    taken_away = Q(is_active=False)
    derived: ClassVar[frozenset[str]] = frozenset({"sort_key"})
    unrecorded: ClassVar[frozenset[str]] = frozenset({"password", "last_login", "has_demo_password"})

    class Theme(models.TextChoices):
        SYSTEM = "system"
        LIGHT = "light"
        DARK = "dark"

    email = models.EmailField(unique=True)
    name = models.CharField(max_length=100)
    sort_key = SortKeyField(max_length=100, editable=False)
    language = models.CharField(max_length=5, default="en")
    time_zone = models.CharField(max_length=60, blank=True)
    theme = models.CharField(max_length=6, choices=Theme.choices, default=Theme.SYSTEM)
    deal_columns = models.CharField(max_length=300, blank=True)
    single_keys = models.BooleanField(default=True)
    unit = models.ForeignKey(Unit, models.PROTECT, null=True, related_name="users")
    is_active = models.BooleanField(default=True)
    has_demo_password = models.BooleanField(default=False)

    USERNAME_FIELD = "email"
    EMAIL_FIELD = "email"
    REQUIRED_FIELDS: ClassVar[list[str]] = ["name"]
    objects: ClassVar[UserManager] = UserManager()

    class Meta:
        indexes = [models.Index("sort_key", "id", name="user_by_name")]

    def __str__(self) -> str:
        return self.name

    def derive(self) -> None:
        self.sort_key = fold(self.name)[:100]

    def get_full_name(self) -> str:
        return self.name


class Membership(Recorded):
    """A person in a team."""

    kind = "membership"
    is_lasting = True
    team = models.ForeignKey(Team, models.CASCADE, related_name="memberships")
    user = models.ForeignKey(User, models.CASCADE, related_name="memberships")

    class Meta:
        constraints = [models.UniqueConstraint(fields=["team", "user"], name="member_once")]

    def __str__(self) -> str:
        return f"{self.user_id} in {self.team_id}"


class Role(Recorded):
    """A named bundle of grants and rights. Ready roles have a key."""

    kind = "role"
    is_lasting = True
    key = models.CharField(max_length=40, unique=True)
    name_en = models.CharField(max_length=100)
    name_fr = models.CharField(max_length=100)
    rights = models.JSONField(default=list)
    requires_second_factor = models.BooleanField(default=False)

    def __str__(self) -> str:
        return self.name_en


class Grant(models.Model):
    """How far a role's holder may go with one verb on one kind of record."""

    role = models.ForeignKey(Role, models.CASCADE, related_name="grants")
    record_kind = models.CharField(max_length=30)
    verb = models.CharField(max_length=20)
    depth = models.PositiveSmallIntegerField(choices=[(d.value, d.name.lower()) for d in Depth])

    class Meta:
        constraints = [models.UniqueConstraint(fields=["role", "record_kind", "verb"], name="grant_once")]

    def __str__(self) -> str:
        return f"{self.role_id}: {self.verb} {self.record_kind} {self.depth}"


class Holder(Recorded):
    """A person who holds a role."""

    kind = "role_holder"
    is_lasting = True
    user = models.ForeignKey(User, models.CASCADE, related_name="roles_held")
    role = models.ForeignKey(Role, models.PROTECT, related_name="holders")

    class Meta:
        constraints = [models.UniqueConstraint(fields=["user", "role"], name="role_once")]

    def __str__(self) -> str:
        return f"{self.user_id} as {self.role_id}"


class Share(Binnable):
    """One record granted to one person or team, to read or to change.

    `reason` says why: because someone shared it, or because the person is on the record's sales team.
    """

    class Reason(models.TextChoices):
        SHARED = "shared"
        SALES_TEAM = "sales_team"

    kind = "share"
    record_kind = models.CharField(max_length=30)
    record_id = models.BigIntegerField()
    user = models.ForeignKey(User, models.CASCADE, null=True, related_name="shares")
    team = models.ForeignKey(Team, models.CASCADE, null=True, related_name="shares")
    may_write = models.BooleanField(default=False)
    reason = models.CharField(max_length=10, choices=Reason.choices, default=Reason.SHARED)

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(user__isnull=True, team__isnull=False) | Q(user__isnull=False, team__isnull=True),
                name="share_with_one",
            ),
            models.UniqueConstraint(
                "record_kind", "record_id", "user", "reason", condition=LIVE, name="share_user_once"
            ),
            models.UniqueConstraint(
                "record_kind", "record_id", "team", "reason", condition=LIVE, name="share_team_once"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.record_kind}:{self.record_id} shared"


class Token(Recorded):
    """A bearer token: acts for its person within its scopes. Only a digest is kept."""

    kind = "token"
    unrecorded: ClassVar[frozenset[str]] = frozenset({"digest", "last_used_at"})

    user = models.ForeignKey(User, models.CASCADE, related_name="tokens")
    name = models.CharField(max_length=100)
    digest = models.CharField(max_length=64, unique=True)
    scopes = models.JSONField(default=list)
    created_at = models.DateTimeField()
    expires_at = models.DateTimeField(null=True)
    revoked_at = models.DateTimeField(null=True)
    last_used_at = models.DateTimeField(null=True)

    def __str__(self) -> str:
        return self.name


class SetupLink(models.Model):
    """The one-time link by which the first administrator of an empty installation signs up. A digest only."""

    digest = models.CharField(max_length=64, unique=True)
    created_at = models.DateTimeField()
    used_at = models.DateTimeField(null=True)

    def __str__(self) -> str:
        return f"set-up link of {self.created_at:%Y-%m-%d}"

    def is_usable(self, *_: Any) -> bool:
        """Whether nobody has used it yet."""
        return self.used_at is None
