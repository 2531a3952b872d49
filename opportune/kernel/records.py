"""How one record points at another whatever its kind."""

from dataclasses import dataclass

from opportune.kernel.parameters import record_id


@dataclass(frozen=True, slots=True, order=True)
class RecordRef:
    """The kind of a record (`"opportunity"`) and its id."""

    kind: str
    id: int

    def __str__(self) -> str:
        return f"{self.kind}:{self.id}"

    @classmethod
    def parse(cls, text: str) -> "RecordRef":
        """The inverse of `str`. Raises ValueError."""
        kind, _, written = text.partition(":")
        number = record_id(written)
        if not kind or number is None:
            raise ValueError(f"not a record reference: {text!r}")
        return cls(kind, number)
