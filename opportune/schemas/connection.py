"""Connections: what a record has to do with others, as seen from it."""

from datetime import date

from opportune.customers.queries import ConnectionRow
from opportune.kernel.errors import NotFound
from opportune.kernel.records import RecordRef
from opportune.schemas.shapes import Day, Given, Id, Shown, Text

KINDS = {"opportunities": "opportunity", "accounts": "account", "contacts": "contact"}
"""The kinds of record that can be connected, by the word for several of them."""
UNKNOWN = RecordRef("", 0)


class ConnectionShown(Shown):
    """A connection: `role` is what the other record is to this one, `own_role` what this one is to the other.

    Roles are written `stakeholder:champion`: the category, then a code of the list `role_stakeholder`.
    """

    id: int
    version: int
    kind: str
    record_id: int
    name: str
    role: str
    role_name: str
    own_role: str
    own_role_name: str
    description: str
    started_on: date | None
    ended_on: date | None
    may_change: bool


class ConnectionList(Shown):
    """The connections of a record, stakeholders first."""

    items: list[ConnectionShown]


class ConnectionChanges(Given):
    """What may be changed on a connection, as seen from one of its records; what is left out stays."""

    role: Text | None = None
    own_role: Text | None = None
    description: Text | None = None
    started_on: Day | None = None
    ended_on: Day | None = None
    version: Id | None = None


class ConnectionGiven(Given):
    """A connection to make; `to` is the other record, such as `contact:7`.

    Without roles, who is connected to an opportunity becomes its stakeholder.
    """

    to: Text
    role: Text | None = None
    own_role: Text | None = None
    description: Text | None = None
    started_on: Day | None = None
    ended_on: Day | None = None


def connection_shown(row: ConnectionRow, language: str) -> ConnectionShown:
    """A connection with the roles' names in a reader's language."""
    return ConnectionShown(
        id=row.id,
        version=row.version,
        kind=row.other.kind,
        record_id=row.other.id,
        name=row.other_name,
        role=str(row.role),
        role_name=row.role_name.in_language(language),
        own_role=str(row.own_role),
        own_role_name=row.own_role_name.in_language(language),
        description=row.description,
        started_on=row.started_on,
        ended_on=row.ended_on,
        may_change=row.may_change,
    )


def record_named(kind: str, record_id: int) -> RecordRef:
    """The record that an address names, by the word for several of its kind. Raises NotFound."""
    if kind not in KINDS:
        raise NotFound()
    return RecordRef(KINDS[kind], record_id)


def record_written(text: str) -> RecordRef:
    """The record that somebody wrote as `contact:7`; one that no action knows if it cannot be read."""
    try:
        return RecordRef.parse(text)
    except ValueError:
        return UNKNOWN
