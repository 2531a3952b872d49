"""Reading the tables of a map with a clear sentence for each mistake."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Any, NoReturn

from opportune.kernel.errors import Invalid
from opportune.kernel.sentences import Sentence, sentence


@dataclass(frozen=True, slots=True)
class Node:
    """One table of a map; `name` is where it stands, as `accounts.fields`, empty for the whole."""

    name: str
    content: Mapping[str, Any]

    def place(self, key: str) -> str:
        """Where an entry of this table stands in the map."""
        return f"{self.name}.{key}" if self.name else key

    def refuse(self, key: str, message: Sentence) -> NoReturn:
        """Raise Invalid for one entry."""
        raise Invalid({self.place(key): message})

    def admit(self, *known: str) -> None:
        """Raise Invalid if there is an entry of another name."""
        for key in self.content:
            if key not in known:
                self.refuse(
                    key,
                    sentence(
                        "The map has an entry “{entry}” that means nothing. Known here: {known}.",
                        entry=self.place(key),
                        known=", ".join(known),
                    ),
                )

    def text(self, key: str, default: str | None = None) -> str:
        """An entry that is text; without a default it has to be there. Raises Invalid."""
        value = self.content.get(key, default)
        if value is None:
            self.refuse(key, sentence("The map needs an entry “{entry}”.", entry=self.place(key)))
        if not isinstance(value, str) or not value.strip():
            self.refuse(
                key, sentence("“{entry}” in the map must be text between quotes.", entry=self.place(key))
            )
        return value.strip()

    def truth(self, key: str) -> bool:
        """An entry that is true or false; false if it is not there. Raises Invalid."""
        value = self.content.get(key, False)
        if not isinstance(value, bool):
            self.refuse(key, sentence("“{entry}” in the map must be true or false.", entry=self.place(key)))
        return value

    def choice(self, key: str, offered: tuple[str, ...]) -> str:
        """An entry that is one of a few words. Raises Invalid."""
        value = self.text(key)
        if value not in offered:
            self.refuse(
                key,
                sentence(
                    "“{entry}” in the map must be one of: {offered}.",
                    entry=self.place(key),
                    offered=", ".join(offered),
                ),
            )
        return value

    def table(self, key: str) -> "Node":
        """A table within this one, empty if it is not there. Raises Invalid."""
        value = self.content.get(key, {})
        if not isinstance(value, Mapping):
            self.refuse(
                key,
                sentence("“{entry}” in the map must be a table: [{entry}].", entry=self.place(key)),
            )
        return Node(self.place(key), value)

    def tables(self) -> Iterator[tuple[str, "Node"]]:
        """The tables this one is made of, by their keys. Raises Invalid for an entry that is none."""
        for key in self.content:
            yield key, self.table(key)

    def texts(self) -> dict[str, str]:
        """All entries of a table of texts; numbers and dates will do. Raises Invalid."""
        return {key: self._plain(key) for key in self.content}

    def factors(self) -> dict[str, Decimal]:
        """All entries of a table of numbers greater than zero. Raises Invalid."""
        return {key: self._factor(key) for key in self.content}

    def _plain(self, key: str) -> str:
        value = self.content[key]
        if isinstance(value, bool | Mapping | list):
            self.refuse(
                key, sentence("“{entry}” in the map must be text between quotes.", entry=self.place(key))
            )
        return str(value)

    def _factor(self, key: str) -> Decimal:
        value = self.content[key]
        if isinstance(value, bool) or not isinstance(value, int | Decimal) or not 0 < value < 10**12:
            self.refuse(
                key, sentence("“{entry}” in the map must be a number above zero.", entry=self.place(key))
            )
        return Decimal(value)
