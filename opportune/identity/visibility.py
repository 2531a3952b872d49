"""The one scope rule: which records of a kind an actor's verb reaches (domain.md §7).

Lists filter by it, and a single record is fetched through it, so that list and check cannot disagree.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any, TypeVar

from django.db.models import Model, Q, QuerySet

from opportune.identity.actor import Actor
from opportune.identity.models import Membership, Share, User
from opportune.identity.permissions import Depth
from opportune.kernel.errors import NotFound, NotPermitted
from opportune.ledger.models import LIVE

M = TypeVar("M", bound=Model)
NOTHING = Q(pk__in=())


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


def obtain(records: QuerySet[M], actor: Actor, kind: str, record_id: int, verb: str = "read") -> M:
    """One record, locked when `verb` changes it. Raises NotFound if invisible, NotPermitted if only visible."""
    visible = records.filter(scope(actor, kind, "read"), pk=record_id)
    if verb != "read":
        visible = visible.select_for_update(of=("self",))
    found = visible.first()
    if found is None:
        raise NotFound(kind)
    if verb != "read" and not records.filter(scope(actor, kind, verb), pk=record_id).exists():
        raise NotPermitted(kind=kind, verb=verb)
    return found
