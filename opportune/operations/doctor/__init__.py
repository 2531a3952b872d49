"""The doctor looks for what is wrong with an installation. It reads, and changes nothing.

A check is a function that yields what it finds. One more is one more in `CHECKS`.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator

from django.db import DatabaseError

from opportune import __version__
from opportune.kernel.sentences import sentence
from opportune.operations.doctor.database import absence, engine, migrations, structure
from opportune.operations.doctor.deals import deals
from opportune.operations.doctor.findings import Diagnosis, Finding, Severity
from opportune.operations.doctor.ledger import ledger
from opportune.operations.doctor.references import bin_overdue, orphans
from opportune.operations.doctor.surroundings import backups, data_directory, sign_ins
from opportune.operations.snapshots import snapshot

Check = Callable[[], Iterable[Finding]]
CHECKS: tuple[Check, ...] = (structure, sign_ins, orphans, bin_overdue, ledger, deals)


def examine() -> Diagnosis:
    """Everything there is to find; little of a database that belongs to another version, or cannot be read."""
    found, name = [*data_directory(), *backups(), *absence()], ""
    if any(finding.code == "no_installation" for finding in found):
        return Diagnosis(__version__, name, tuple(found))
    try:
        with snapshot():
            name = engine()
            found.extend(_of_the_database())
    except DatabaseError as error:
        message = sentence("The database cannot be read: {reason}.", reason=str(error).strip().rstrip("."))
        found.append(Finding("database_unreadable", Severity.ERROR, message))
    return Diagnosis(__version__, name, tuple(found))


def _of_the_database() -> Iterator[Finding]:
    of_another_version = list(migrations())
    yield from of_another_version
    if not of_another_version:
        for check in CHECKS:
            yield from check()
