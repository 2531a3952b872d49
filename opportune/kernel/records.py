"""How one record points at another whatever its kind."""

from dataclasses import dataclass


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
        kind, _, number = text.partition(":")
        if not kind or not number:
            raise ValueError(f"not a record reference: {text!r}")
        return cls(kind, int(number))
