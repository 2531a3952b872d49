"""Verbs, depths, named rights and the ready roles, as plain data (domain.md §7)."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from enum import IntEnum
from types import MappingProxyType


class Depth(IntEnum):
    """How far a right reaches from its holder; the widest of a person's roles counts."""

    NONE = 0
    OWN = 1
    TEAM = 2
    UNIT = 3
    ORGANISATION = 4


VERBS = ("create", "read", "write", "delete", "append", "assign", "share", "export")
KINDS = ("opportunity", "account", "contact", "activity", "campaign", "segment")
COMMON = ("campaign", "segment")
"""What a ready role that reads at all reads of the whole organisation: sellers name it on their own deals."""
RIGHTS = ("administer", "customise", "import", "add_close_reasons")
SCOPES = frozenset(
    {f"{kind}:{reach}" for kind in (*KINDS, "*") for reach in ("read", "write")}
    | {f"right:{right}" for right in RIGHTS}
)
"""What a token may be narrowed to; see `narrowed` for what each admits."""

Depths = Mapping[tuple[str, str], Depth]


@dataclass(frozen=True, slots=True)
class ReadyRole:
    """A role that ships: its key, names, depths per verb for every kind, and named rights."""

    key: str
    name_en: str
    name_fr: str
    depths: Mapping[str, Depth]
    rights: frozenset[str] = frozenset()

    def grants(self) -> Iterator[tuple[str, str, Depth]]:
        """Each (kind, verb, depth) above none."""
        for kind in KINDS:
            for verb, depth in self.depths.items():
                if depth > Depth.NONE:
                    yield kind, verb, Depth.ORGANISATION if kind in COMMON and verb == "read" else depth


def _depths(**by_verb: Depth) -> Mapping[str, Depth]:
    return MappingProxyType(by_verb)


_ALL, _UNIT, _TEAM, _OWN = Depth.ORGANISATION, Depth.UNIT, Depth.TEAM, Depth.OWN

READY_ROLES = (
    ReadyRole(
        "administrator",
        "Administrator",
        "Administrateur",
        _depths(**dict.fromkeys(VERBS, _ALL)),
        frozenset(RIGHTS),
    ),
    ReadyRole(
        "sales_manager",
        "Sales manager",
        "Responsable commercial",
        _depths(
            create=_UNIT,
            read=_UNIT,
            write=_UNIT,
            delete=_UNIT,
            append=_UNIT,
            assign=_UNIT,
            share=_UNIT,
            export=_UNIT,
        ),
        frozenset({"add_close_reasons", "import"}),
    ),
    ReadyRole(
        "salesperson",
        "Salesperson",
        "Commercial",
        _depths(
            create=_OWN,
            read=_TEAM,
            write=_OWN,
            delete=_OWN,
            append=_TEAM,
            assign=_OWN,
            share=_OWN,
            export=_TEAM,
        ),
        frozenset({"add_close_reasons"}),
    ),
    ReadyRole(
        "sales_team_member",
        "Sales team member",
        "Membre de l’équipe de vente",
        _depths(read=_OWN, append=_OWN),
    ),
    ReadyRole("read_only", "Read only", "Lecture seule", _depths(read=_UNIT)),
)


def narrowed(depths: Depths, scopes: frozenset[str]) -> Depths:
    """What is left of a person's depths under a token's scopes (`opportunity:read`, `account:write`, `*:read`).

    `read` admits reading and export; `write` admits every other verb as well as reading.
    """
    kept = {}
    for (kind, verb), depth in depths.items():
        needed = {"read", "write"} if verb in ("read", "export") else {"write"}
        if any(f"{k}:{scope}" in scopes for k in (kind, "*") for scope in needed):
            kept[kind, verb] = depth
    return MappingProxyType(kept)
