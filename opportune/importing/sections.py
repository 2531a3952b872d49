"""What one file of an import gives: for each field the column it comes from, and how its values are read."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal

from opportune.importing.nodes import Node
from opportune.kernel.sentences import sentence

_COLUMN = re.compile(r"\{([^{}]+)\}")
_ENDS = " ,;:/–—-"


@dataclass(frozen=True, slots=True)
class Origin:
    """Where a field's value comes from: one column, or a text with columns in it."""

    columns: tuple[str, ...]
    pattern: str = ""

    @classmethod
    def of(cls, written: str) -> "Origin":
        """`"product"` is a column, `"{product}, {account}"` a text with two of them."""
        columns = tuple(_COLUMN.findall(written))
        return cls(columns, written) if columns else cls((written,))

    def value(self, cells: Mapping[str, str]) -> str:
        """What it amounts to in a row; nothing if all its columns are blank."""
        if not self.pattern:
            return cells[self.columns[0]]
        blank = [column for column in self.columns if not cells[column]]
        if len(blank) == len(self.columns):
            return ""
        text = _COLUMN.sub(lambda found: cells[found[1]], self.pattern)
        return text.strip(_ENDS) if blank else text


@dataclass(frozen=True, slots=True)
class Section:
    """How the rows of one file are read: fields from columns, aliases of values, defaults, and factors."""

    file: str = ""
    fields: Mapping[str, Origin] = field(default_factory=dict)
    aliases: Mapping[str, Mapping[str, str]] = field(default_factory=dict)
    defaults: Mapping[str, str] = field(default_factory=dict)
    times: Mapping[str, Decimal] = field(default_factory=dict)

    @property
    def columns(self) -> tuple[str, ...]:
        """The columns the file has to have."""
        asked = [column for origin in self.fields.values() for column in origin.columns]
        return tuple(dict.fromkeys([*asked, *self.aliases]))

    def meant(self, cells: Mapping[str, str]) -> dict[str, str]:
        """A row's cells without blanks around them, with aliases put right."""
        known = {column: cell.strip() for column, cell in cells.items()}
        for column, meanings in self.aliases.items():
            known[column] = meanings.get(known[column], known[column])
        return known

    def values(self, cells: Mapping[str, str]) -> dict[str, str]:
        """The text of each field in a row whose cells were put right by `meant`, defaults filled in."""
        found = {name: origin.value(cells) for name, origin in self.fields.items()}
        for name, value in self.defaults.items():
            found[name] = found.get(name) or value
        return found


def read_section(
    node: Node,
    known: Sequence[str],
    required: Sequence[str],
    *,
    amounts: Sequence[str] = (),
    file: str = "",
) -> Section:
    """The section a table of the map describes; only the `amounts` among its fields may have factors.

    Raises Invalid for a field that is unknown, missing or no text.
    """
    fields, defaults, times = node.table("fields"), node.table("defaults"), node.table("times")
    fields.admit(*known)
    defaults.admit(*known)
    times.admit(*amounts)
    for name in required:
        if name not in fields.content:
            fields.refuse(
                name,
                sentence(
                    "The map does not say which column “{field}” comes from; add it to [{table}].",
                    field=name,
                    table=fields.name,
                ),
            )
    return Section(
        file=file,
        fields={name: Origin.of(fields.text(name)) for name in fields.content},
        aliases={column: meanings.texts() for column, meanings in node.table("aliases").tables()},
        defaults=defaults.texts(),
        times=times.factors(),
    )
