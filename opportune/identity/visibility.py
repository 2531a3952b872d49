"""The one scope rule: which records of a kind an actor's verb reaches (domain.md §7).

Lists filter by it, and a single record is fetched through it, so that list and check cannot disagree.
"""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import Any, Self, TypeVar

from django.db.models import BooleanField, ExpressionWrapper, Q, QuerySet

from opportune.identity.actor import Actor
from opportune.identity.models import Membership, Share, User
from opportune.identity.permissions import VERBS, Depth
from opportune.kernel.errors import NotFound, NotPermitted
from opportune.ledger.models import LIVE, Recorded
from opportune.storage.prepared import prepared, prepared_to_lock

R = TypeVar("R", bound=Recorded)
NOTHING = Q(pk__in=())
_READING = frozenset({"read", "append", "export"})
"""Verbs that a share to read grants, too."""
_OWNERS = frozenset({"delete", "assign", "share"})
"""Verbs that no share grants."""


class ScopedQuerySet(QuerySet[R]):
    """Records that have an owner: who may see them, and which are not in the bin."""

    def live(self) -> Self:
        """Those that are not in the bin."""
        return self.filter(LIVE)

    def reached_by(self, actor: Actor, verb: str) -> Self:
        """Those that a verb of the actor reaches, in the bin or not."""
        return self.filter(scope(actor, self.model.kind, verb))

    def visible_to(self, actor: Actor) -> Self:
        """Those that exist for the actor."""
        return self.live().reached_by(actor, "read")


@dataclass(frozen=True, slots=True)
class Ground:
    """One way in which a verb reaches records of a kind: its machine code, and the condition on those reached.


    `organisation` reaches all of them and has no condition.
    """

    code: str
    condition: Q


def grounds(
    actor: Actor, kind: str, verb: str = "read", *, owner: str = "owner_id", record: str = "id"
) -> tuple[Ground, ...]:
    """All the ways in which `verb` reaches records of `kind`; none without the verb.

    They go by the owner's present teams and unit, and by shares. `owner` and `record` name the columns, for rows that
    hang on the record.
    """
    depth = actor.depth(kind, verb)
    found = [Ground("organisation", Q())] if depth == Depth.ORGANISATION else []
    if depth == Depth.NONE or actor.person_id is None:
        return tuple(found)
    found.append(Ground("owner", Q(**{owner: actor.person_id})))
    if depth >= Depth.TEAM and actor.team_ids:
        mates = Membership.objects.filter(team_id__in=actor.team_ids).values("user_id")
        found.append(Ground("team", Q(**{f"{owner}__in": mates})))
    if depth >= Depth.UNIT and actor.unit_ids:
        colleagues = User.objects.filter(unit_id__in=actor.unit_ids).values("id")
        found.append(Ground("unit", Q(**{f"{owner}__in": colleagues})))
    return (*found, Ground("shared", Q(**{f"{record}__in": _shared(actor, kind, verb)})))


def any_of(ways: Iterable[Ground]) -> Q:
    """The condition on records that at least one of the grounds reaches."""
    reached = NOTHING
    for ground in ways:
        if ground.code == "organisation":
            return Q()
        reached = ground.condition if reached is NOTHING else reached | ground.condition
    return reached


def scope(actor: Actor, kind: str, verb: str = "read", *, owner: str = "owner_id", record: str = "id") -> Q:
    """The records of `kind` that `verb` reaches, by any of its `grounds`. Without the verb, nothing."""
    return any_of(grounds(actor, kind, verb, owner=owner, record=record))


def carried(verb: str) -> dict[str, bool] | None:
    """What a share must be to carry a verb: any, or one to change the record; none carries it."""
    if verb in ("delete", "assign", "share"):
        return None
    return {} if verb in ("read", "append", "export") else {"may_write": True}


def _shared(actor: Actor, kind: str, verb: str) -> QuerySet[Share, Any]:
    to_me = Q(user_id=actor.person_id) | Q(team_id__in=actor.team_ids)
    needed = carried(verb)
    shares = Share.objects.filter(to_me, LIVE, record_kind=kind)
    return (shares.none() if needed is None else shares.filter(**needed)).values("record_id")


def verbs_reaching(
    records: Callable[[], QuerySet[Any]], actor: Actor, kind: str, record_id: int
) -> frozenset[str]:
    """The verbs of the actor that reach one of these records, by its id, each as `scope` says; in one query."""
    sure: set[str] = set()
    asked: dict[tuple[Depth, bool, bool], list[str]] = {}
    for verb in VERBS:
        depth = actor.depth(kind, verb)
        if depth == Depth.ORGANISATION:
            sure.add(verb)
        elif depth != Depth.NONE and actor.person_id is not None:
            asked.setdefault((depth, verb in _READING, verb in _OWNERS), []).append(verb)
    alike = tuple(verbs[0] for verbs in asked.values())
    row = _reaching.first(record_id, records=records, actor=actor, kind=kind, verbs=alike)
    if row is None:
        return frozenset()
    reached = zip(asked.values(), row[1:], strict=True)
    return frozenset(sure.union(*(verbs for verbs, is_reached in reached if is_reached)))


@prepared
def _reaching(
    record_id: int, *, records: Callable[[], QuerySet[Any]], actor: Actor, kind: str, verbs: Sequence[str]
) -> QuerySet[Any, Any]:
    reaches = [ExpressionWrapper(scope(actor, kind, verb), BooleanField()) for verb in verbs]
    return records().filter(pk=record_id).values_list("pk", *reaches)


def obtain(model: type[R], actor: Actor, record_id: int, verb: str = "read") -> R:
    """One record, locked when `verb` changes it. Raises NotFound if invisible, NotPermitted if only visible."""
    kind, read = model.kind, _seen if verb == "read" else _locked
    found: R | None = read.first(record_id, model=model, actor=actor, verb=verb)
    if found is None:
        raise NotFound(kind)
    if verb != "read" and not getattr(found, "is_reached", actor.depth(kind, verb) == Depth.ORGANISATION):
        raise NotPermitted(kind=kind, verb=verb)
    return found


@prepared
def _seen(record_id: int, *, model: type[Recorded], actor: Actor, verb: str) -> QuerySet[Any]:
    return ScopedQuerySet(model).visible_to(actor).filter(pk=record_id)


@prepared_to_lock
def _locked(record_id: int, *, model: type[Recorded], actor: Actor, verb: str) -> QuerySet[Any]:
    """A record that exists for the actor; if the verb reaches some records only, with whether it is among them."""
    visible: QuerySet[Any] = ScopedQuerySet(model).visible_to(actor)
    locked: QuerySet[Any] = visible.filter(pk=record_id).select_for_update(of=("self",))
    reach = scope(actor, model.kind, verb)
    if reach in (Q(), NOTHING):
        return locked
    reached: QuerySet[Any] = locked.annotate(is_reached=ExpressionWrapper(reach, BooleanField()))
    return reached
