"""The ledger against what it tells of: commands that were written down by half, records that it does not know."""

from __future__ import annotations

from collections.abc import Iterator

from django.db.models import Exists, OuterRef

from opportune.kernel.sentences import counted
from opportune.ledger.models import Change, ChangeSet, recorded_models
from opportune.operations.doctor.findings import Finding, Severity


def ledger() -> Iterator[Finding]:
    """Change sets without a change, and records at another version than the ledger has them."""
    changes = Change.objects.filter(change_set_id=OuterRef("pk"))
    if empty := ChangeSet.objects.filter(~Exists(changes), undoes__isnull=True).count():
        message = counted(
            "{count} change set has lost its changes.", "{count} change sets have lost their changes.", empty
        )
        yield Finding("change_set_empty", Severity.ERROR, message, empty)
    if differing := sum(_differing(kind) for kind in recorded_models()):
        message = counted(
            "{count} record is not at the version that the ledger tells.",
            "{count} records are not at the version that the ledger tells.",
            differing,
        )
        yield Finding("version_other_than_ledger", Severity.ERROR, message, differing)


def _differing(kind: str) -> int:
    of_record = Change.objects.filter(kind=kind, record_id=OuterRef("pk"))
    told = Exists(of_record.filter(version=OuterRef("version")))
    later = Exists(of_record.filter(version__gt=OuterRef("version")))
    return recorded_models()[kind]._default_manager.filter(~told | later).count()
