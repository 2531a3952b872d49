"""The people a file names as owners: found by name or address, or made, deactivated and without a password.

Whoever is made here gets an invented address under a domain that cannot exist, until someone gives a real one.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path

from opportune.identity.actions import create_team, create_unit, create_user
from opportune.identity.actor import Actor
from opportune.identity.queries import Person, people, teams, units
from opportune.importing.maps import ImportMap
from opportune.importing.tables import open_table
from opportune.kernel.errors import Invalid
from opportune.kernel.sentences import sentence
from opportune.kernel.text import fold

RESERVED_DOMAIN = "import.invalid"
_LONGEST_NAME = 100


@dataclass(frozen=True, slots=True)
class Staff:
    """Everybody, to be found by a name or an address, deactivated or not."""

    by_address: Mapping[str, int]
    by_name: Mapping[str, tuple[int, ...]]

    @classmethod
    def of(cls, persons: Iterable[Person]) -> "Staff":
        """The people as they are now."""
        by_address: dict[str, int] = {}
        by_name: dict[str, tuple[int, ...]] = {}
        for person in persons:
            by_address[person.email.lower()] = person.id
            by_name[fold(person.name)] = (*by_name.get(fold(person.name), ()), person.id)
        return cls(by_address, by_name)

    def knows(self, written: str) -> bool:
        """Whether somebody has this address or name."""
        return written.lower() in self.by_address or fold(written) in self.by_name

    def is_one(self, written: str) -> bool:
        """Whether exactly one person is meant by an address or a name."""
        return written.lower() in self.by_address or len(self.by_name.get(fold(written), ())) == 1

    def id_of(self, written: str) -> int:
        """The one person with an address or a name. Raises Invalid if there is none, or more than one."""
        if written.lower() in self.by_address:
            return self.by_address[written.lower()]
        named = self.by_name.get(fold(written), ())
        if len(named) > 1:
            raise Invalid(
                {
                    "owner": sentence(
                        "Several people are called “{name}”. Give the e-mail address instead.", name=written
                    )
                }
            )
        if not named:
            raise Invalid(
                {
                    "owner": sentence(
                        "Nobody is called “{name}” here. Add the person, or let the import create people.",
                        name=written,
                    )
                }
            )
        return named[0]


@dataclass(slots=True)
class _Newcomer:
    """A person to be made, as the rows of the file have it."""

    name: str
    email: str = ""
    team: str = ""
    unit: str = ""
    manages: bool = False


def staff() -> Staff:
    """Everybody as they are now."""
    return Staff.of(people(active_only=False))


def enrol(actor: Actor, plan: ImportMap, directory: Path, owners: Iterable[str]) -> int:
    """Make the people of the map's file, their managers, and the owners who do not exist yet; says how many.

    Runs inside the command of a chunk. Raises NotPermitted, or Invalid for a file that cannot be read.
    """
    known = staff()
    absent = [one for one in _newcomers(plan, directory, owners) if not known.knows(one.email or one.name)]
    places = _Places(actor)
    addresses = _Addresses(set(known.by_address))
    for one in absent:
        roles = [plan.people.role, *([plan.people.manager_role] if one.manages else [])]
        unit_id = places.unit(one.unit)
        team_id = places.team(one.team, unit_id)
        create_user(
            actor,
            email=addresses.of(one),
            name=one.name,
            roles=dict.fromkeys(roles),
            team_ids=[] if team_id is None else [team_id],
            unit_id=unit_id,
            is_active=False,
        )
    return len(absent)


def _newcomers(plan: ImportMap, directory: Path, owners: Iterable[str]) -> list[_Newcomer]:
    named: dict[str, _Newcomer] = {}
    section = plan.people.section
    if section.file:
        for line in open_table(directory / section.file, section.columns).lines():
            if line.cells:
                _note(named, section.values(section.meant(line.cells)))
    for owner in owners:
        if "@" not in owner:
            named.setdefault(fold(owner), _Newcomer(owner))
    return [one for one in named.values() if 0 < len(one.name) <= _LONGEST_NAME]


def _note(named: dict[str, _Newcomer], texts: Mapping[str, str]) -> None:
    team, unit, manager = texts.get("team", ""), texts.get("unit", ""), texts.get("manager", "")
    if manager:
        above = named.setdefault(fold(manager), _Newcomer(manager))
        above.manages = True
        above.team, above.unit = above.team or team, above.unit or unit
    one = named.setdefault(fold(texts["name"]), _Newcomer(texts["name"]))
    one.email, one.team, one.unit = texts.get("email", ""), team or one.team, unit or one.unit


class _Places:
    """Units and teams by name, made when they are first needed."""

    def __init__(self, actor: Actor) -> None:
        self.actor = actor
        self.units = {fold(name): unit_id for unit_id, name in units()}
        self.teams = {fold(name): team_id for team_id, name in teams()}

    def unit(self, name: str) -> int | None:
        """The unit of a name, below no other when it is made."""
        if not name:
            return None
        if fold(name) not in self.units:
            self.units[fold(name)] = create_unit(self.actor, name=name[:_LONGEST_NAME]).pk
        return self.units[fold(name)]

    def team(self, name: str, unit_id: int | None) -> int | None:
        """The team of a name, in a unit when it is made."""
        if not name:
            return None
        if fold(name) not in self.teams:
            made = create_team(self.actor, name=name[:_LONGEST_NAME], unit_id=unit_id)
            self.teams[fold(name)] = made.pk
        return self.teams[fold(name)]


@dataclass(slots=True)
class _Addresses:
    """Addresses nobody has yet."""

    taken: set[str] = field(default_factory=set)

    def of(self, one: _Newcomer) -> str:
        """The address given for somebody, else one made of the name."""
        if one.email:
            return one.email
        words = "".join(c if c.isascii() and c.isalnum() else " " for c in fold(one.name)).split()
        local = ".".join(words)[:60] or "person"
        address, again = f"{local}@{RESERVED_DOMAIN}", 1
        while address in self.taken:
            again += 1
            address = f"{local}.{again}@{RESERVED_DOMAIN}"
        self.taken.add(address)
        return address
