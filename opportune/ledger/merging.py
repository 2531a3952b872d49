"""Two people at once: a write says which version it saw (domain.md §9)."""

from collections.abc import Iterable

from opportune.kernel.errors import Conflict
from opportune.kernel.registries import handlers
from opportune.kernel.sentences import sentence
from opportune.ledger.facets import touched_facets
from opportune.ledger.models import Change, ChangeSet, Recorded


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
    theirs = touched_facets((name for change in later for name in change.after), facets)
    if not theirs & touched_facets(fields, facets):
        return
    last: ChangeSet = later[-1].change_set
    raise Conflict(
        sentence("{name} changed this first. Look at their change, then try again.", name=last.actor_label),
        version=record.version,
        by=last.actor_label,
        changes={name: value for change in later for name, value in change.after.items()},
    )
