"""Is this installation well? Answered by reading, never by changing anything."""

from __future__ import annotations

from dataclasses import dataclass

from django.db import DatabaseError, connection
from django.http import HttpRequest, JsonResponse


@dataclass(frozen=True)
class Health:
    """What can be told from within a process: whether the database answers."""

    database: bool

    @property
    def well(self) -> bool:
        """Whether everything that was looked at is in order."""
        return self.database


def health() -> Health:
    """Ask the database for a one."""
    try:
        with connection.cursor() as cursor:
            cursor.execute("SELECT 1")
            answered = cursor.fetchone() == (1,)
    except DatabaseError:
        answered = False
    return Health(database=answered)


def health_page(request: HttpRequest) -> JsonResponse:
    """200 when well, 503 when not, for whoever watches over the server; it tells nothing about the data."""
    found = health()
    return JsonResponse({"well": found.well, "database": found.database}, status=200 if found.well else 503)
