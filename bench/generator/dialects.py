"""What SQLite and PostgreSQL write differently, and numbers that look random and are always the same."""

from __future__ import annotations

from dataclasses import dataclass
from random import Random

PRIME = 2_147_483_647


@dataclass(frozen=True, slots=True)
class Dialect:
    """The expressions of one engine. Instants are seconds since 1970, at UTC."""

    vendor: str

    @property
    def is_sqlite(self) -> bool:
        return self.vendor == "sqlite"

    def truth(self, condition: str) -> str:
        """A condition as a column of truth values."""
        return f"({condition})" if not self.is_sqlite else f"CASE WHEN {condition} THEN 1 ELSE 0 END"

    def instant(self, seconds: str) -> str:
        """A column of instants."""
        return f"datetime({seconds}, 'unixepoch')" if self.is_sqlite else f"to_timestamp({seconds})"

    def day(self, seconds: str) -> str:
        """A column of days."""
        if self.is_sqlite:
            return f"date({seconds}, 'unixepoch')"
        return f"(to_timestamp({seconds}) AT TIME ZONE 'UTC')::date"

    def instant_text(self, seconds: str) -> str:
        """An instant as the ledger writes it."""
        if self.is_sqlite:
            return f"strftime('%Y-%m-%dT%H:%M:%S+00:00', {seconds}, 'unixepoch')"
        return f"""to_char(to_timestamp({seconds}) AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS"+00:00"')"""

    def day_text(self, seconds: str) -> str:
        """A day as the ledger writes it."""
        return self.day(seconds) if self.is_sqlite else f"({self.day(seconds)})::text"

    def json(self, text: str) -> str:
        """A column of JSON out of its text."""
        return text if self.is_sqlite else f"({text})::jsonb"

    def typed(self, value: object) -> str:
        """A value as SQL writes it."""
        if isinstance(value, bool):
            return str(int(value)) if self.is_sqlite else str(value).lower()
        if value is None:
            return "NULL"
        if isinstance(value, int):
            return str(value)
        text = str(value).replace("'", "''")
        return f"'{text}'"


def drawn(seed: int, name: str, n: str, below: int | str) -> str:
    """A number from 0 below `below` for row `n`, another for each `name`."""
    chance = Random(f"{seed}:{name}")
    factor, shift = chance.randrange(10**8, PRIME), chance.randrange(PRIME)
    return f"(((({n}) * {factor} + {shift}) % {PRIME}) / 37 % ({below}))"
