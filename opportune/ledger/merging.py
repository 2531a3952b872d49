"""Two people at once: a write says which version it saw (domain.md §9)."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from opportune.kernel.errors import Conflict
from opportune.kernel.registries import handlers
from opportune.kernel.sentences import sentence
from opportune.ledger.facets import touched_facets
from opportune.ledger.models import Change, ChangeSet, Recorded

LOOKED_AT = 200


def check_version(record: Recorded, seen: int | None, fields: Iterable[str]) -> None:
    """Let a write based on an older version through if it touches other facets than those changed since.

    `seen` none means the caller did not look at a version. Raises Conflict with what the other person did.
    """
    if seen is None or seen == record.version:
        return
    if seen > record.version:
        raise Conflict(sentence("This version of the record does not exist."), version=record.version)
    later = list(
        Change.objects.filter(kind=record.kind, record_id=record.pk, version__gt=seen)
        .select_related("change_set")
        .order_by("version")
    )
    facets = handlers[record.kind].facets()
    mine = touched_facets(fields, facets)
    same = [change for change in later if touched_facets(change.after, facets) & mine]
    if not same:
        return
    raise changed_first(
        same[-1].change_set,
        version=record.version,
        changes={name: value for change in later for name, value in change.after.items()},
    )


def changed_first(theirs: ChangeSet, changes: Mapping[str, Any], version: int | None = None) -> Conflict:
    """What is said to whoever comes after somebody who changed the same, with what is there now."""
    name = theirs.actor_label
    text = sentence("{name} changed this first. Look at their change, then try again.", name=name)
    if version is None:
        return Conflict(text, by=name, changes=changes)
    return Conflict(text, by=name, changes=changes, version=version)


def check_order(
    kind: str, present: Sequence[int], seen: Sequence[int] | None, *, places: Iterable[str] = ("position",)
) -> None:
    """Let records be put into another order if they stand as the caller saw them, by their ids.

    `seen` none means the caller did not look. Raises Conflict with who moved, added or deleted one of them last.
    """
    if seen is None or list(seen) == list(present):
        return
    moving = {*places, "deleted_at"}
    later = (
        Change.objects.filter(kind=kind, record_id__in={*present, *seen})
        .select_related("change_set")
        .order_by("-id")[:LOOKED_AT]
    )
    last = next((change for change in later if moving & set(change.after)), None)
    if last is None:
        raise Conflict(sentence("The order is another one by now. Look at it, then move again."))
    name = last.change_set.actor_label
    raise Conflict(
        sentence("{name} changed the order first. Look at it, then move again.", name=name), by=name
    )
