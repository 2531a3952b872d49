"""What the ledger tells in the transaction of a command."""

from dataclasses import dataclass

from opportune.kernel.records import RecordRef


@dataclass(frozen=True, slots=True)
class RecordsChanged:
    """A command is about to commit these records' changes."""

    change_set_id: int
    refs: tuple[RecordRef, ...]


@dataclass(frozen=True, slots=True)
class JobWaiting:
    """A job has rows to be worked through, and waits for somebody who does."""

    job_id: int
