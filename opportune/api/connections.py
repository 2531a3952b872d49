"""Connections of opportunities, accounts and contacts; the stakeholders of an opportunity among them."""

from django.http import HttpResponse
from ninja import Query, Router

from opportune.api.answers import answer, made
from opportune.api.asking import Request, language_of, version_seen
from opportune.customers import actions, queries
from opportune.kernel.records import RecordRef
from opportune.schemas.connection import (
    ConnectionChanges,
    ConnectionGiven,
    ConnectionList,
    ConnectionShown,
    connection_shown,
    record_named,
    record_written,
)

router = Router(tags=["connections"])


@router.get("{str:kind}/{int:record_id}/connections", response=ConnectionList)
def list_connections(request: Request, kind: str, record_id: int, category: Query[str] = "") -> HttpResponse:
    """What a record has to do with others that the reader may see; `category=stakeholder` for its stakeholders.

    `kind` is opportunities, accounts or contacts.
    """
    found = queries.connections_of(request.auth, record_named(kind, record_id), category=category)
    language = language_of(request)
    return answer(ConnectionList(items=[connection_shown(row, language) for row in found]))


@router.post("{str:kind}/{int:record_id}/connections", response={201: ConnectionShown})
def connect(request: Request, kind: str, record_id: int, given: ConnectionGiven) -> HttpResponse:
    """Connect a record to another. Who is connected to an opportunity becomes a stakeholder unless a role is given."""
    record = record_named(kind, record_id)
    connection = actions.connect(request.auth, record, record_written(given.to), given.given("to"))
    return made(_one(request, record, connection.pk))


@router.patch("{str:kind}/{int:record_id}/connections/{int:connection_id}", response=ConnectionShown)
def change_connection(
    request: Request, kind: str, record_id: int, connection_id: int, given: ConnectionChanges
) -> HttpResponse:
    """Change roles, description or dates of a connection, as seen from the record of the address."""
    record, seen = record_named(kind, record_id), version_seen(request, given.version)
    changes = given.given("version")
    actions.change_connection(request.auth, record, connection_id, changes, version=seen)
    return _one(request, record, connection_id)


@router.delete("{str:kind}/{int:record_id}/connections/{int:connection_id}", response={204: None})
def disconnect(request: Request, kind: str, record_id: int, connection_id: int) -> HttpResponse:
    """Take a connection away; undoing that brings it back."""
    actions.disconnect(request.auth, record_named(kind, record_id), connection_id)
    return HttpResponse(status=204)


def _one(request: Request, record: RecordRef, connection_id: int) -> HttpResponse:
    row = queries.connection(request.auth, record, connection_id)
    return answer(connection_shown(row, language_of(request)), version=row.version)
