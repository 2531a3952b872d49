"""What somebody may do with a record, and why (domain.md §7, D-025).

Whether a verb reaches the record is asked of the same grounds that `scope` is made of: nothing is decided here.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django.db.models import BooleanField, ExpressionWrapper, QuerySet, Value

from opportune.identity.actor import Actor, actors_for
from opportune.identity.explaining import Background, Reason, Way, background_of, reason_against, reason_for
from opportune.identity.models import User
from opportune.identity.visibility import Ground, any_of, grounds
from opportune.kernel.errors import Invalid, NotFound, NotPermitted
from opportune.kernel.paging import Page
from opportune.kernel.records import RecordRef
from opportune.kernel.registries import facts
from opportune.kernel.sentences import sentence
from opportune.storage.keyset import read_page

ON_RECORDS = ("read", "append", "write", "assign", "share", "delete", "export")
"""The verbs that reach a record, all but creating one."""
_IN_LISTS = ("read", "write")
_ROW = ("id", "sort_key")


@dataclass(frozen=True, slots=True)
class Reachable:
    """A kind of record as access asks for it: its rows outside the bin, its verbs, and what each is reached by.

    `kind` is what rights call it.
    """

    kind: str
    rows: QuerySet[Any]
    verbs: tuple[str, ...]
    grounds: Callable[[Actor, str], Sequence[Ground]]


def reachable(kind: str, rows: QuerySet[Any]) -> Reachable:
    """A kind of record that rights and shares reach as `scope` says."""
    return Reachable(kind, rows, ON_RECORDS, lambda actor, verb: grounds(actor, kind, verb))


@dataclass(frozen=True, slots=True)
class VerbAccess:
    """Whether somebody may use a verb on the record, and what gives them that or keeps them from it."""

    verb: str
    may: bool
    reasons: tuple[Reason, ...]


@dataclass(frozen=True, slots=True)
class Access:
    """What one person, or a token of theirs, may do with a record."""

    person_id: int
    name: str
    is_active: bool
    verbs: tuple[VerbAccess, ...]

    @property
    def sees(self) -> bool:
        """Whether the record exists for them."""
        return any(each.may for each in self.verbs if each.verb == "read")


def access(actor: Actor, ref: RecordRef, person_id: int | None = None) -> Access:
    """What a person may do with a record the actor sees, and why; the actor themselves unless one is named.

    About somebody else an administrator may ask, and who may share the record. Raises NotFound, NotPermitted, Invalid.
    """
    reach = _reached(actor, ref)
    if person_id is None and actor.person_id is None:
        raise Invalid({"person": sentence("Say whom you ask about.")})
    if person_id in (None, actor.person_id):
        return _explained(reach, ref, [actor], reach.verbs)[0]
    _demand_others(actor, reach, ref)
    user = User.objects.filter(pk=person_id).first()
    if user is None:
        raise Invalid({"person": sentence("There is no such person.")})
    if not user.is_active:
        return _left(user, reach.verbs)
    return _explained(reach, ref, actors_for([user], actor.door), reach.verbs)[0]


def access_of_people(
    actor: Actor, ref: RecordRef, *, after: str | None = None, limit: int = 50
) -> Page[Access]:
    """What every active person may do with a record, reading and changing it, by name.

    For an administrator, and for who may share the record. Raises NotFound, NotPermitted, Invalid.
    """
    reach = _reached(actor, ref)
    _demand_others(actor, reach, ref)
    active = User.objects.filter(is_active=True).values(*_ROW)
    rows, following = read_page(active, "sort_key", descending=False, cursor=after, limit=limit)
    users = User.objects.in_bulk([row["id"] for row in rows])
    actors = actors_for([users[row["id"]] for row in rows], actor.door)
    verbs = tuple(verb for verb in _IN_LISTS if verb in reach.verbs)
    return Page(_explained(reach, ref, actors, verbs), following)


def may_ask_about_others(actor: Actor, ref: RecordRef) -> bool:
    """Whether somebody who sees a record may know what others may do with it."""
    reach: Reachable = facts[f"access_{ref.kind}"]()
    if "administer" in actor.rights:
        return True
    return reach.rows.filter(any_of(reach.grounds(actor, "share")), pk=ref.id).exists()


def _reached(actor: Actor, ref: RecordRef) -> Reachable:
    asked = facts.get(f"access_{ref.kind}")
    if asked is None:
        raise NotFound(ref.kind)
    reach: Reachable = asked()
    if not reach.rows.filter(any_of(reach.grounds(actor, "read")), pk=ref.id).exists():
        raise NotFound(ref.kind)
    return reach


def _demand_others(actor: Actor, reach: Reachable, ref: RecordRef) -> None:
    if not may_ask_about_others(actor, ref):
        raise NotPermitted(
            sentence("Only who may share this record, or administers, may ask what others may do with it."),
            kind=ref.kind,
            verb="share",
        )


def _left(user: User, verbs: Sequence[str]) -> Access:
    gone = Reason("deactivated", sentence("{name} is deactivated and cannot sign in.", name=user.name))
    return Access(user.pk, user.name, False, tuple(VerbAccess(verb, False, (gone,)) for verb in verbs))


def _explained(
    reach: Reachable, ref: RecordRef, actors: Sequence[Actor], verbs: Sequence[str]
) -> list[Access]:
    """One query for whether each ground of each verb of each person holds, few for why."""
    ways = [
        Way(number, verb, ground)
        for number, actor in enumerate(actors)
        for verb in verbs
        for ground in reach.grounds(actor, verb)
    ]
    columns = {f"way{place}": _holds(way.ground) for place, way in enumerate(ways)}
    owner = ("owner_id", "owner__name", "owner__unit_id")
    found: Mapping[str, Any] | None = reach.rows.filter(pk=ref.id).values(*owner, **columns).first()
    if found is None:
        raise NotFound(ref.kind)
    holding = [way for place, way in enumerate(ways) if found[f"way{place}"]]
    why = background_of(ref, reach.kind, actors, found)
    return [_of_one(number, actor, verbs, ways, holding, why) for number, actor in enumerate(actors)]


def _holds(ground: Ground) -> Any:
    if ground.code == "organisation":
        return Value(True)
    return ExpressionWrapper(ground.condition, output_field=BooleanField())


def _of_one(
    number: int,
    actor: Actor,
    verbs: Sequence[str],
    ways: Sequence[Way],
    holding: Sequence[Way],
    why: Background,
) -> Access:
    found: list[VerbAccess] = []
    for verb in verbs:
        held = [way for way in holding if (way.number, way.verb) == (number, verb)]
        sees = verb == "read" or any(each.may for each in found if each.verb == "read")
        if held and sees:
            # whoever is responsible is in a team and a unit with themselves, which explains nothing
            own = [way for way in held if way.ground.code == "owner"]
            reasons = tuple(reason for way in own or held for reason in reason_for(actor, way, why))
            found.append(VerbAccess(verb, True, reasons))
        elif not sees:
            found.append(VerbAccess(verb, False, found[0].reasons))
        else:
            is_granted = any((way.number, way.verb) == (number, verb) for way in ways)
            found.append(VerbAccess(verb, False, (reason_against(actor, verb, why, is_granted=is_granted),)))
    return Access(actor.person_id or 0, actor.label, True, tuple(found))
