"""People and teams, and who is asking."""

from opportune.identity.actor import Actor
from opportune.identity.permissions import Depth
from opportune.schemas.shapes import Given, Id, Shown


class PersonShown(Shown):
    """A colleague."""

    id: int
    name: str
    email: str
    is_active: bool
    teams: list[str]


class PersonList(Shown):
    """Colleagues by name."""

    items: list[PersonShown]


class TeamShown(Shown):
    """A team."""

    id: int
    name: str


class TeamList(Shown):
    """Teams by name."""

    items: list[TeamShown]


class ActorShown(Shown):
    """Who acts: a token and its person, how far each verb reaches on each kind of record, and named rights."""

    kind: str
    id: int | None
    label: str
    person_id: int | None
    language: str
    time_zone: str
    reach: dict[str, dict[str, str]]
    rights: list[str]


class ShareGiven(Given):
    """Whom to share a record with: one person or one team, to read or also to change it."""

    user_id: Id | None = None
    team_id: Id | None = None
    may_write: bool = False


class ShareChanges(Given):
    """Whether those a record is shared with may change it, too."""

    may_write: bool


class ShareShown(Shown):
    """Whom a record is shared with, and why: it was `shared`, or they are on its `sales_team`."""

    id: int
    user_id: int | None
    team_id: int | None
    name: str
    may_write: bool
    reason: str


class ShareList(Shown):
    """Everybody a record is shared with."""

    items: list[ShareShown]


def actor_shown(actor: Actor) -> ActorShown:
    """An actor's own rights, spelled out."""
    reach: dict[str, dict[str, str]] = {}
    for (kind, verb), depth in sorted(actor.depths.items()):
        if depth > Depth.NONE:
            reach.setdefault(kind, {})[verb] = depth.name.lower()
    return ActorShown(
        kind=actor.kind,
        id=actor.id,
        label=actor.label,
        person_id=actor.person_id,
        language=actor.language,
        time_zone=actor.time_zone,
        reach=reach,
        rights=sorted(actor.rights),
    )
