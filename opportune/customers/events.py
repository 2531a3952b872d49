"""What happens to accounts and contacts that others react to, in the same transaction."""

from dataclasses import dataclass

from opportune.kernel.records import RecordRef


@dataclass(frozen=True, slots=True)
class CustomerRemoved:
    """An account or contact is about to go to the bin: its deals go first, so that they come back after it."""

    ref: RecordRef
