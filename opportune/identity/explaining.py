"""The sentences of access: what gives somebody a verb on a record, and what keeps them from it."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from opportune.identity.actor import Actor
from opportune.identity.models import Grant, Share, Team, Unit
from opportune.identity.permissions import Depth
from opportune.identity.visibility import Ground, carried
from opportune.kernel.records import RecordRef
from opportune.kernel.sentences import Named, Sentence, sentence
from opportune.ledger.models import LIVE, Change

VERBS_SAID: Mapping[str, Sentence] = {
    "read": sentence("see"),
    "append": sentence("add to"),
    "write": sentence("change"),
    "assign": sentence("assign"),
    "share": sentence("share"),
    "delete": sentence("delete"),
    "export": sentence("export"),
}
_BY_ROLE = {"organisation": Depth.ORGANISATION, "unit": Depth.UNIT, "team": Depth.TEAM}


@dataclass(frozen=True, slots=True)
class Reason:
    """Why somebody may or may not: a machine code, a sentence, and the data that belongs to the code."""

    code: str
    message: Sentence
    data: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Way:
    """A ground on which the verb of one of several people (by `number`) may reach the record."""

    number: int
    verb: str
    ground: Ground


@dataclass(frozen=True, slots=True)
class Background:
    """What the sentences name: the owner with teams and unit, the shares with who gave them, people's roles.

    `roles` are the widest ones, by person and verb.
    """

    kind: str
    owner: str
    teams: Mapping[int, str]
    unit_id: int | None
    unit: str
    shares: Sequence[Share]
    givers: Mapping[int, str]
    roles: Mapping[tuple[int, str], tuple[Named, ...]]


def background_of(ref: RecordRef, kind: str, actors: Sequence[Actor], row: Mapping[str, Any]) -> Background:
    """What the reasons of some people on one record need, in a fixed number of queries.

    `kind` is what rights call the record's kind; `row` has its owner with name and unit.
    """
    held = Share.objects.filter(LIVE, record_kind=ref.kind, record_id=ref.id).order_by("id")
    shares = list(held.select_related("team"))
    made = Change.objects.filter(kind=Share.kind, record_id__in=[share.pk for share in shares])
    gave = made.filter(operation=Change.Operation.CREATE)
    return Background(
        kind=kind,
        owner=row["owner__name"],
        teams=dict(Team.objects.filter(memberships__user_id=row["owner_id"]).values_list("id", "name")),
        unit_id=row["owner__unit_id"],
        unit=Unit.objects.filter(pk=row["owner__unit_id"]).values_list("name", flat=True).first() or "",
        shares=shares,
        givers=dict(gave.values_list("record_id", "change_set__actor_label")),
        roles=_roles(kind, actors),
    )


def _roles(kind: str, actors: Sequence[Actor]) -> dict[tuple[int, str], tuple[Named, ...]]:
    people = [actor.person_id for actor in actors if actor.person_id is not None]
    grants = Grant.objects.filter(record_kind=kind, role__holders__user_id__in=people, depth__gt=Depth.NONE)
    found: dict[tuple[int, str], dict[int, list[Named]]] = defaultdict(lambda: defaultdict(list))
    for person, verb, depth, en, fr in grants.order_by("role_id").values_list(
        "role__holders__user_id", "verb", "depth", "role__name_en", "role__name_fr"
    ):
        found[person, verb][depth].append(Named(en, fr))
    return {key: tuple(by_depth[max(by_depth)]) for key, by_depth in found.items()}


def reason_for(actor: Actor, way: Way, why: Background) -> list[Reason]:
    """What a ground that holds means, in sentences."""
    code, name = way.ground.code, actor.label
    if code == "shared":
        return _shares(actor, way.verb, why)
    if code in _BY_ROLE:
        return [_by_role(actor, way, why)]
    if code == "about":
        return [Reason(code, sentence("{name} sees the opportunity that it is about.", name=name))]
    return [Reason(code, sentence("{name} is responsible for it.", name=name))]


def _by_role(actor: Actor, way: Way, why: Background) -> Reason:
    code, role = way.ground.code, why.roles.get((actor.person_id or 0, way.verb), ())
    told: dict[str, Any] = {"depth": _BY_ROLE[code].name.lower()}
    if code == "organisation":
        message = sentence(
            "A role of {name} reaches the whole organisation: {role}.", name=actor.label, role=role
        )
        return Reason(code, message, told)
    if code == "team":
        teams = ", ".join(team for pk, team in sorted(why.teams.items()) if pk in actor.team_ids)
        message = sentence(
            "{owner} is responsible, and in the team {team} together with {name}; role: {role}.",
            owner=why.owner,
            team=teams,
            name=actor.label,
            role=role,
        )
        return Reason(code, message, told | {"team": teams})
    told["unit"] = why.unit
    named = {"owner": why.owner, "unit": why.unit, "name": actor.label, "role": role}
    if why.unit_id == actor.unit_ids[0]:
        message = sentence("{owner} is responsible, in {unit}, the unit of {name}; role: {role}.", **named)
        return Reason(code, message, told)
    message = sentence("{owner} is responsible, in {unit}, below the unit of {name}; role: {role}.", **named)
    return Reason("unit_below", message, told)


def _shares(actor: Actor, verb: str, why: Background) -> list[Reason]:
    needed = carried(verb)
    found = []
    for share in _to(actor, why):
        if needed is None or any(getattr(share, name) != value for name, value in needed.items()):
            continue
        giver = why.givers.get(share.pk, "")
        told = {"share_id": share.pk, "by": giver}
        if share.reason == Share.Reason.SALES_TEAM:
            found.append(
                Reason("sales_team", sentence("{name} is on its sales team.", name=actor.label), told)
            )
        elif share.team is not None:
            message = sentence("{giver} shared it with the team {team}.", giver=giver, team=share.team.name)
            found.append(Reason("shared_with_team", message, told))
        else:
            message = sentence("{giver} shared it with {name}.", giver=giver, name=actor.label)
            found.append(Reason("shared", message, told))
    return found


def _to(actor: Actor, why: Background) -> list[Share]:
    return [s for s in why.shares if s.user_id == actor.person_id or s.team_id in actor.team_ids]


def reason_against(actor: Actor, verb: str, why: Background, *, is_granted: bool) -> Reason:
    """Why a verb does not reach a record: no right at all (`is_granted` false), or not that far."""
    name, said, depth = actor.label, VERBS_SAID[verb], actor.depth(why.kind, verb)
    if not is_granted and (actor.person_id, verb) in why.roles:
        message = sentence("The scopes of this token leave out a right of its person: {verb}.", verb=said)
        return Reason("token", message, {"verb": verb})
    if not is_granted:
        message = sentence("No role of {name} has this right: {verb}.", name=name, verb=said)
        return Reason("no_right", message, {"verb": verb})
    if _to(actor, why):
        message = sentence("It is shared with {name}, but without this right: {verb}.", name=name, verb=said)
        return Reason("share_too_narrow", message, {"verb": verb, "depth": depth.name.lower()})
    message = sentence(
        "The rights of {name} do not reach what {owner} is responsible for: {verb}. Nobody shared it with them.",
        name=name,
        owner=why.owner,
        verb=said,
    )
    return Reason("out_of_reach", message, {"verb": verb, "depth": depth.name.lower()})
