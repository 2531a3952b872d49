"""The accounts a file names as customers: found by name, or made from the accounts' own file."""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass, field
from itertools import islice
from pathlib import Path
from typing import Any, TypeVar

from opportune.customers.actions import create_accounts
from opportune.customers.queries import accounts_by_name
from opportune.identity.actor import Actor
from opportune.importing.maps import ACCOUNT_AMOUNTS, ImportMap
from opportune.importing.people import Staff
from opportune.importing.sections import Section
from opportune.importing.tables import open_table
from opportune.kernel.errors import Invalid
from opportune.kernel.money import parse_amount
from opportune.kernel.sentences import Sentence, sentence
from opportune.kernel.text import fold

CHUNK = 500
T = TypeVar("T")
_APART = ("parent", "owner")


@dataclass(slots=True)
class AccountBook:
    """The accounts by name, without regard to case and accents: their ids, or why there is none."""

    known: dict[str, int | Sentence] = field(default_factory=dict)

    def id_of(self, name: str) -> int:
        """The account of a name. Raises Invalid with the reason why there is none."""
        found = self.known.get(fold(name))
        if found is None:
            found = sentence(
                "There is no account called “{name}”. Add it, or let the import create accounts.", name=name
            )
        if isinstance(found, Sentence):
            raise Invalid({"account": found})
        return found


@dataclass(slots=True)
class _Wanted:
    """An account that a file names: what is said about it, its owner and the account above it by name.

    `sellers` own the opportunities of the account; the first who is known owns the account if nothing else is said.
    """

    name: str
    owner: str = ""
    parent: str = ""
    sellers: tuple[str, ...] = ()
    fields: dict[str, Any] = field(default_factory=dict)


def find_accounts(actor: Actor, names: Iterable[str], book: AccountBook) -> None:
    """Put into the book those of the names that are accounts the actor sees."""
    for several in _sliced(names):
        for name, account_id in accounts_by_name(actor, several).items():
            book.known.setdefault(fold(name), account_id)


def make_accounts(
    actor: Actor,
    plan: ImportMap,
    directory: Path,
    named: Mapping[str, tuple[str, ...]],
    people: Staff,
    chunk: Callable[[], AbstractContextManager[Any]],
) -> AccountBook:
    """Find or make the accounts of the map's file and those `named` by the rows, each with the owners of its rows.

    What stands above others is made first. Each `chunk()` holds up to 500. Raises NotPermitted, or Invalid for a
    file that cannot be read; an account that cannot be made is in the book with the reason.
    """
    wanted = _wanted(plan.accounts, directory, named) if plan.create_accounts else {}
    book = AccountBook()
    find_accounts(actor, [*named, *(one.name for one in wanted.values())], book)
    waiting = {key: one for key, one in wanted.items() if key not in book.known}
    anybody = tuple(seller for one in wanted.values() for seller in one.sellers)
    while waiting:
        ready = {key: one for key, one in waiting.items() if not one.parent or fold(one.parent) in book.known}
        if not ready:
            _give_up(waiting, book)
            break
        for several in _sliced(ready.values()):
            with chunk():
                _make(actor, several, book, people, anybody)
        waiting = {key: one for key, one in waiting.items() if key not in ready}
    return book


def _wanted(
    section: Section | None, directory: Path, named: Mapping[str, tuple[str, ...]]
) -> dict[str, _Wanted]:
    wanted: dict[str, _Wanted] = {}
    if section is not None:
        for line in open_table(directory / section.file, section.columns).lines():
            one = _described(section, section.values(section.meant(line.cells))) if line.cells else None
            if one is not None and one.name:
                wanted.setdefault(fold(one.name), one)
    for name, sellers in named.items():
        one = wanted.setdefault(fold(name), _Wanted(name))
        one.sellers += sellers
    for one in list(wanted.values()):
        if one.parent:
            wanted.setdefault(fold(one.parent), _Wanted(one.parent, sellers=one.sellers))
    return wanted


def _described(section: Section, texts: Mapping[str, str]) -> _Wanted:
    fields: dict[str, Any] = {name: text for name, text in texts.items() if text and name not in _APART}
    for name in ACCOUNT_AMOUNTS:
        if name in fields and name in section.times:
            try:
                fields[name] = parse_amount(fields[name]) * section.times[name]
            except ValueError:
                continue  # refused as it stands where accounts are made, with the reason
    return _Wanted(texts["name"], texts.get("owner", ""), texts.get("parent", ""), fields=fields)


def _make(
    actor: Actor, several: list[_Wanted], book: AccountBook, people: Staff, anybody: Sequence[str]
) -> None:
    sound: list[tuple[_Wanted, dict[str, Any]]] = []
    for one in several:
        try:
            sound.append((one, _fields(actor, one, book, people, anybody)))
        except Invalid as problem:
            book.known[fold(one.name)] = _not_made(one, problem)
    made = create_accounts(actor, [fields for _, fields in sound], inactive_owners=True)
    for (one, _), outcome in zip(sound, made, strict=True):
        book.known[fold(one.name)] = _not_made(one, outcome) if isinstance(outcome, Invalid) else outcome.pk


def _fields(
    actor: Actor, one: _Wanted, book: AccountBook, people: Staff, anybody: Sequence[str]
) -> dict[str, Any]:
    fields = {**one.fields, "name": one.name}
    if one.parent:
        fields["parent_id"] = book.id_of(one.parent)
    if one.owner:
        fields["owner_id"] = people.id_of(one.owner)
        return fields
    others = anybody if actor.person_id is None else ()
    seller = next((name for name in (*one.sellers, *others) if people.is_one(name)), None)
    if seller is not None:
        fields["owner_id"] = people.id_of(seller)
    return fields


def _give_up(waiting: Mapping[str, _Wanted], book: AccountBook) -> None:
    for key, one in waiting.items():
        book.known[key] = sentence(
            "The account “{name}” was not created: it stands above itself.", name=one.name
        )


def _not_made(one: _Wanted, problem: Invalid) -> Sentence:
    return sentence("The account “{name}” was not created: {reason}", name=one.name, reason=problem.message)


def _sliced(items: Iterable[T]) -> Iterator[list[T]]:
    rest = iter(items)
    while several := list(islice(rest, CHUNK)):
        yield several
