"""Taking records away so that they can come back: into the bin, and out of it."""

from opportune.kernel import clock
from opportune.ledger.models import Binnable, Change
from opportune.ledger.recording import recording


def put_into_bin(record: Binnable) -> None:
    """Take a locked record away, in the running command; one that is in the bin already stays there."""
    if record.deleted_at is None:
        recording().update(record, {"deleted_at": clock.now()}, operation=Change.Operation.BIN)


def take_out_of_bin(record: Binnable) -> None:
    """Bring a locked record back, in the running command; one outside the bin stays as it is."""
    if record.deleted_at is not None:
        recording().update(record, {"deleted_at": None}, operation=Change.Operation.RESTORE)
