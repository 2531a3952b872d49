"""What happens to reference data that others react to, in the same transaction."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class ListItemRemoved:
    """A choice left its list: every record that has its code gets `replacement`, a code or nothing (C-066)."""

    list_key: str
    code: str
    replacement: str
