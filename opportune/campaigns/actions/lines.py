"""The lines of a segment: customers to address, and blank ones to be filled in."""

from collections.abc import Iterable, Mapping
from typing import Any

from opportune.campaigns import values
from opportune.campaigns.models import Segment, SegmentMember
from opportune.customers.queries import customer_names, visible_customers
from opportune.customers.surroundings import held_customers
from opportune.customers.values import checked
from opportune.identity.actor import Actor
from opportune.identity.visibility import obtain
from opportune.kernel.errors import Invalid, NotFound, Refused
from opportune.kernel.records import RecordRef
from opportune.kernel.sentences import sentence
from opportune.ledger.binning import put_into_bin
from opportune.ledger.merging import check_version
from opportune.ledger.models import LIVE
from opportune.ledger.recording import action, recording

MOST = 1000
_COLUMNS = ("account_id", "contact_id")


@action("add_segment_line")
def add_line(actor: Actor, segment_id: int, fields: Mapping[str, Any] | None = None) -> SegmentMember:
    """Add an account, a contact, or a line that is still to be filled in.

    Raises NotFound, NotPermitted, Invalid, Refused `line_twice` for a customer that is on the segment already.
    """
    _obtain_segment(actor, segment_id)
    kept = checked(fields or {}, values.LINE)
    line = SegmentMember(segment_id=segment_id, **kept)
    _demand_customer(actor, line)
    recording().create(line)
    return line


@action("add_segment_lines")
def add_lines(actor: Actor, segment_id: int, customers: Iterable[RecordRef]) -> list[SegmentMember]:
    """Add many customers; those that are on the segment already, or that the actor cannot see, are left out.

    Raises NotFound, NotPermitted, Invalid for more than a thousand.
    """
    _obtain_segment(actor, segment_id)
    asked = list(dict.fromkeys(customers))
    if len(asked) > MOST:
        raise Invalid({"customers": sentence("At most {most} customers at once. Choose fewer.", most=MOST)})
    there = {line.customer for line in SegmentMember.objects.filter(LIVE, segment_id=segment_id)}
    held = held_customers(visible_customers(actor, asked))
    made = [
        SegmentMember(segment_id=segment_id, **{f"{ref.kind}_id": ref.id})
        for ref in asked
        if ref in held and ref not in there
    ]
    recording().create_many(made)
    return made


@action("change_segment_line")
def change_line(
    actor: Actor, segment_id: int, line_id: int, changes: Mapping[str, Any], *, version: int | None = None
) -> SegmentMember:
    """Fill in a line, or change its customer or note; giving one kind of customer takes the other away.

    Raises NotFound, NotPermitted, Invalid, Conflict, Refused `line_twice`.
    """
    line = _obtain(actor, segment_id, line_id)
    kept = checked(changes, values.LINE)
    given = [name for name in _COLUMNS if kept.get(name)]
    if len(given) == 1:
        kept |= {name: None for name in _COLUMNS if name not in given}
    differing = {name: value for name, value in kept.items() if getattr(line, name) != value}
    if not differing:
        return line
    check_version(line, version, differing)
    if not differing.keys().isdisjoint(_COLUMNS):
        after = {name: differing.get(name, getattr(line, name)) for name in _COLUMNS}
        _demand_customer(actor, SegmentMember(segment_id=segment_id, **after), besides=line)
    recording().update(line, differing)
    return line


@action("remove_segment_line")
def remove_line(actor: Actor, segment_id: int, line_id: int) -> None:
    """Take a line off a segment. Raises NotFound, NotPermitted."""
    put_into_bin(_obtain(actor, segment_id, line_id))


def demand_line_free(line: SegmentMember) -> None:
    """Raise Refused `line_twice` if the line's customer stands on another line of its segment."""
    ref = line.customer
    if ref is None:
        return
    alike = SegmentMember.objects.filter(LIVE, segment_id=line.segment_id, **{f"{ref.kind}_id": ref.id})
    if alike.exclude(pk=line.pk).exists():
        name = customer_names([ref])[ref]
        raise Refused("line_twice", sentence("{name} is on this segment already.", name=name))


def _obtain_segment(actor: Actor, segment_id: int) -> None:
    actor.demand(Segment.kind, "write")
    obtain(Segment, actor, segment_id, "write")


def _obtain(actor: Actor, segment_id: int, line_id: int) -> SegmentMember:
    _obtain_segment(actor, segment_id)
    found = SegmentMember.objects.filter(LIVE, pk=line_id, segment_id=segment_id)
    line = found.select_for_update(of=("self",)).first()
    if line is None or (line.customer is not None and not visible_customers(actor, [line.customer])):
        raise NotFound(SegmentMember.kind)
    return line


def _demand_customer(actor: Actor, line: SegmentMember, *, besides: SegmentMember | None = None) -> None:
    if line.account_id is not None and line.contact_id is not None:
        raise Invalid({"customer": sentence("Choose an account or a contact as the customer, not both.")})
    ref = line.customer
    if ref is None:
        return
    if not held_customers(visible_customers(actor, [ref])):
        raise Invalid({"customer": sentence("This customer does not exist, or you cannot see it.")})
    line.pk = besides.pk if besides is not None else None
    demand_line_free(line)
