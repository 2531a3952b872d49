"""Nobody misses what they have just done: a replica is read only once it holds the reader's own writes."""

from __future__ import annotations

import logging
from collections.abc import Callable
from typing import TypeVar

from django.conf import settings
from django.db import DatabaseError

from opportune.kernel.watching import watchers
from opportune.ledger.models import ChangeSet
from opportune.storage.replica import PRIMARY, REPLICA, reading_from_replica, state

Answer = TypeVar("Answer")
OWN_WRITES = 20
SAFE_METHODS = frozenset({"GET", "HEAD"})
_log = logging.getLogger(__name__)


def answer_reading(person_id: int | None, method: str | None, answer: Callable[[], Answer]) -> Answer:
    """What `answer` returns, read from the replica if that is configured, keeps up, and knows all the person did.

    Only a safe method may, and it is answered again from the primary if the replica breaks off.
    """
    if REPLICA not in settings.DATABASES or method not in SAFE_METHODS or person_id is None:
        return answer()
    if state.look():
        try:
            if holds_writes_of(person_id):
                with reading_from_replica():
                    found = answer()
                _tell(REPLICA)
                return found
        except DatabaseError:
            _log.warning("The replica broke off; the primary answers.", exc_info=True)
            state.failed()
    _tell("primary")
    return answer()


def holds_writes_of(person_id: int) -> bool:
    """Whether the replica has the latest change sets of this person. Raises DatabaseError.

    The latest twenty, since commands that ran at the same time may be committed in another order than they began.
    """
    latest = ChangeSet.objects.using(PRIMARY).filter(person_id=person_id).order_by("-id")
    wanted = list(latest.values_list("pk", flat=True)[:OWN_WRITES])
    return not wanted or ChangeSet.objects.using(REPLICA).filter(pk__in=wanted).count() == len(wanted)


def _tell(database: str) -> None:
    for watcher in watchers:
        watcher.read(database)
