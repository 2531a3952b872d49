"""When the machine fails us: what is the matter, told from the errors of either engine and of the system.

A full disk, a directory that cannot be written, a database that does not answer: nothing of it is anybody's mistake
who uses Opportune, all of it passes, and each has a sentence. An error that is none of these is a mistake of ours.
"""

from __future__ import annotations

import errno
import shutil
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from django.db import DatabaseError, InterfaceError, OperationalError, connection

from opportune.kernel.sentences import Sentence, sentence


@dataclass(frozen=True, slots=True)
class Outage:
    """What is the matter: a code for machines, a sentence for people."""

    code: str
    message: Sentence


FULL = Outage(
    "storage_full",
    sentence(
        "There is no room left on the server’s disk, so this was not saved. "
        "Tell whoever looks after Opportune; it goes on by itself when there is room."
    ),
)
READ_ONLY = Outage(
    "storage_read_only",
    sentence(
        "The server cannot write its data, so this was not saved. "
        "Tell whoever looks after Opportune; it goes on by itself when that is mended."
    ),
)
FAILING = Outage(
    "storage_failing",
    sentence(
        "The server cannot read or write its data at the moment. Tell whoever looks after Opportune if it stays so."
    ),
)
BUSY = Outage(
    "database_busy",
    sentence("Too many people are writing at this moment, so this was not saved. Try again."),
)
ABSENT = Outage(
    "database_unavailable",
    sentence(
        "The database does not answer at the moment. Try again in a moment, "
        "and look first whether what you did last was saved."
    ),
)
_BY_NUMBER: Mapping[int | None, Outage] = {
    errno.ENOSPC: FULL,
    errno.EDQUOT: FULL,
    errno.EFBIG: FULL,
    errno.EROFS: READ_ONLY,
    errno.EACCES: READ_ONLY,
    errno.EPERM: READ_ONLY,
    errno.EIO: FAILING,
    errno.EMFILE: FAILING,
    errno.ENFILE: FAILING,
}
LEAST_ROOM = 1 << 16
_NOT_ALLOWED = (errno.EACCES, errno.EPERM)
_BY_NAME: Mapping[str, Outage] = {
    "SQLITE_FULL": FULL,
    "SQLITE_READONLY": READ_ONLY,
    "SQLITE_CANTOPEN": FAILING,
    "SQLITE_IOERR": FAILING,
    "SQLITE_BUSY": BUSY,
    "SQLITE_LOCKED": BUSY,
}
_BY_STATE: Mapping[str, Outage] = {
    "53100": FULL,
    "25006": READ_ONLY,
    "53": BUSY,
    "55P03": BUSY,
    "57014": BUSY,
    "57P": ABSENT,
    "08": ABSENT,
    "58": FAILING,
}


def outage_of(error: BaseException) -> Outage | None:
    """What is the matter with the machine, if an error says so; none for any other error."""
    for cause in _causes(error):
        name = getattr(cause, "sqlite_errorname", None)
        if name:
            found = _first(_BY_NAME, name)
            # Without room for its smaller files SQLite speaks of an error of the disk instead.
            return FULL if found is FAILING and _room_left() < LEAST_ROOM else found
        state = getattr(cause, "sqlstate", None)
        if state:
            return _first(_BY_STATE, state)
        if isinstance(cause, OSError) and cause.errno in _BY_NUMBER:
            # What may not be opened is ours only if the database wanted it: it may be somebody's own file.
            if cause.errno in _NOT_ALLOWED and not isinstance(error, DatabaseError):
                return None
            return _BY_NUMBER[cause.errno]
    if isinstance(error, TurnMissed):
        return BUSY
    # PostgreSQL's driver gives no code when there is no connection, or none any more.
    return ABSENT if isinstance(error, InterfaceError | OperationalError) else None


class TurnMissed(OperationalError):
    """The turn to write did not come in time."""


def _room_left() -> int:
    """The bytes that are free where an SQLite database lies."""
    directory = Path(connection.settings_dict["NAME"]).parent
    try:
        return shutil.disk_usage(directory).free
    except OSError:
        return LEAST_ROOM


def _causes(error: BaseException) -> Iterator[BaseException]:
    cause: BaseException | None = error
    while cause is not None:
        yield cause
        cause = cause.__cause__


def _first(table: Mapping[str, Outage], code: str) -> Outage | None:
    return next((outage for start, outage in table.items() if code.startswith(start)), None)
