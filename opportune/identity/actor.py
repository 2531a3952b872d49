"""Actors with their rights: what every action and every read is given first."""

from collections import defaultdict
from collections.abc import Collection, Hashable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from types import MappingProxyType
from typing import Any

from django.db.models import QuerySet

from opportune.identity.models import Holder, Membership, Role, Unit, User
from opportune.identity.permissions import KINDS, RIGHTS, VERBS, Depth, Depths, narrowed
from opportune.kernel.errors import NotPermitted
from opportune.ledger.lasting import lasting
from opportune.storage.prepared import prepared


@dataclass(frozen=True, slots=True)
class Actor:
    """Who acts, and how far each of their verbs reaches. Built once a request.

    `person_id` is the person behind a person, a token or a job; `unit_ids` their unit and those below it.
    """

    kind: str
    id: int | None
    label: str
    door: str
    person_id: int | None = None
    depths: Depths = field(default_factory=lambda: MappingProxyType({}))
    rights: frozenset[str] = frozenset()
    team_ids: tuple[int, ...] = ()
    unit_ids: tuple[int, ...] = ()
    language: str = "en"
    theme: str = "system"
    time_zone: str = ""
    deal_columns: str = ""
    must_have_second_factor: bool = False
    single_keys: bool = True

    @property
    def reach(self) -> Hashable:
        """All that decides which records the actor's verbs reach: whoever has the same reaches the same."""
        return self.person_id, self.team_ids, self.unit_ids, self.rights, frozenset(self.depths.items())

    def depth(self, kind: str, verb: str) -> Depth:
        """How far a verb reaches on a kind of record; none unless granted."""
        return self.depths.get((kind, verb), Depth.NONE)

    def may(self, kind: str, verb: str) -> bool:
        """Whether the verb is possible at all; on which records, `scope` says."""
        return self.depth(kind, verb) > Depth.NONE

    def demand(self, kind: str, verb: str) -> None:
        """Raise NotPermitted unless the verb is possible at all."""
        if not self.may(kind, verb):
            raise NotPermitted(kind=kind, verb=verb)

    def demand_any(self, verb: str) -> None:
        """Raise NotPermitted unless the verb is possible on some kind of record."""
        if not any(granted == verb and depth > Depth.NONE for (_, granted), depth in self.depths.items()):
            raise NotPermitted(verb=verb)

    def demand_right(self, right: str) -> None:
        """Raise NotPermitted unless a named right is held."""
        if right not in self.rights:
            raise NotPermitted(right=right)


def actor_for(user: User, door: str) -> Actor:
    """The actor a signed-in, active person is. Raises NotPermitted for a deactivated one."""
    if not user.is_active:
        raise NotPermitted()
    return actors_for([user], door)[0]


def actors_for(users: Sequence[User], door: str) -> Sequence[Actor]:
    """The actors of several people, in their order; the caller leaves out those who are deactivated."""
    held = _held_by([user.pk for user in users])
    below = units_below({user.unit_id for user in users if user.unit_id is not None})
    return [_actor(user, door, held[user.pk], below.get(user.unit_id, ())) for user in users]


def _actor(user: User, door: str, held: "_Held", unit_ids: tuple[int, ...]) -> Actor:
    return Actor(
        kind="person",
        id=user.pk,
        label=user.name,
        door=door,
        person_id=user.pk,
        depths=held.depths,
        rights=held.rights,
        team_ids=held.team_ids,
        unit_ids=unit_ids,
        language=user.language,
        theme=user.theme,
        time_zone=user.time_zone,
        deal_columns=user.deal_columns,
        must_have_second_factor=held.asks_for_second_factor,
        single_keys=user.single_keys,
    )


@dataclass(frozen=True, slots=True)
class _Held:
    """What a person holds by their roles and teams."""

    depths: Depths
    rights: frozenset[str]
    team_ids: tuple[int, ...]
    asks_for_second_factor: bool


_HELD = frozenset({Role.kind, Holder.kind, Membership.kind})


def _held_by(user_ids: Collection[int]) -> Mapping[int, _Held]:
    """What each of these people holds. What one person holds is lasting: it is asked for on every page."""
    if len(user_ids) == 1:
        [one] = user_ids
        return lasting(("held", one), lambda: _read_held(user_ids), of=_HELD)
    return _read_held(user_ids)


def _read_held(user_ids: Collection[int]) -> Mapping[int, _Held]:
    ids = list(user_ids)
    depths: dict[int, dict[tuple[str, str], Depth]] = defaultdict(dict)
    rights: dict[int, set[str]] = defaultdict(set)
    asked: set[int] = set()
    for holder, of_role, asks, kind, verb, depth in _roles(ids):
        rights[holder].update(of_role)
        asked |= {holder} if asks else set()
        if depth is not None:
            reached = depths[holder]
            reached[kind, verb] = max(reached.get((kind, verb), Depth.NONE), Depth(depth))
    teams: dict[int, list[int]] = defaultdict(list)
    for member, team in _memberships(ids):
        teams[member].append(team)
    return {
        one: _Held(MappingProxyType(depths[one]), frozenset(rights[one]), tuple(teams[one]), one in asked)
        for one in ids
    }


@prepared
def _roles(user_ids: Sequence[int]) -> QuerySet[Role, Any]:
    return Role.objects.filter(holders__user_id__in=user_ids).values_list(
        "holders__user_id",
        "rights",
        "requires_second_factor",
        "grants__record_kind",
        "grants__verb",
        "grants__depth",
    )


@prepared
def _memberships(user_ids: Sequence[int]) -> QuerySet[Membership, Any]:
    return Membership.objects.filter(user_id__in=user_ids).values_list("user_id", "team_id")


@prepared
def _units() -> QuerySet[Unit, Any]:
    return Unit.objects.values_list("id", "parent_id")


def token_actor(person: Actor, token_id: int, name: str, scopes: frozenset[str]) -> Actor:
    """A person's actor narrowed to a token's scopes. Named rights need the scope `right:…`."""
    return replace(
        person,
        kind="token",
        id=token_id,
        label=f"{person.label} ({name})",
        door="api",
        depths=narrowed(person.depths, scopes),
        rights=frozenset(right for right in person.rights if f"right:{right}" in scopes),
    )


def system_actor(name: str) -> Actor:
    """The named system: installing defaults, the demo company, the command line of the person who installs."""
    everything = {(kind, verb): Depth.ORGANISATION for kind in KINDS for verb in VERBS}
    return Actor(
        kind="system",
        id=None,
        label=name,
        door="system",
        depths=MappingProxyType(everything),
        rights=frozenset(RIGHTS),
    )


def units_below(unit_ids: Collection[int]) -> dict[int | None, tuple[int, ...]]:
    """For each of the units itself, first, and all units below it."""
    if not unit_ids:
        return {}
    children = lasting("units", _children, of=frozenset({Unit.kind}))
    found: dict[int | None, tuple[int, ...]] = {}
    for top in unit_ids:
        units, open_ends = [], [top]
        while open_ends:
            unit = open_ends.pop()
            units.append(unit)
            open_ends += children.get(unit, ())
        found[top] = tuple(units)
    return found


def _children() -> Mapping[int | None, Sequence[int]]:
    children: dict[int | None, list[int]] = defaultdict(list)
    for child, parent in _units():
        children[parent].append(child)
    return children
