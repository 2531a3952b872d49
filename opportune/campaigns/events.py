"""What happens to campaigns and segments that others react to, in the same transaction."""

from dataclasses import dataclass

from opportune.kernel.records import RecordRef


@dataclass(frozen=True, slots=True)
class OriginRemoved:
    """A campaign or segment is about to go to the bin: deals that name it let go of it first, to have it back after."""

    ref: RecordRef
