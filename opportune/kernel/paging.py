"""Keyset pages: a cursor remembers the sort value and the id of the last row shown."""

import base64
import binascii
import json
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Generic, TypeVar

from opportune.kernel.text import storable

Row = TypeVar("Row")


@dataclass(frozen=True, slots=True)
class Cursor:
    """Where a page ended: the last row's sort key (as text, or none for an empty value) and id."""

    key: str | None
    id: int

    def encode(self) -> str:
        """Opaque text, safe in a URL."""
        plain = json.dumps([self.key, self.id], ensure_ascii=False, separators=(",", ":"))
        return base64.urlsafe_b64encode(plain.encode()).decode().rstrip("=")

    @classmethod
    def decode(cls, text: str) -> "Cursor":
        """The inverse of `encode`. Raises ValueError on anything else."""
        try:
            padded = text + "=" * (-len(text) % 4)
            key, number = json.loads(base64.urlsafe_b64decode(padded))
        except (binascii.Error, ValueError, TypeError, RecursionError) as error:
            raise ValueError("not a cursor") from error
        if not (key is None or isinstance(key, str)) or type(number) is not int or not 0 < number < 2**63:
            raise ValueError("not a cursor")
        if key is not None and key != storable(key):
            raise ValueError("not a cursor")
        return cls(key, number)


@dataclass(frozen=True, slots=True)
class Page(Generic[Row]):
    """Some rows in order, and the cursor after which more follow (none at the end)."""

    rows: Sequence[Row]
    next: str | None
