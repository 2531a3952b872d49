"""How long a session lasts: so long without use, and so long in all (ASVS 7.3).

The row of a session carries the instant at which it ends, so that reading it, which every request does, decides.
Use puts that instant off: one statement that touches nothing else, at most every few minutes.
"""

from __future__ import annotations

import logging
from datetime import UTC, datetime, timedelta
from enum import StrEnum
from typing import Any, cast

from django.conf import settings
from django.contrib.sessions.backends import db
from django.contrib.sessions.middleware import SessionMiddleware as LibraryMiddleware
from django.contrib.sessions.models import Session
from django.db import DatabaseError
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse

from opportune.kernel import clock
from opportune.storage.prepared import prepared

UNATTENDED = "X-Unattended"
"""The header of what a page asks for by itself, such as news: nobody uses the session by it."""
BEGAN = "_began"
PUT_OFF_AT_MOST_EVERY = timedelta(minutes=5)
_log = logging.getLogger("opportune.security")


class Ended(StrEnum):
    """Why the session that a browser shows is over."""

    UNUSED = "unused"
    OLD = "old"
    CLOSED = "closed"  # by its person, by an administrator or by a new password


class SessionStore(db.SessionStore):
    """Sessions in the database that end when they are unused or old."""

    ended: Ended | None = None
    """Why there is nobody, although the browser showed the key of a session; known once the session has been read."""
    _until: datetime | None = None

    def load(self) -> dict[str, Any]:
        """What the session holds; nothing once it has ended."""
        row = _session.first(self.session_key or "")
        kept = self.decode(row.session_data) if row else {}
        now = clock.now()
        oldest = _oldest(kept.get(BEGAN))
        if row is None:
            self.ended = Ended.CLOSED
        elif oldest is not None and oldest <= now:
            self.ended = Ended.OLD
        elif row.expire_date <= now:
            self.ended = Ended.UNUSED
        else:
            self._until = row.expire_date
            return kept
        self._session_key = None
        return {}

    def exists(self, session_key: str) -> bool:
        """Whether a session of this key can still be used."""
        return live_sessions().filter(session_key=session_key).exists()

    def cycle_key(self) -> None:
        """Go on under another key: somebody has proved who they are, so the session begins anew."""
        self.pop(BEGAN, None)
        super().cycle_key()

    def create_model_instance(self, data: dict[str, Any]) -> Session:
        """The row to be written, with the instant at which it ends."""
        data.setdefault(BEGAN, int(clock.now().timestamp()))
        row = super().create_model_instance(data)
        row.expire_date = self._until = _put_off(_oldest(data[BEGAN]) or row.expire_date)
        return cast(Session, row)

    def note_use(self) -> None:
        """Put the end off, if it has not been for a while. What cannot be written down is left: reading goes on."""
        if self._until is None:
            return
        until = _put_off(_oldest(self.get(BEGAN)) or self._until)
        if abs(until - self._until) < min(PUT_OFF_AT_MOST_EVERY, _idle() / 10):
            return
        try:
            live_sessions().filter(session_key=self.session_key).update(expire_date=until)
        except DatabaseError as error:
            _log.warning("The use of a session could not be noted: %s", type(error).__name__)


class SessionMiddleware(LibraryMiddleware):
    """The library's, which also notes that a session is used."""

    def process_response(self, request: HttpRequest, response: HttpResponse) -> HttpResponse:
        session = request.session
        if not isinstance(session, SessionStore):
            return super().process_response(request, response)
        if session.ended and not session.modified:
            return response  # the browser keeps its key, so that the page for signing in knows what to say
        response = super().process_response(request, response)
        if UNATTENDED not in request.headers:
            session.note_use()
        return response


def live_sessions() -> QuerySet[Session]:
    """The sessions that have not ended."""
    return Session.objects.filter(expire_date__gt=clock.now())


@prepared
def _session(key: str) -> QuerySet[Session]:
    return Session.objects.filter(session_key=key)


def _idle() -> timedelta:
    return timedelta(seconds=settings.SESSION_IDLE_SECONDS)


def _put_off(oldest: datetime) -> datetime:
    return min(clock.now() + _idle(), oldest)


def _oldest(began: int | None) -> datetime | None:
    """When a session ends, used or not; unknown for one that began before that was written down."""
    if began is None:
        return None
    return datetime.fromtimestamp(began, UTC) + timedelta(seconds=settings.SESSION_COOKIE_AGE)
