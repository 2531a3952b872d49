"""The one scope rule: which records of a kind an actor's verb reaches (domain.md §7).

Lists filter by it, and a single record is fetched through it, so that list and check cannot disagree.
"""

from typing import Any, Self, TypeVar

from django.db.models import Model, Q, QuerySet

from opportune.identity.actor import Actor
from opportune.identity.models import Membership, Share, User
from opportune.identity.permissions import Depth
from opportune.kernel.errors import NotFound, NotPermitted
from opportune.ledger.models import LIVE, Recorded

M = TypeVar("M", bound=Model)
R = TypeVar("R", bound=Recorded)
NOTHING = Q(pk__in=())


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


def scope(actor: Actor, kind: str, verb: str = "read", *, owner: str = "owner_id", record: str = "id") -> Q:
    """The records of `kind` that `verb` reaches, by their owner's present teams and unit, and by shares.

    `owner` and `record` name the columns, for rows that hang on the record. Without the verb, nothing.
    """
    depth = actor.depth(kind, verb)
    if depth == Depth.NONE:
        return NOTHING
    if depth == Depth.ORGANISATION:
        return Q()
    if actor.person_id is None:
        return NOTHING
    reached = Q(**{owner: actor.person_id})
    if depth >= Depth.TEAM and actor.team_ids:
        mates = Membership.objects.filter(team_id__in=actor.team_ids).values("user_id")
        reached |= Q(**{f"{owner}__in": mates})
    if depth >= Depth.UNIT and actor.unit_ids:
        reached |= Q(**{f"{owner}__in": User.objects.filter(unit_id__in=actor.unit_ids).values("id")})
    return reached | Q(**{f"{record}__in": _shared(actor, kind, verb)})


def _shared(actor: Actor, kind: str, verb: str) -> QuerySet[Share, Any]:
    to_me = Q(user_id=actor.person_id) | Q(team_id__in=actor.team_ids)
    shares = Share.objects.filter(to_me, LIVE, record_kind=kind)
    if verb not in ("read", "append", "export"):
        shares = shares.filter(may_write=True)
    if verb in ("delete", "assign", "share"):
        shares = shares.none()
    return shares.values("record_id")


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
