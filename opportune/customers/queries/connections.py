"""What a record is connected to, as the reader may see it: both ends must be visible."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from django.db.models import Q, QuerySet

from opportune.customers.models import Connection
from opportune.customers.models.connection import CATEGORIES, STAKEHOLDER
from opportune.customers.queries.reaching import names_of, reached
from opportune.customers.roles import CUSTOMERS, NONE, Role, all_roles
from opportune.identity.actor import Actor
from opportune.kernel.errors import NotFound
from opportune.kernel.records import RecordRef
from opportune.kernel.sentences import Named
from opportune.ledger.models import LIVE
from opportune.storage.prepared import prepared

_ORDER = {category: order for order, category in enumerate(("", *CATEGORIES))}


@dataclass(frozen=True, slots=True)
class ConnectionRow:
    """A connection as seen from one record: the other one with its role, and the record's own role for it."""

    id: int
    version: int
    other: RecordRef
    other_name: str
    role: Role
    role_name: Named
    own_role: Role
    own_role_name: Named
    description: str
    started_on: date | None
    ended_on: date | None
    may_change: bool

    @property
    def is_stakeholder(self) -> bool:
        """Whether the other is an account or contact with a say in the deal."""
        return self.role.category == STAKEHOLDER and self.other.kind in CUSTOMERS


def connections_of(actor: Actor, ref: RecordRef, *, category: str = "") -> Sequence[ConnectionRow]:
    """The connections of a record, by category and name; those in which the other plays a role of one category.

    Raises NotFound for a record the actor cannot see.
    """
    if ref not in reached(actor, [ref], "read"):
        raise NotFound(ref.kind)
    found: list[Connection] = _of_record(ref.kind, ref.id)
    named = names_of(actor, {connection.seen_from(ref)[1].ref for connection in found})
    changeable = reached(actor, {connection.first for connection in found}, "write")
    role_names = _role_names() if found else {}
    rows = []
    for connection in found:
        own, other = connection.seen_from(ref)
        if other.ref not in named or category not in ("", other.category):
            continue
        role, own_role = Role(other.category, other.role), Role(own.category, own.role)
        rows.append(
            ConnectionRow(
                id=connection.pk,
                version=connection.version,
                other=other.ref,
                other_name=named[other.ref],
                role=role,
                role_name=_named(role, role_names),
                own_role=own_role,
                own_role_name=_named(own_role, role_names),
                description=connection.description,
                started_on=connection.started_on,
                ended_on=connection.ended_on,
                may_change=connection.first in changeable,
            )
        )
    return sorted(rows, key=lambda row: (_ORDER.get(row.role.category, 0), row.other_name, row.id))


@prepared
def _of_record(kind: str, record_id: int) -> QuerySet[Connection]:
    of_it = Q(first_kind=kind, first_id=record_id) | Q(second_kind=kind, second_id=record_id)
    return Connection.objects.filter(LIVE, of_it)


def connection(actor: Actor, ref: RecordRef, connection_id: int) -> ConnectionRow:
    """One connection as seen from a record. Raises NotFound."""
    found = next((row for row in connections_of(actor, ref) if row.id == connection_id), None)
    if found is None:
        raise NotFound(Connection.kind)
    return found


def _role_names() -> dict[Role, Named]:
    return {
        Role(category, choice.code): Named(choice.name_en, choice.name_fr)
        for category, choices in all_roles(retired=True).items()
        for choice in choices
    }


def _named(role: Role, names: dict[Role, Named]) -> Named:
    return names.get(role, Named(role.code, role.code)) if role != NONE else Named("", "")
