"""Connecting records of any kind, and the stakeholders of deals (D-037, D-082…D-085)."""

from collections.abc import Callable, Iterable, Mapping
from typing import Any

from django.db.models import Q

from opportune.customers import values
from opportune.customers.models import Connection
from opportune.customers.models.connection import STAKEHOLDER
from opportune.customers.queries.reaching import demand_open, names_of, reached
from opportune.customers.roles import CONNECTED, DEFAULT, NONE, Role, default_roles, roles_given
from opportune.identity.actor import Actor
from opportune.kernel.checking import Faults
from opportune.kernel.errors import Invalid, NotFound, NotPermitted, Refused
from opportune.kernel.records import RecordRef
from opportune.kernel.registries import handlers
from opportune.kernel.sentences import sentence
from opportune.ledger.binning import put_into_bin, take_out_of_bin
from opportune.ledger.merging import check_version
from opportune.ledger.models import LIVE
from opportune.ledger.recording import action, recording

Fields = Mapping[str, Any]


@action("connect")
def connect(actor: Actor, record: RecordRef, to: RecordRef, fields: Fields) -> Connection:
    """Connect a record to another one (D-085). `role` is what the other is to it, `own_role` what it is to the other.

    Without either, who is connected to a deal becomes its stakeholder (D-084). Raises NotFound, NotPermitted,
    Invalid, Conflict `closed`, or Refused `connected` if they are connected in that role already.
    """
    _demand_changeable(actor, record)
    found = Faults()
    if to == record or to.kind not in CONNECTED or to not in names_of(actor, [to]):
        found.add({"to": sentence("This record does not exist, or you cannot see it.")})
    kept, roles = _read(fields, found, lambda kept, name: bool(kept.get(name)))
    found.demand()
    own, other = roles.get("own_role", NONE), roles.get("role", NONE)
    if own == other == NONE:
        own, other = default_roles(record, to)
    connection = Connection(
        first_kind=record.kind, first_id=record.id, second_kind=to.kind, second_id=to.id, **_texts(kept)
    )
    _play(connection, "first", own)
    _play(connection, "second", other)
    _demand_sound(connection)
    demand_open([record, to])
    recording().create(connection)
    return connection


@action("change_connection")
def change_connection(
    actor: Actor, record: RecordRef, connection_id: int, changes: Fields, *, version: int | None = None
) -> Connection:
    """Change roles, description or dates of a connection, as seen from one of its records.

    A role of another category takes the other record out of the stakeholders, and leaves it connected. Raises
    NotFound, NotPermitted, Invalid, Conflict, Refused `connected`.
    """
    connection = _obtain(actor, record, connection_id)
    found = Faults()
    kept, roles = _read(changes, found, lambda kept, name: name in kept)
    found.demand()
    own_side = connection.side_of(record)
    other_side = "second" if own_side == "first" else "first"
    for field, side in (("own_role", own_side), ("role", other_side)):
        if field in roles:
            kept |= {f"{side}_category": roles[field].category, f"{side}_role": roles[field].code}
    differing = {name: value for name, value in kept.items() if getattr(connection, name) != value}
    if not differing:
        return connection
    check_version(connection, version, differing)
    former = {name: getattr(connection, name) for name in differing}
    _set(connection, differing)
    _demand_sound(connection)
    demand_open([connection.first, connection.second])
    _set(connection, former)
    recording().update(connection, differing)
    return connection


@action("disconnect")
def disconnect(actor: Actor, record: RecordRef, connection_id: int) -> None:
    """Take a connection away, as seen from one of its records. Raises NotFound, NotPermitted, Conflict `closed`."""
    connection = _obtain(actor, record, connection_id)
    demand_open([connection.first, connection.second])
    put_into_bin(connection)


@action("add_stakeholders")
def add_stakeholders(actor: Actor, named: Iterable[tuple[RecordRef, RecordRef]]) -> None:
    """Make contacts stakeholders of deals that name them, each once, whatever its role there (D-037, D-083).

    It follows from the command that named them, which has checked the actor's right to.
    """
    pairs = list(dict.fromkeys(named))
    if not pairs:
        return
    deals, contacts = {deal.id for deal, _ in pairs}, {contact.id for _, contact in pairs}
    there = Connection.objects.filter(
        LIVE,
        Q(first_kind="opportunity", first_id__in=deals, second_id__in=contacts)
        | Q(second_kind="opportunity", second_id__in=deals, first_id__in=contacts),
    )
    known = {
        (other.ref, end.ref)
        for connection in there
        for end, other in [connection.seen_from(connection.first), connection.seen_from(connection.second)]
        if end.category == STAKEHOLDER
    }
    made = []
    for deal, contact in pairs:
        if (deal, contact) not in known:
            connection = Connection(
                first_kind=deal.kind, first_id=deal.id, second_kind=contact.kind, second_id=contact.id
            )
            _play(connection, "second", DEFAULT)
            made.append(connection)
    recording().create_many(made, consequence=True)


@action("restore_connection")
def restore_connection(actor: Actor, connection: Connection, former: Fields) -> None:
    """Give a locked connection former values back. Raises Conflict `closed`, Refused `connected`."""
    _demand_restorable(connection)
    now = {name: getattr(connection, name) for name in former}
    _set(connection, former)
    _demand_sound(connection)
    _set(connection, now)
    recording().update(connection, dict(former))


@action("remove_connection")
def remove_connection(actor: Actor, connection: Connection) -> None:
    """Put a locked connection into the bin because its making is undone. Raises Conflict `closed`."""
    _demand_restorable(connection)
    put_into_bin(connection)


@action("bring_back_connection")
def bring_back_connection(actor: Actor, connection: Connection) -> None:
    """Take a locked connection out of the bin. Raises Conflict `closed`, Refused `connected`."""
    _demand_restorable(connection)
    _demand_sound(connection)
    take_out_of_bin(connection)


def _demand_restorable(connection: Connection) -> None:
    # what only followed from a command on a deal goes and comes with it, the deal closed meanwhile or not
    if connection.ref not in recording().consequences:
        demand_open([connection.first, connection.second])


def _demand_changeable(actor: Actor, ref: RecordRef) -> None:
    """Lock the record. Raises NotFound for an invisible one, NotPermitted for one that is only visible."""
    if ref.kind not in CONNECTED or ref not in reached(actor, [ref], "read"):
        raise NotFound(ref.kind)
    if ref not in reached(actor, [ref], "write") or not handlers[ref.kind].lock(actor, [ref.id]):
        raise NotPermitted(kind=ref.kind, verb="write")


def _obtain(actor: Actor, record: RecordRef, connection_id: int) -> Connection:
    """A connection that the actor may change, locked: both records are visible, the first may be changed."""
    found = Connection.objects.filter(LIVE, pk=connection_id).select_for_update().first()
    ends = [found.first, found.second] if found else []
    if found is None or record not in ends or len(reached(actor, ends, "read")) < len(ends):
        raise NotFound(Connection.kind)
    _demand_changeable(actor, found.first)
    return found


def _texts(kept: Fields) -> dict[str, Any]:
    return {name: value for name, value in kept.items() if name not in ("role", "own_role")}


def _play(connection: Connection, side: str, role: Role) -> None:
    _set(connection, {f"{side}_category": role.category, f"{side}_role": role.code})


def _read(
    fields: Fields, found: Faults, is_given: Callable[[Fields, str], bool]
) -> tuple[dict[str, Any], dict[str, Role]]:
    kept, wrong = values.sorted_values(fields, values.CONNECTION)
    found.add(wrong)
    roles: dict[str, Role] = {}
    with found.gathered():
        roles = roles_given({name: kept.pop(name) for name in ("own_role", "role") if is_given(kept, name)})
    return kept, roles


def _set(connection: Connection, fields: Fields) -> None:
    for name, value in fields.items():
        setattr(connection, name, value)


def _demand_sound(connection: Connection) -> None:
    """Raise Invalid without a role or for an end before the start, Refused `connected` for a second one alike."""
    if not connection.first_category and not connection.second_category:
        raise Invalid({"role": sentence("Choose the role.")})
    started, ended = connection.started_on, connection.ended_on
    if started is not None and ended is not None and ended < started:
        raise Invalid({"ended_on": sentence("It cannot end before it starts.")})
    forth = Q(
        first_kind=connection.first_kind,
        first_id=connection.first_id,
        second_kind=connection.second_kind,
        second_id=connection.second_id,
    )
    back = Q(
        first_kind=connection.second_kind,
        first_id=connection.second_id,
        second_kind=connection.first_kind,
        second_id=connection.first_id,
    )
    alike = Connection.objects.filter(LIVE, forth | back).exclude(pk=connection.pk)
    if any(_in_the_same_role(connection, other) for other in alike):
        raise Refused("connected", sentence("They are connected in this role already."))


def _in_the_same_role(one: Connection, other: Connection) -> bool:
    """Whether an end plays the same role in both (D-082: once a pair and role)."""
    return any(end.category and end == other.ends[ref] for ref, end in one.ends.items())
